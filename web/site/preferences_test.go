package site_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"slices"
	"strings"
	"testing"
	"time"

	"dailytip/ledger"
	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/subscribers"
	"dailytip/web/site"
)

// twoLetters is a site with two newsletters, of which the first comes on working
// days at seven.
func twoLetters(o *options) {
	n := &o.Newsletters[0]
	n.SendAt, n.Days, n.DefaultZone = "07:00", 1<<5-1, "UTC"
	o.Newsletters = append(o.Newsletters, site.Newsletter{ID: "conseil", Title: "Le conseil", Language: "fr", SendAt: "06:30", Zone: "Europe/Paris"})
	o.NextDue = nextWorkday
}

// nextWorkday is when a subscription of ours is due, on its own clock.
func nextWorkday(sub subscribers.Subscription) time.Time {
	if sub.State != subscribers.Active {
		return time.Time{}
	}
	zone, err := time.LoadLocation(sub.Slot.Timezone)
	if err != nil {
		return time.Time{}
	}
	clock, err := time.Parse("15:04", sub.Slot.SendAt)
	if err != nil {
		clock = time.Date(0, 1, 1, 7, 0, 0, 0, time.UTC)
	}
	after := sub.DueAfter.In(zone)
	for i := range 14 {
		day := after.AddDate(0, 0, i)
		due := time.Date(day.Year(), day.Month(), day.Day(), clock.Hour(), clock.Minute(), 0, 0, zone)
		weekday := due.Weekday() != time.Saturday && due.Weekday() != time.Sunday && sub.Slot.Days.Has(due.Weekday())
		if sub.Slot.Cadence == subscribers.Weekly {
			weekday = due.Weekday() == time.Friday
		}
		if weekday && due.After(after) {
			return due
		}
	}
	return time.Time{}
}

// reader makes somebody active and returns the address of their settings.
func (s *fixture) reader(address, language string) (subscribers.Added, string) {
	s.t.Helper()
	a := s.add(address, language)
	s.bring(a, subscribers.Active)
	return a, s.preferencesLink(a)
}

func TestSettings(t *testing.T) {
	both(t, twoLetters, func(t *testing.T, s *fixture) {
		ana, link := s.reader("ana@example.com", "")
		before := s.dump()
		a := s.get(link)
		a.must(t, 200, "<h1>Your settings</h1>", ">a…a@example.com<", "Your next tip comes on", "Monday, 23 November at 07:00", "(UTC)",
			`name="send_at" id="send_at" class="short" value="07:00"`, `value="MON" checked`, `value="FRI" checked`,
			`value="daily" checked`, `<option value="UTC" selected>`, `<option value="en" lang="en" selected>`, `<option value="FRI" selected>Friday</option>`)
		a.mustNot(t, `value="SAT" checked`, `id="day-SUN"`, "ana@example.com", `name="name"`)
		check(t, a.body)
		if after := s.dump(); after != before {
			t.Errorf("looking changed something:\n%s\n%s", before, after)
		}

		// As it stands: nothing is set that was left to the newsletter.
		a = s.post(link, form("name", "", "language", "en", "timezone", "UTC", "send_at", "07:00", "days", "", "days", "MON", "days", "TUE",
			"days", "WED", "days", "THU", "days", "FRI", "cadence", "daily", "weekday", "FRI"))
		a.must(t, 200, "Your settings are saved.")
		p := s.find("ana@example.com")
		if slot := p.Subscriptions[0].Slot; p.Language != "" || p.Timezone != "" || slot.SendAt != "" || slot.Days != 0 || slot.Cadence != subscribers.Daily {
			t.Errorf("%+v, %+v", p, slot)
		}

		a = s.post(link, form("name", "Eve", "language", "zh-CN", "timezone", "Asia/Tokyo", "send_at", "21:15", "days", "", "days", "TUE", "days", "THU", "cadence", "daily"))
		a.must(t, 200, "您的设置已保存。", "11月24日 星期二 21:15", "(Asia/Tokyo)", `<html lang="zh-CN"`, `value="TUE" checked`, `value="21:15"`)
		check(t, a.body)
		p = s.find("ana@example.com")
		slot := p.Subscriptions[0].Slot
		if p.Name != "" || p.Language != "zh-CN" || p.Timezone != "Asia/Tokyo" || slot.SendAt != "21:15" || slot.Days.String() != "TUE THU" || slot.Timezone != "Asia/Tokyo" {
			t.Errorf("%+v, %+v", p, slot)
		}
		// Only what is sent changes.
		s.post(link, form("language", "zh-CN")).must(t, 200)
		if p := s.find("ana@example.com"); p.Name != "" || p.Timezone != "Asia/Tokyo" || p.Subscriptions[0].Slot.Days.String() != "TUE THU" {
			t.Errorf("%+v", p)
		}

		a = s.post(link, form("cadence", "weekly", "weekday", "WED", "days", "", "days", "TUE"))
		a.must(t, 200, `value="weekly" checked`, `<option value="WED" selected>`, `value="MON" checked`)
		if slot := s.find("ana@example.com").Subscriptions[0].Slot; slot.Cadence != subscribers.Weekly || slot.Days.String() != "WED" {
			t.Errorf("%+v", slot)
		}
		s.post(link, form("cadence", "daily")).must(t, 200) // of a form without days
		if slot := s.find("ana@example.com").Subscriptions[0].Slot; slot.Cadence != subscribers.Daily || slot.Days != 0 {
			t.Errorf("%+v", slot)
		}
		if got := s.events(ana); got[0] != "changed: " {
			t.Errorf("events %q", got)
		}
	})
}

