package site_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"dailytip/subscribers"
)

const (
	confirmButton = ">Confirm my subscription</button>"
	againButton   = ">Subscribe me again</button>"
)

func TestConfirm(t *testing.T) {
	woken := 0
	s := open(t, func(o *options) { o.Enqueued = func() { woken++ } })
	ana := s.add("ana@example.com", "")
	link := s.confirmLink(ana)

	s.get(link).must(t, 200, "<h1>One last step</h1>", title, ">ana@example.com<", confirmButton)
	if got := s.state(ana); got != subscribers.Pending {
		t.Fatalf("looking at the page made it %s", got)
	}
	s.post(link, "").must(t, 200, "Thank you, you’re subscribed", ">ana@example.com<")
	if got := s.state(ana); got != subscribers.Active {
		t.Fatalf("state %s, want active", got)
	}
	before := s.dump()
	again := s.post(link, "")
	again.must(t, 200, "You’re already subscribed")
	again.mustNot(t, "<button")
	s.get(link).must(t, 200, "You’re already subscribed")
	if after := s.dump(); after != before {
		t.Errorf("a second click changed something:\n%s\n%s", before, after)
	}
	want := []string{"confirmed: pressed the button on the confirmation page", "signed up: test"}
	if got := s.events(ana); !slices.Equal(got, want) {
		t.Errorf("events %q, want %q", got, want)
	}
	if got := s.notices(); !slices.Equal(got, []string{"welcome ana@example.com "}) || woken != 1 {
		t.Errorf("mails %q, the mailer woken %d times; want one welcome, once", got, woken)
	}
}

// Only a pending subscription changes; the others are told where they stand.
func TestConfirmSaysWhereASubscriptionStands(t *testing.T) {
	for _, step := range []struct {
		state  subscribers.State
		text   string
		button string
	}{
		{subscribers.Active, "You’re already subscribed", ""},
		{subscribers.Paused, "Your subscription is paused.", ""},
		{subscribers.Unsubscribed, "You’ve unsubscribed since", againButton},
		{subscribers.Suppressed, "We can’t send to this address", ""},
	} {
		t.Run(string(step.state), func(t *testing.T) {
			s := open(t, nil)
			ana := s.add("ana@example.com", "")
			s.bring(ana, step.state)
			before := s.dump()
			for _, a := range []answer{s.get(s.confirmLink(ana)), s.post(s.confirmLink(ana), ""), s.post(s.confirmLink(ana), "x=1")} {
				a.must(t, 200, step.text, ">ana@example.com<", step.button)
				if step.button == "" {
					a.mustNot(t, "<form")
				}
			}
			if step.state != subscribers.Unsubscribed {
				s.post(s.confirmLink(ana), "again=1").must(t, 200, step.text)
			}
			if after := s.dump(); after != before {
				t.Errorf("something changed:\n%s\n%s", before, after)
			}
		})
	}
}

func TestWhoLeftMaySubscribeAgain(t *testing.T) {
	s := open(t, nil)
	ana := s.add("ana@example.com", "")
	s.bring(ana, subscribers.Active)
	s.bring(ana, subscribers.Unsubscribed)
	link := s.confirmLink(ana)

	// The button of a page that was opened before leaving.
	s.post(link, "").must(t, 200, againButton, `<input type="hidden" name="again" value="1">`)
	if got := s.state(ana); got != subscribers.Unsubscribed {
		t.Fatalf("an old button brought them back: %s", got)
	}
	s.post(link, "again=1").must(t, 200, "Welcome back.")
	if got := s.state(ana); got != subscribers.Active {
		t.Fatalf("state %s, want active", got)
	}
	want := "confirmed: pressed the button to subscribe again on the confirmation page"
	if got := s.events(ana); got[0] != want {
		t.Errorf("events %q, want %q first", got, want)
	}
	s.post(link, "again=1").must(t, 200, "You’re already subscribed")
}

func TestConfirmForNobody(t *testing.T) {
	s := open(t, nil)
	ana := s.add("ana@example.com", "")
	link := s.confirmLink(ana)
	s.erase(ana)
	gone := s.confirmLink(s.addTo("closed", "ben@example.com", ""))
	before := s.dump()
	for _, link := range []string{link, gone} {
		s.get(link).must(t, 404, "This link doesn’t work", "subscribe once more")
		s.post(link, "again=1").must(t, 404, "This link doesn’t work")
	}
	if after := s.dump(); after != before {
		t.Errorf("something changed:\n%s\n%s", before, after)
	}
}

func TestConfirmSaysWhenTheNextTipComes(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	due := time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC).In(berlin)
	var asked subscribers.Subscription
	s := open(t, func(o *options) {
		o.NextDue = func(sub subscribers.Subscription) time.Time {
			asked = sub
			return due
		}
	})
	ana := s.add("ana@example.com", "")
	pending := s.get(s.confirmLink(ana))
	pending.mustNot(t, "<time")
	s.post(s.confirmLink(ana), "").must(t, 200, "Your first tip comes on", "Monday, 23 November at 07:00", "(Europe/Berlin)",
		`<time datetime="2026-11-23T07:00:00+01:00">`)
	if asked.State != subscribers.Active || !asked.DueAfter.Equal(now) {
		t.Errorf("asked about %+v; want the confirmed subscription", asked)
	}
	s.get(s.confirmLink(ana)).must(t, 200, "Your next tip comes on", "Monday, 23 November at 07:00")
	for _, due = range []time.Time{{}, now, now.Add(-time.Hour)} {
		s.get(s.confirmLink(ana)).mustNot(t, "<time", "Your next tip")
	}
}

// Who is suppressed and signs up again can confirm, and is served again.
func TestASuppressedReaderConfirms(t *testing.T) {
	both(t, nil, func(t *testing.T, s *fixture) {
		ana := s.add("ana@example.com", "")
		s.bring(ana, subscribers.Active)
		s.bring(ana, subscribers.Suppressed)
		s.wait(48 * time.Hour)
		s.api(`{"email": "ana@example.com"}`).must(t, 202)
		if got := s.notices(); len(got) != 1 || !strings.HasPrefix(got[0], "confirm ana@example.com") {
			t.Fatalf("mails %q", got)
		}
		s.get(s.confirmLink(ana)).must(t, 200, "<form")
		s.post(s.confirmLink(ana), "").must(t, 200)
		if got := s.state(ana); got != subscribers.Active {
			t.Errorf("%s after confirming", got)
		}
	})
}
