package intake_test

import (
	"database/sql"
	"slices"
	"testing"
	"time"

	"dailytip/ledger"
	"dailytip/subscribers"
)

// A mailbox that was full until the mail was too late counts once; a relay that was
// down, or didn't trust us, counts for nothing.
func TestWhatIsGivenUp(t *testing.T) {
	each(t, func(h *harness) {
		said := map[string]ledger.Reply{
			"full@example.org":     {Code: 452, Enhanced: "4.2.2", Text: "mailbox full"},
			"bare@example.org":     {Code: 452, Text: "mailbox is full"},
			"disk@example.org":     {Code: 452, Enhanced: "4.3.1", Text: "insufficient system resources"},
			"greylist@example.org": {Code: 451, Enhanced: "4.7.1", Text: "greylisted"},
			"down@example.org":     {Text: "connection refused"},
		}
		for address := range said {
			h.join(now.Add(-day), address)
		}
		h.open(now)
		var outcomes []ledger.Outcome
		for range 3 {
			jobs, err := h.ledger.Exchange(h.Context(), now, outcomes, ledger.Claiming{Owner: "node", Limit: 100})
			if err != nil {
				h.Fatal(err)
			}
			outcomes = nil
			for _, j := range jobs {
				outcomes = append(outcomes, ledger.Outcome{Job: j, State: ledger.Retry, NextAt: now, Reply: said[string(j.Email)]})
			}
		}
		if _, err := h.ledger.Exchange(h.Context(), now, outcomes, ledger.Claiming{Owner: "node"}); err != nil {
			h.Fatal(err)
		}
		if n, err := h.ledger.Expire(h.Context(), now.Add(13*time.Hour)); err != nil || n != 5 {
			h.Fatalf("%d expired, %v", n, err)
		}
		all, err := h.list.Bounces(h.Context(), h.db.Read(), subscribers.BounceFilter{})
		if err != nil {
			h.Fatal(err)
		}
		var got []string
		for _, b := range all {
			got = append(got, string(b.Email)+" "+string(b.Class)+" "+string(b.Decision)+" "+b.Newsletter)
		}
		slices.Sort(got)
		if want := []string{"bare@example.org soft counted management", "full@example.org soft counted management"}; !slices.Equal(got, want) {
			h.Errorf("%q, want %q", got, want)
		}
	})
}

// What came back is counted by who said it and why.
func TestCounts(t *testing.T) {
	each(t, func(h *harness) {
		h.join(now.Add(-day), "ana@gmail.com", "bo@example.org", "cy@example.org")
		jobs := h.send(now, replies{"bo@example.org": full})
		h.comesBack(now, jobs["ana@gmail.com"], unknown)
		counts, err := h.list.CountBounces(h.Context(), now.Add(-day), now)
		if err != nil {
			h.Fatal(err)
		}
		want := []subscribers.BounceCount{
			{Newsletter: "management", Class: "hard", Domain: "gmail.com", Provider: "google", Reason: "userunknown", Count: 1},
			{Newsletter: "management", Class: "soft", Domain: "example.org", Reason: "mailboxfull", Count: 1},
		}
		if !slices.Equal(counts, want) {
			h.Errorf("%+v, want %+v", counts, want)
		}
		rates, err := h.ledger.Rates(h.Context(), now.Add(-day))
		if err != nil || len(rates) != 1 || rates[0].Bounces != 1 || rates[0].Complaints != 0 || rates[0].Opened != 3 {
			h.Errorf("%+v, %v", rates, err)
		}
		if n, err := h.list.CountResting(h.Context(), now); n != 0 || err != nil {
			h.Errorf("%d rest, %v", n, err)
		}
	})
}

// Too much of an edition comes back: the operator hears it once.
func TestRatesAreTold(t *testing.T) {
	each(t, func(h *harness) {
		var all []string
		for _, domain := range []string{"a.example", "b.example", "c.example", "d.example"} {
			all = append(all, addresses(10, domain)...)
		}
		h.join(now.Add(-day), all...)
		h.send(now, replies{all[0]: unknown, all[10]: unknown})
		for bounced, want := range [][]string{nil, {"[dailytip] management: 7.5 % of the mails of 2026-11-23 came back for good"}} {
			if bounced > 0 {
				h.comesBack(now, h.jobOf(all[20]), unknown)
			}
			for range 2 {
				if err := h.ledger.TellRates(h.Context(), now, 5, 0.1); err != nil {
					h.Fatal(err)
				}
			}
			if got := h.alerts(); !slices.Equal(got, want) {
				h.Errorf("%q, want %q", got, want)
			}
		}
	})
}

// Addresses are kept out, whether they're on the list or not.
func TestSuppressingAddresses(t *testing.T) {
	each(t, func(h *harness) {
		h.join(now.Add(-day), "ana@example.org")
		suppress := func(address subscribers.Address) (did bool, err error) {
			h.Helper()
			return did, h.db.Write(h.Context(), func(tx *sql.Tx) error {
				did, err = h.list.SuppressAddress(h.Context(), tx, now, address, "asked by telephone")
				return err
			})
		}
		for _, address := range []subscribers.Address{"ana@example.org", "new@example.org"} {
			for _, want := range []bool{true, false} {
				if did, err := suppress(address); err != nil || did != want {
					h.Errorf("%s: %v, %v", address, did, err)
				}
			}
		}
		h.want("ana@example.org", subscribers.Suppressed)
		h.join(now, "new@example.org")
		if s := h.find("new@example.org"); len(s.Subscriptions) != 0 {
			h.Errorf("an import revived %+v", s)
		}
		if len(h.send(now.Add(day), nil)) != 0 {
			h.Error("a mail went out")
		}
		if err := h.membership().Erase(h.Context(), now, h.find("ana@example.org").ID); err != nil {
			h.Fatal(err)
		}
		if _, err := suppress("ana@example.org"); err == nil {
			h.Error("who was erased is written down again")
		}
	})
}