func TestSettingsOverMultipart(t *testing.T) {
	s := open(t, twoLetters)
	_, link := s.reader("ana@example.com", "")
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range [][2]string{{"language", "de"}, {"cadence", "daily"}, {"days", ""}, {"days", "MON"}} {
		if err := w.WriteField(f[0], f[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	s.do("POST", link, w.FormDataContentType(), b.String()).must(t, 200, "Ihre Einstellungen sind gespeichert.")
	if p := s.find("ana@example.com"); p.Language != "de" || p.Subscriptions[0].Slot.Days.String() != "MON" {
		t.Errorf("%+v", p)
	}
}

func TestBadSettings(t *testing.T) {
	s := open(t, twoLetters)
	_, link := s.reader("ana@example.com", "")
	before := s.dump()
	for _, step := range []struct{ field, body string }{
		{"language", form("language", "en\r\nX: y")},
		{"language", form("language", strings.Repeat("en-", 50))},
		{"timezone", form("timezone", "Mars/Olympus")},
		{"timezone", form("timezone", "../../etc/passwd")},
		{"send_at", form("send_at", "25:00")},
		{"send_at", form("send_at", "07:00\r\n12:00")},
		{"days", form("days", "", "cadence", "daily")},
		{"days", form("days", "", "days", "SUN", "cadence", "daily")}, // it never comes on a Sunday
		{"days", form("days", "FUNDAY", "cadence", "daily")},
		{"days", form("cadence", "hourly")},
		{"days", form("cadence", "weekly", "weekday", "MON-FRI")},
		{"days", form("cadence", "weekly", "weekday", "\u202EMON")},
		{"until", form("do", "pause", "until", "2026-11-22")}, // today
		{"until", form("do", "pause", "until", "2028-01-01")},
		{"until", form("do", "pause", "until", "tomorrow")},
		{"until", form("do", "pause", "weeks", "3")},
		{"until", form("do", "pause", "weeks", "-1")},
		{"until", form("do", "pause")},
	} {
		a := s.post(link, step.body)
		a.must(t, 422, "Something isn’t right yet.", `id="`+step.field+`-fault"`)
		check(t, strings.ToValidUTF8(a.body, "?"))
	}
	if after := s.dump(); after != before {
		t.Errorf("something changed:\n%s\n%s", before, after)
	}
	s.post(link, form("do", "dance")).must(t, 200) // an unknown button saves what it sends, which is nothing
}

func TestPause(t *testing.T) {
	both(t, twoLetters, func(t *testing.T, s *fixture) {
		ana, link := s.reader("ana@example.com", "")
		s.post(link, form("timezone", "America/New_York")).must(t, 200)
		until := func() string {
			return s.find("ana@example.com").Subscriptions[0].PausedUntil.UTC().Format(time.RFC3339)
		}
		// Two weeks from today, 22 November, in New York.
		a := s.post(link, form("do", "pause", "weeks", "2"))
		a.must(t, 200, "Your subscription is paused. The next tip comes on", "Monday, 7 December at 07:00", `id="resume"`)
		a.mustNot(t, `id="pause-until"`)
		check(t, a.body)
		if got := until(); got != "2026-12-06T05:00:00Z" || s.state(ana) != subscribers.Paused {
			t.Errorf("%s until %s", s.state(ana), got)
		}
		s.get(link).must(t, 200, "Your subscription is paused. The next tip comes on", "Monday, 7 December at 07:00")
		s.post(link, form("do", "pause", "until", "2026-11-23")).must(t, 200, "Monday, 23 November at 07:00")
		if got := until(); got != "2026-11-23T05:00:00Z" {
			t.Errorf("until %s", got)
		}
		s.post(link, form("do", "resume")).must(t, 200, "Welcome back. Your next tip comes on", "Monday, 23 November")
		if s.state(ana) != subscribers.Active {
			t.Error(s.state(ana))
		}
		s.post(link, form("do", "resume")).must(t, 200, "Your next tip comes on") // nothing to resume
		want := []string{"resumed: chose it on the page of settings", "paused: chose it on the page of settings"}
		if got := s.events(ana); !slices.Equal(got[:2], want) {
			t.Errorf("events %q", got)
		}
	})
}

// A reader who has today's mail and moves it to the evening doesn't get another.
func TestNextTipIsNotOneThatTheyHave(t *testing.T) {
	p := openPast(t, twoLetters)
	link := p.preferencesLink(p.reader)
	p.send("2026-11-23", plainTip(1))
	p.pass(24 * time.Hour) // 23 November, 08:00
	p.post(link, form("send_at", "20:00")).must(t, 200, "Tuesday, 24 November at 20:00")
}

func TestTheLatestTipOnceMore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := &past{}
		p.fixture = openOn(t, db, func(o *options) {
			twoLetters(o)
			p.editions, p.ledger = o.Editions, o.Ledger
			o.Web.Now = func() time.Time { return now.Add(time.Duration(p.passed.Load())) }
		})
		early := p.add("early@example.com", "de")
		p.bring(early, subscribers.Active)
		late := p.add("late@example.com", "ar")
		again := form("do", "again")

		p.get(p.preferencesLink(early)).mustNot(t, "once more")
		p.post(p.preferencesLink(early), again).must(t, 200, "Es gibt noch keinen Tipp")
		p.send("2026-11-20", plainTip(1))
		p.send("2026-11-23", plainTip(2)) // where that day has come
		a := p.post(p.confirmLink(late), "")
		a.must(t, 200, `id="again"`, `action="`+p.preferencesLink(late)+`"`)
		check(t, a.body)
		// Monday's comes to them on Monday: until then it's Friday's.
		p.post(p.preferencesLink(late), again).must(t, 200, "l…e@example.com")
		p.get(p.preferencesLink(early)).must(t, 200, "Den neuesten Tipp noch einmal")
		for range 3 {
			p.post(p.preferencesLink(early), again).must(t, 200, "Der neueste Tipp ist unterwegs an")
		}
		p.post(p.preferencesLink(early), again).must(t, 200, "schon dreimal an einem Tag")
		jobs := p.deliver(now.Add(time.Minute))
		var got []string
		for _, j := range jobs {
			if j.Kind == ledger.Resend {
				c, err := p.editions.ReadContent(t.Context(), j.Content)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, fmt.Sprint(j.Email, " ", j.Language, " ", c.LocalDate, " ", j.Subscription != 0))
			}
		}
		slices.Sort(got)
		want := []string{"early@example.com de 2026-11-23 true", "early@example.com de 2026-11-23 true", "early@example.com de 2026-11-23 true", "late@example.com ar 2026-11-20 true"}
		if !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		p.pass(25 * time.Hour)
		p.post(p.preferencesLink(early), again).must(t, 200, "Der neueste Tipp ist unterwegs an")
	})
}

