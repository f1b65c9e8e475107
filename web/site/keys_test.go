package site_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"dailytip/subscribers"
)

// rotate makes a new key.
func (s *fixture) rotate(calendars bool) {
	s.t.Helper()
	if err := s.list.Rotate(s.t.Context(), time.Now(), calendars); err != nil {
		s.t.Fatal(err)
	}
}

func TestRotatedKeys(t *testing.T) {
	both(t, func(o *options) {
		twoLetters(o)
		o.Calendar = func(context.Context, time.Time, string) ([]byte, error) { return []byte("BEGIN:VCALENDAR"), nil }
	}, func(t *testing.T, s *fixture) {
		ana, settings := s.reader("ana@example.com", "")
		pending := s.add("ben@example.com", "")
		calendar := func() string {
			return "/calendar/" + s.list.Tokens().Make(subscribers.CalendarLink("management"), 0) + ".ics"
		}
		leave, confirm, plan := s.leaveLink(ana), s.confirmLink(pending), calendar()
		account := s.openAccount(settings)
		s.get(plan).must(t, 200)

		s.rotate(true)
		s.get(plan).must(t, 404)
		plan = calendar()
		for _, link := range []string{plan, settings, confirm, leave, account} {
			s.get(link).must(t, 200)
		}
		s.rotate(false)
		for _, link := range []string{plan, settings, confirm, account, account + "/data"} {
			s.get(link).must(t, 404)
			s.post(link, "do=resume")
		}
		for _, link := range []string{calendar(), s.preferencesLink(ana), s.confirmLink(pending), s.leaveLink(ana), leave} {
			s.get(link).must(t, 200)
		}
		s.post(leave, "List-Unsubscribe=One-Click").must(t, 200, "You’re unsubscribed")
		if s.state(ana) != subscribers.Unsubscribed || s.state(pending) != subscribers.Pending {
			t.Errorf("%s, %s", s.state(ana), s.state(pending))
		}
		// Erased people are still known as such: that hash never changes.
		s.erase(ana)
		s.write(func(tx *sql.Tx) error {
			added, err := s.list.Add(t.Context(), tx, now, subscribers.Request{Address: "ana@example.com", Newsletter: "management"})
			if err == nil && added.Result != subscribers.Left {
				t.Errorf("%+v", added)
			}
			return err
		})
	})
}

// With a new key an old link to unsubscribe does just that: it's no way round to
// the settings, and changes nothing else.
func TestOldUnsubscribeLinksOnlyUnsubscribe(t *testing.T) {
	both(t, twoLetters, func(t *testing.T, s *fixture) {
		ana, settings := s.reader("ana@example.com", "")
		old := s.leaveLink(ana)
		s.get(old).must(t, 200, leaveButton, "/preferences/", old+"/less")
		s.rotate(false)
		for range 2 { // written anew, and kept
			a := s.get(old)
			a.must(t, 200, leaveButton)
			a.mustNot(t, "/preferences/", old+"/less")
			check(t, a.body)
		}
		s.get(old+"?lang=de").mustNot(t, "/preferences/", old+"/less")
		before := s.dump()
		for _, button := range []string{"/less", "/undo", "/reason"} {
			s.post(old+button, form("do", "weekly", "reason", "other")).must(t, 404)
		}
		s.get(settings).must(t, 404)
		if s.dump() != before {
			t.Error("something changed")
		}
		s.get(s.leaveLink(ana)).must(t, 200, leaveButton, "/preferences/", "/less")

		for range 2 {
			a := s.post(old, "List-Unsubscribe=One-Click")
			a.must(t, 200, "You’re unsubscribed")
			a.mustNot(t, "/undo", "/reason", "/preferences/")
			check(t, a.body)
		}
		s.get(old).mustNot(t, "/undo", "/reason", "/preferences/")
		s.post(old+"/undo", "").must(t, 404)
		if s.state(ana) != subscribers.Unsubscribed {
			t.Errorf("%s", s.state(ana))
		}
		s.post(s.leaveLink(ana)+"/undo", "").must(t, 200)
		if s.state(ana) != subscribers.Active {
			t.Errorf("%s", s.state(ana))
		}
	})
}
