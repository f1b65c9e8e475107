package site_test

import (
	"testing"
	"time"

	"dailytip/subscribers"
)

func TestLessInsteadOfLeaving(t *testing.T) {
	both(t, twoLetters, func(t *testing.T, s *fixture) {
		ana, _ := s.reader("ana@example.com", "")
		link := s.leaveLink(ana)
		page := s.get(link)
		page.must(t, 200, leaveButton, "A little less", `action="`+link+`/less"`, "Once a week instead", "Pause for 2 weeks", `id="settings"`)
		check(t, page.body)

		a := s.post(link+"/less", form("do", "weekly"))
		a.must(t, 200, "comes once a week", "Friday, 27 November at 07:00")
		check(t, a.body)
		if slot := s.find("ana@example.com").Subscriptions[0].Slot; slot.Cadence != subscribers.Weekly || s.state(ana) != subscribers.Active {
			t.Errorf("%+v", slot)
		}
		s.get(link).mustNot(t, "Once a week instead")
		a = s.post(link+"/less", form("do", "pause"))
		a.must(t, 200, "Your subscription is paused. The next tip comes on")
		if sub := s.find("ana@example.com").Subscriptions[0]; sub.State != subscribers.Paused || !sub.PausedUntil.Equal(time.Date(2026, 12, 6, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("%+v", sub)
		}
		if got := s.events(ana)[0]; got != "paused: chose it instead of leaving" {
			t.Errorf("%q", got)
		}
		// A button that isn't there changes nothing.
		before := s.dump()
		s.post(link+"/less", form("do", "daily")).must(t, 200, leaveButton)
		s.post(link+"/less", "").must(t, 200, leaveButton)
		if s.dump() != before {
			t.Error("something changed")
		}
		// Who has left gets nothing by it.
		s.post(link, "")
		s.post(link+"/less", form("do", "weekly")).must(t, 200, "You’re unsubscribed")
		s.post(link+"/less", form("do", "pause")).must(t, 200, "You’re unsubscribed")
		if s.state(ana) != subscribers.Unsubscribed {
			t.Error(s.state(ana))
		}
	})
}

// What comes once a week anyway has no choice of days.
func TestOneDayAWeekHasNoChoice(t *testing.T) {
	s := open(t, func(o *options) { o.Newsletters[0].Days = 1 << 2 })
	ana, settings := s.reader("ana@example.com", "")
	s.get(s.leaveLink(ana)).mustNot(t, "Once a week")
	a := s.get(settings)
	a.mustNot(t, `name="cadence"`, `name="days"`)
	check(t, a.body)
	s.post(settings, form("name", "Ana", "send_at", "")).must(t, 200, "saved")
}

func TestLeavingIsTakenBack(t *testing.T) {
	both(t, twoLetters, func(t *testing.T, s *fixture) {
		ana, _ := s.reader("ana@example.com", "")
		link := s.leaveLink(ana)
		left := s.post(link, "")
		left.must(t, 200, "Was that a mistake?", `action="`+link+`/undo"`, "Would you tell us why?")
		check(t, left.body)
		a := s.post(link+"/undo", "")
		a.must(t, 200, "Welcome back.", "Monday, 23 November at 07:00")
		check(t, a.body)
		if s.state(ana) != subscribers.Active {
			t.Error(s.state(ana))
		}
		if got := s.events(ana)[0]; got != "came back: pressed the button to take it back" {
			t.Errorf("%q", got)
		}
		// A mail that was passed on brings nobody back the day after.
		s.post(link, "")
		s.wait(subscribers.UndoTime)
		s.get(link).mustNot(t, "/undo")
		s.post(link+"/undo", "").must(t, 200, "You had already unsubscribed.")
		if s.state(ana) != subscribers.Unsubscribed {
			t.Error(s.state(ana))
		}
	})
}

func TestReasonForLeaving(t *testing.T) {
	s := open(t, twoLetters)
	ana, _ := s.reader("ana@example.com", "")
	link := s.leaveLink(ana)
	s.post(link+"/reason", form("reason", "too_many")).must(t, 200, leaveButton) // hasn't left
	s.post(link, "List-Unsubscribe=One-Click").must(t, 200, `value="too_many"`, "It came too often", `id="reason-other"`)
	before := s.dump()
	for _, bad := range []string{"", "other\r\n", "\u202Eother", "<script>"} {
		s.post(link+"/reason", form("reason", bad)).must(t, 200)
	}
	if after := s.dump(); after != before {
		t.Errorf("something changed:\n%s\n%s", before, after)
	}
	a := s.post(link+"/reason", form("reason", "too_many"))
	a.must(t, 200, "Thank you for telling us.", "/undo")
	a.mustNot(t, `name="reason"`)
	check(t, a.body)
	s.post(link+"/reason", form("reason", "moved")).must(t, 200)
	if got := s.events(ana); got[0] != "reason: too_many" || got[1] != "unsubscribed: one click in a mail program (RFC 8058)" {
		t.Errorf("events %q", got)
	}
}

// What stands beside the button to leave comes from our own pages alone.
func TestOnlyLeavingItselfComesFromAnywhere(t *testing.T) {
	s := open(t, twoLetters)
	ana, settings := s.reader("ana@example.com", "")
	link := s.leaveLink(ana)
	evil := []string{"Origin", "https://evil.example.org", "Sec-Fetch-Site", "cross-site"}
	before := s.dump()
	for _, path := range []string{link + "/less", link + "/undo", link + "/reason", settings} {
		s.post(path, form("do", "pause", "weeks", "1", "reason", "moved"), evil...).must(t, 403)
		// Our own page in an old browser, which hides where it comes from.
	}
	if after := s.dump(); after != before {
		t.Errorf("something changed:\n%s\n%s", before, after)
	}
	s.post(settings, form("do", "pause", "weeks", "1"), "Origin", "null").must(t, 200, "paused")
	s.post(link, "", evil...).must(t, 200, "You’re unsubscribed")
}