func TestOtherNewsletters(t *testing.T) {
	both(t, twoLetters, func(t *testing.T, s *fixture) {
		_, settings := s.reader("ana@example.com", "")
		s.get(settings).mustNot(t, "Le conseil")
		link := s.openAccount(settings)
		a := s.get(link)
		a.must(t, 200, "Other newsletters", `<bdi lang="fr">Le conseil</bdi>`, `id="join-conseil"`, "every day at 06:30 ", "(Europe/Paris)")
		join, leave := form("do", "join", "newsletter", "conseil"), form("do", "leave", "newsletter", "conseil")
		a = s.post(link, join)
		a.must(t, 200, "will come to", `id="leave-conseil"`, "Unsubscribe from")
		check(t, a.body)
		state := func(newsletter string) subscribers.State {
			for _, sub := range s.find("ana@example.com").Subscriptions {
				if sub.Newsletter == newsletter {
					return sub.State
				}
			}
			return ""
		}
		if state("conseil") != subscribers.Active {
			t.Errorf("state %s", state("conseil"))
		}
		s.post(link, leave).must(t, 200, "won’t come to", `id="join-conseil"`)
		if state("conseil") != subscribers.Unsubscribed || state("management") != subscribers.Active {
			t.Errorf("states %s, %s", state("conseil"), state("management"))
		}
		s.post(link, join).must(t, 200)
		if state("conseil") != subscribers.Active {
			t.Errorf("state %s", state("conseil"))
		}
		before := s.dump()
		for _, nowhere := range []string{"", "other", "management\r\n"} {
			s.post(link, form("do", "join", "newsletter", nowhere)).must(t, 200)
			s.post(link, form("do", "leave", "newsletter", nowhere)).must(t, 200)
		}
		if after := s.dump(); after != before {
			t.Errorf("something changed:\n%s\n%s", before, after)
		}
		if got := s.notices(); !slices.Equal(got, []string{"account ana@example.com "}) { // the page has said it
			t.Errorf("mails %q", got)
		}
	})
}

