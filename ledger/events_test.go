package ledger_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"dailytip/hooks"
	"dailytip/ledger"
)

// told returns what an endpoint was told since the last time: "edition.opened {…}".
func (h *harness) told() (all []string) {
	h.Helper()
	q := hooks.NewQueue(h.db)
	for {
		e, waiting, err := q.First(h.Context(), "monitor")
		if err != nil {
			h.Fatal(err)
		}
		if !waiting {
			return all
		}
		all = append(all, string(e.Type)+" "+string(e.Data))
		if _, err := q.Skip(h.Context(), "monitor", e.ID, now); err != nil {
			h.Fatal(err)
		}
	}
}

// wantTold checks what was told; @ stands for the edition's number.
func (h *harness) wantTold(want ...string) {
	h.Helper()
	got := h.told()
	for i := range got {
		if _, number, ok := strings.Cut(got[i], `"edition":"`); ok {
			number, _, _ = strings.Cut(number, `"`)
			got[i] = strings.Replace(got[i], number, "@", 1)
		}
	}
	if !slices.Equal(got, want) {
		h.Errorf("told\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func listening(t *testing.T, f func(h *harness)) {
	each(t, 3, func(h *harness) {
		h.ledger.Publish(hooks.NewOutbox([]hooks.Endpoint{{Name: "monitor", Addresses: true}}))
		f(h)
	})
}

const opened = `edition.opened {"newsletter":"management","date":"2026-11-23","edition":"@","tips":[{"id":"tip","title":""}]}`

// However many readers an edition has, its opening is one event, and its end another.
func TestEditionsAreTold(t *testing.T) {
	listening(t, func(h *harness) {
		h.open("tip")
		h.open("tip") // by another slot
		h.wantTold(opened)
		h.must(h.ledger.PauseEdition(h.Context(), now, h.edition(), operator))
		h.must(h.ledger.ResumeEdition(h.Context(), now, h.edition(), operator))
		h.wantTold(`edition.paused {"newsletter":"management","date":"2026-11-23","edition":"@","reason":"by command"}`)
		jobs := h.exchange(now, claim)
		h.exchange(now, ledger.Claiming{Owner: claim.Owner},
			ledger.Outcome{Job: jobs[0], State: ledger.Sent}, ledger.Outcome{Job: jobs[1], State: ledger.Failed}, ledger.Outcome{Job: jobs[2], State: ledger.Sent})
		h.wantTold()
		h.journal(now)
		h.journal(now)
		h.wantTold(`edition.finished {"newsletter":"management","date":"2026-11-23","edition":"@","counts":{"due":3,"sent":2,"failed":1,"in_doubt":0,"expired":0,"withdrawn":0}}`)
	})
}

// An edition of which nothing arrived has failed; and so has one that was cancelled.
func TestFailedEditionsAreTold(t *testing.T) {
	listening(t, func(h *harness) {
		h.open("tip")
		jobs := h.exchange(now, claim)
		h.exchange(now, ledger.Claiming{Owner: claim.Owner},
			ledger.Outcome{Job: jobs[0], State: ledger.Failed}, ledger.Outcome{Job: jobs[1], State: ledger.Failed}, ledger.Outcome{Job: jobs[2], State: ledger.InDoubt})
		h.journal(now)
		h.wantTold(opened, `edition.failed {"newsletter":"management","date":"2026-11-23","edition":"@","counts":{"due":3,"sent":0,"failed":2,"in_doubt":1,"expired":0,"withdrawn":0},"reason":"not one of its mails was sent"}`)
	})
	listening(t, func(h *harness) {
		h.open("tip")
		if _, err := h.ledger.CancelEdition(h.Context(), now, h.edition(), operator); err != nil {
			h.Fatal(err)
		}
		h.journal(now)
		h.wantTold(opened, `edition.failed {"newsletter":"management","date":"2026-11-23","edition":"@","counts":{"due":3,"sent":0,"failed":0,"in_doubt":0,"expired":0,"withdrawn":0},"reason":"the edition was cancelled"}`)
	})
}

// That readers were missed is told once for a date, however many slots they're in.
func TestMissedEditionsAreTold(t *testing.T) {
	listening(t, func(h *harness) {
		for slot, readers := range []int64{0, 4, 2} {
			h.must(true, h.ledger.FinishRun(h.Context(), now, ledger.Run{
				Newsletter: "management", LocalDate: "2026-11-22", Slot: int64(slot + 1), DueAt: now, State: "skipped", Reason: "it was noticed 9h late", Deliveries: readers,
			}))
		}
		h.wantTold(`edition.failed {"newsletter":"management","date":"2026-11-22","reason":"it was noticed 9h late"}`)
	})
}

// A newsletter's pause is told at once, and the relay's when it lasts; each is told once.
func TestPausesAreTold(t *testing.T) {
	listening(t, func(h *harness) {
		pause := func(scope string, after time.Duration) {
			h.Helper()
			err := h.ledger.Pause(h.Context(), now.Add(after), ledger.PauseInfo{
				Newsletter: scope, Since: now, Reason: "refused", Reply: ledger.Reply{Code: 550, Text: "no\x00pe"}, ProbeAt: now.Add(after + time.Minute),
			})
			if err != nil {
				h.Fatal(err)
			}
		}
		pause("management", 0)
		pause("management", time.Minute)
		pause(ledger.NoticesOf("management"), 0)
		h.wantTold(`edition.paused {"newsletter":"management","reason":"refused","reply":"550 nope"}`)
		pause(ledger.Relay, 0)
		pause(ledger.Relay, 14*time.Minute)
		h.wantTold()
		pause(ledger.Relay, 16*time.Minute)
		pause(ledger.Relay, 17*time.Minute)
		h.wantTold(`edition.paused {"newsletter":"","reason":"refused","reply":"550 nope"}`)
	})
}

// Alerts are told also where no operator gets a mail.
func TestAlertsAreTold(t *testing.T) {
	listening(t, func(h *harness) {
		if err := h.ledger.Tell(h.Context(), now, ledger.Notice{Kind: ledger.Alert, Newsletter: "management", Detail: "[dailytip] all: sending goes on\nSince 07:00."}); err != nil {
			h.Fatal(err)
		}
		h.wantTold(`alert {"newsletter":"management","subject":"[dailytip] all: sending goes on","text":"Since 07:00."}`)
		if n, err := h.ledger.NoticesWaiting(h.Context()); n != 0 || err != nil {
			h.Errorf("%d notices wait, %v", n, err)
		}
	})
}