func TestSettingsOfWhoIsNotOnTheList(t *testing.T) {
	for state, text := range map[subscribers.State]string{
		subscribers.Pending: "You haven’t confirmed yet", subscribers.Unsubscribed: "doesn’t come to", subscribers.Suppressed: "came back to us",
	} {
		s := open(t, twoLetters)
		a := s.add("ana@example.com", "")
		s.bring(a, state)
		before := s.dump()
		page := s.get(s.preferencesLink(a))
		page.must(t, 200, text, "a…a@example.com")
		if strings.Contains(page.body, `id="account"`) == (state == subscribers.Suppressed) {
			t.Errorf("%s: the button for the link:\n%s", state, page.body)
		}
		page.mustNot(t, `id="download"`, `id="erase"`, "ana@example.com", `id="save"`, `id="again"`, `id="pause-until"`)
		check(t, page.body)
		for _, body := range []string{form("do", "pause", "weeks", "1"), form("do", "resume"), form("do", "again"), form("do", "save", "language", "de", "timezone", "Asia/Tokyo", "send_at", "03:00")} {
			s.post(s.preferencesLink(a), body).must(t, 200)
		}
		if after := s.dump(); after != before {
			t.Errorf("%s: something changed:\n%s\n%s", state, before, after)
		}
		if strings.Contains(page.body, `id="join"`) != (state == subscribers.Unsubscribed) {
			t.Errorf("%s: the button to come back:\n%s", state, page.body)
		}
		// Whoever has the link: only the mail that follows brings anybody back.
		s.post(s.preferencesLink(a), form("do", "join", "newsletter", "management")).must(t, 200)
		if got := s.state(a); got == subscribers.Active || (got == subscribers.Pending) != (state != subscribers.Suppressed) {
			t.Errorf("%s, then %s", state, got)
		}
		if got := len(s.notices()); (got == 1) != (state == subscribers.Unsubscribed) {
			t.Errorf("%s: %d mails", state, got)
		}
	}
}
