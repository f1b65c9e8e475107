package ledger_test

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"testing"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/store/storetest"
	"dailytip/subscribers"
)

const operator = "op@host"

func (h *harness) edition() editions.Edition { h.Helper(); return h.counts().Edition }

// actions lists what was done to the edition, oldest first.
func (h *harness) actions() (kinds []string) {
	h.Helper()
	all, err := h.ledger.Actions(h.Context(), h.edition(), 100)
	if err != nil {
		h.Fatal(err)
	}
	for _, a := range slices.Backward(all) {
		if a.Who != operator || a.At.IsZero() {
			h.Errorf("%+v", a)
		}
		kinds = append(kinds, a.Kind)
	}
	return kinds
}

func (h *harness) must(changed bool, err error) {
	h.Helper()
	if err != nil || !changed {
		h.Fatalf("changed %t, %v", changed, err)
	}
}

func TestPausedEditionIsNotClaimed(t *testing.T) {
	each(t, 5, func(h *harness) {
		h.open("tip")
		two := claim
		two.Limit = 2
		onWire := h.exchange(now, two)
		h.must(h.ledger.PauseEdition(h.Context(), now, h.edition(), operator))
		if changed, err := h.ledger.PauseEdition(h.Context(), now, h.edition(), operator); changed || err != nil {
			h.Errorf("paused twice: %t, %v", changed, err)
		}
		if jobs := h.exchange(now, claim, ledger.Outcome{Job: onWire[0], State: ledger.Sent}); len(jobs) != 0 {
			h.Errorf("%d were claimed of a paused edition", len(jobs))
		}
		if c := h.counts(); c.Sent != 1 || c.Pending != 4 || c.Edition.State != editions.Paused {
			h.Errorf("%+v", c)
		}
		h.must(h.ledger.ResumeEdition(h.Context(), now, h.edition(), operator))
		if changed, err := h.ledger.ResumeEdition(h.Context(), now, h.edition(), operator); changed || err != nil {
			h.Errorf("resumed twice: %t, %v", changed, err)
		}
		if jobs := h.exchange(now, claim); len(jobs) != 3 {
			h.Errorf("%d were claimed after the pause, want 3", len(jobs))
		}
		if got := h.actions(); !slices.Equal(got, []string{"pause", "resume"}) {
			h.Errorf("noted: %v", got)
		}
	})
}

// Nobody gets a cancelled edition afterwards: not who waits, not who is to be
// tried again, not a later zone; what was on the wire counts as what it came to.
func TestCancelledEditionStaysSo(t *testing.T) {
	each(t, 6, func(h *harness) {
		h.open("tip")
		four := claim
		four.Limit = 4
		jobs := h.exchange(now, four)
		h.exchange(now, ledger.Claiming{Owner: claim.Owner},
			ledger.Outcome{Job: jobs[0], State: ledger.Sent},
			ledger.Outcome{Job: jobs[1], State: ledger.Retry, NextAt: now, Doubt: true})
		n, err := h.ledger.CancelEdition(h.Context(), now, h.edition(), operator)
		if err != nil || n != 3 {
			h.Fatalf("%d withdrawn, %v; want the two that wait and the one to be tried again", n, err)
		}
		h.exchange(now, ledger.Claiming{Owner: claim.Owner},
			ledger.Outcome{Job: jobs[2], State: ledger.Sent},
			ledger.Outcome{Job: jobs[3], State: ledger.Retry, NextAt: now})
		h.write(func(tx *sql.Tx) error {
			_, err := h.list.Add(h.Context(), tx, now, subscribers.Request{Address: "later@example.com", Newsletter: "management", Consent: subscribers.Vouched})
			return err
		})
		h.mustOpen(ledger.Opening{
			Newsletter: "management", LocalDate: "2026-11-23", Slot: h.slot(), DueAt: now, ExpiresAt: now.Add(time.Hour), Choice: editions.Daily, Everyone: true,
		})
		if jobs := h.exchange(now, claim); len(jobs) != 0 {
			h.Errorf("%d were claimed of a cancelled edition", len(jobs))
		}
		if n, err := h.ledger.FinishCancelled(h.Context(), now); n != 2 || err != nil {
			h.Errorf("%d, %v; want the one that came back and the one of a later zone", n, err)
		}
		h.wantExact("cancelled")
		if c := h.counts(); c.Due != 7 || c.Sent != 2 || c.Withdrawn != 4 || c.InDoubt != 1 || c.Open() {
			h.Errorf("%+v", c)
		}
		for what, err := range map[string]error{
			"pause":  second(h.ledger.PauseEdition(h.Context(), now, h.edition(), operator)),
			"resume": second(h.ledger.ResumeEdition(h.Context(), now, h.edition(), operator)),
			"cancel": second(h.ledger.CancelEdition(h.Context(), now, h.edition(), operator)),
			"again":  again(h.ledger.Requeue(h.Context(), now, h.edition(), ledger.Requeuing{States: []ledger.State{ledger.InDoubt}})),
		} {
			if !errors.Is(err, editions.ErrCancelled) {
				h.Errorf("%s of a cancelled edition: %v", what, err)
			}
		}
		if got := h.actions(); !slices.Equal(got, []string{"cancel"}) {
			h.Errorf("noted: %v", got)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func again(_, _ int64, err error) error { return err }

// What is refused once more while the button still works isn't taken for what it was pressed
// for, or a list of dead addresses would be tried without end.
func TestWhatFailsMeanwhileStays(t *testing.T) {
	each(t, 2, func(h *harness) {
		h.open("tip")
		jobs := h.exchange(now, claim)
		for i, at := range []time.Time{now, now.Add(time.Second)} {
			h.exchange(at, ledger.Claiming{Owner: claim.Owner}, ledger.Outcome{Job: jobs[i], State: ledger.Failed, Reply: ledger.Reply{Code: 550, Text: "no"}})
		}
		again := ledger.Requeuing{Kind: ledger.ActionRetryFailed, States: []ledger.State{ledger.Failed}, ExpiresAt: now.Add(time.Hour), Who: operator}
		for _, step := range []struct{ want, left int64 }{{1, 1}, {0, 1}} {
			if n, left, err := h.ledger.Requeue(h.Context(), now, h.edition(), again); n != step.want || left != step.left || err != nil {
				h.Errorf("%d again, %d left, %v; want %+v", n, left, err, step)
			}
		}
		if got := h.exchange(now.Add(time.Second), claim); len(got) != 1 || got[0].Key != jobs[0].Key {
			h.Errorf("claimed %+v", got)
		}
	})
}

// What failed goes out again, but not to who has left or is suppressed, and with
// a new end.
func TestFailedAreSentAgain(t *testing.T) {
	each(t, 6, func(h *harness) {
		h.open("tip")
		jobs := h.exchange(now, claim)
		refused := ledger.Reply{Code: 554, Enhanced: "5.7.1", Text: "policy"}
		states := []ledger.State{ledger.Failed, ledger.Failed, ledger.Failed, ledger.Sent, ledger.InDoubt, ledger.Retry}
		for i, state := range states {
			h.exchange(now, ledger.Claiming{Owner: claim.Owner},
				ledger.Outcome{Job: jobs[i], State: state, NextAt: now.Add(time.Minute), Reply: refused, Dead: i == 1, Doubt: state == ledger.InDoubt})
		}
		h.write(func(tx *sql.Tx) error {
			_, err := h.list.Unsubscribe(h.Context(), tx, now, jobs[2].Subscription, "")
			return err
		})
		later := now.Add(20 * time.Hour)
		n, left, err := h.ledger.Requeue(h.Context(), later, h.edition(), ledger.Requeuing{
			Kind: ledger.ActionRetryFailed, States: []ledger.State{ledger.Failed}, ExpiresAt: later.Add(12 * time.Hour), Who: operator,
		})
		if n != 1 || left != 2 || err != nil {
			h.Fatalf("%d again, %d left, %v; want 1 and 2", n, left, err)
		}
		got := h.exchange(later, claim)
		if len(got) != 1 || got[0].Key != jobs[0].Key || got[0].Attempts != 1 || !got[0].ExpiresAt.Equal(later.Add(12*time.Hour)) || !got[0].OpenedAt.Equal(later) {
			h.Errorf("claimed %+v", got)
		}
		h.wantExact("sent again")
		// In doubt: under the same Message-ID, so with the same Date.
		n, left, err = h.ledger.Requeue(h.Context(), later, h.edition(), ledger.Requeuing{
			Kind: ledger.ActionRetryDoubt, States: []ledger.State{ledger.InDoubt}, ExpiresAt: later.Add(time.Hour), Who: operator,
			Only: []int64{jobs[4].Key.Subscriber, jobs[0].Key.Subscriber},
		})
		if n != 1 || left != 0 || err != nil {
			h.Fatalf("%d again, %d left, %v; want 1 and 0", n, left, err)
		}
		if got := h.exchange(later, claim); len(got) != 1 || got[0].Key != jobs[4].Key || !got[0].OpenedAt.Equal(now) {
			h.Errorf("claimed %+v", got)
		}
		if c := h.counts(); c.ResentInDoubt != 1 {
			h.Errorf("%+v", c)
		}
		h.wantExact("in doubt sent again")
		if got := h.actions(); !slices.Equal(got, []string{"retry-failed", "resend-in-doubt"}) {
			h.Errorf("noted: %v", got)
		}
	})
}

func TestDoubtIsSettled(t *testing.T) {
	each(t, 4, func(h *harness) {
		place := ""
		o := h.opening("2026-11-23", editions.Course("one"), "one")
		o.CourseAfter = &place
		h.mustOpen(o)
		for i, j := range h.exchange(now, claim) {
			state := ledger.InDoubt
			if i == 3 {
				state = ledger.Failed
			}
			h.exchange(now, ledger.Claiming{Owner: claim.Owner}, ledger.Outcome{Job: j, State: state, Doubt: true})
		}
		one, err := h.list.Find(h.Context(), h.db.Read(), "r0@example.com")
		if err != nil {
			h.Fatal(err)
		}
		if _, err := h.ledger.SettleInDoubt(h.Context(), now, h.edition(), ledger.Expired, nil, operator); err == nil {
			h.Error("settled as expired")
		}
		for _, step := range []struct {
			as   ledger.State
			only []int64
			want int64
		}{
			{ledger.Failed, []int64{one.ID}, 1},
			{ledger.Failed, []int64{one.ID}, 0},
			{ledger.Sent, []int64{one.ID}, 0},
			{ledger.Sent, nil, 2},
			{ledger.Sent, nil, 0},
		} {
			n, err := h.ledger.SettleInDoubt(h.Context(), now, h.edition(), step.as, step.only, operator)
			if n != step.want || err != nil {
				h.Errorf("%+v: %d settled, %v", step, n, err)
			}
			h.wantExact(string(step.as))
		}
		if c := h.counts(); c.Sent != 2 || c.Failed != 2 || c.InDoubt != 0 {
			h.Errorf("%+v", c)
		}
		// A course goes on for who may have got the mail, whatever was found out.
		moved := 0
		err = h.list.Each(h.Context(), subscribers.Filter{}, func(_ subscribers.Subscriber, sub subscribers.Subscription) error {
			if sub.CourseTip == "one" {
				moved++
			}
			return nil
		})
		if err != nil || moved != 3 {
			h.Errorf("%d readers' courses moved on, %v; want 3", moved, err)
		}
		if got := h.actions(); !slices.Equal(got, []string{"settle-in-doubt", "settle-in-doubt"}) {
			h.Errorf("noted: %v", got)
		}
	})
}

// A command that was cut off is finished by who looks next.
func TestCancelInTheMiddle(t *testing.T) {
	h := &harness{T: t, db: storetest.SQLite(t)}
	var err error
	if h.list, err = subscribers.Open(t.Context(), h.db); err != nil {
		t.Fatal(err)
	}
	h.ledger = ledger.New(h.db, h.list)
	e := fillEdition(t, h.db, 20_000)
	cut, stop := context.WithCancel(t.Context())
	go func() { time.Sleep(20 * time.Millisecond); stop() }()
	_, _ = h.ledger.CancelEdition(cut, now, e, operator)
	if _, err := h.ledger.FinishCancelled(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	c := h.counts()
	if c.Edition.State == editions.Cancelled && (c.Open() || c.Withdrawn != 10_000) {
		t.Errorf("%+v", c)
	}
	h.wantExact("finished")
}

func TestResumeNow(t *testing.T) {
	each(t, 2, func(h *harness) {
		h.open("tip")
		for _, scope := range []string{ledger.Relay, "management", ledger.NoticesOf("management"), "other"} {
			if err := h.ledger.Pause(h.Context(), now, ledger.PauseInfo{Newsletter: scope, Since: now, ProbeAt: now.Add(time.Hour)}); err != nil {
				h.Fatal(err)
			}
		}
		scopes, err := h.ledger.ScopesOf(h.Context(), "management")
		if err != nil || len(scopes) != 3 {
			h.Fatalf("%+v, %v; want three", scopes, err)
		}
		if jobs := h.exchange(now, claim); len(jobs) != 0 {
			h.Fatalf("%d claimed while paused", len(jobs))
		}
		if _, err := h.ledger.ResumeNow(h.Context(), now, scopes, true, operator); err != nil {
			h.Fatal(err)
		}
		if jobs := h.exchange(now, claim); len(jobs) != 1 || !jobs[0].Probe {
			h.Errorf("%+v; want one probe", jobs)
		}
		if _, err := h.ledger.ResumeNow(h.Context(), now, scopes, false, operator); err != nil {
			h.Fatal(err)
		}
		if jobs := h.exchange(now, claim); len(jobs) != 1 || jobs[0].Probe {
			h.Errorf("%+v; want the rest", jobs)
		}
		if all, err := h.ledger.AllPauses(h.Context()); err != nil || len(all) != 1 || all[0].Newsletter != "other" {
			h.Errorf("%+v, %v", all, err)
		}
	})
}

// A pause that is over, or another one by now, isn't resumed, and isn't said to be.
func TestOnlyWhatWasSeenIsResumed(t *testing.T) {
	each(t, 2, func(h *harness) {
		var seen []ledger.PauseInfo
		for _, scope := range []string{"management", "other", "third"} {
			p := ledger.PauseInfo{Newsletter: scope, Since: now, ProbeAt: now.Add(time.Hour)}
			seen = append(seen, p)
			if scope == "management" {
				p.Since = now.Add(time.Minute)
			}
			if scope == "third" {
				continue
			}
			if err := h.ledger.Pause(h.Context(), now, p); err != nil {
				h.Fatal(err)
			}
		}
		resumed, err := h.ledger.ResumeNow(h.Context(), now, seen, true, operator)
		if err != nil || len(resumed) != 1 || resumed[0].Newsletter != "other" {
			h.Errorf("%+v, %v; want the second", resumed, err)
		}
	})
}

// resumePaused resumes what is paused of a newsletter.
func (h *harness) resumePaused(newsletter string, try bool) error {
	paused, err := h.ledger.ScopesOf(h.Context(), newsletter)
	if err != nil {
		return err
	}
	paused = slices.DeleteFunc(paused, func(p ledger.PauseInfo) bool { return p.Newsletter != newsletter })
	_, err = h.ledger.ResumeNow(h.Context(), now, paused, try, operator)
	return err
}

// What was refused and put back until the next try of its newsletter goes when
// somebody has it tried, or when the pause is over. Readers who are due meanwhile
// are tried before it.
func TestPutBackUntilTheNextTry(t *testing.T) {
	later := now.Add(time.Hour)
	for name, test := range map[string]struct {
		mend    func(h *harness) error
		claimed int
	}{
		"nothing": {func(*harness) error { return nil }, 0},
		"a try":   {func(h *harness) error { return h.ledger.ProbeNow(h.Context(), now) }, 1},
		"resume": {func(h *harness) error {
			return h.resumePaused("management", true)
		}, 1},
		"resume without a try": {func(h *harness) error {
			return h.resumePaused("management", false)
		}, 2},
		"accepted": {func(h *harness) error {
			_, err := h.ledger.Resume(h.Context(), now, "management")
			return err
		}, 2},
		"another newsletter's": {func(h *harness) error {
			_, err := h.ledger.Resume(h.Context(), now, "other")
			return err
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, 2, func(h *harness) {
				h.open("tip")
				for _, scope := range []string{"management", "other"} {
					if err := h.ledger.Pause(h.Context(), now, ledger.PauseInfo{Newsletter: scope, Since: now, ProbeAt: now}); err != nil {
						h.Fatal(err)
					}
				}
				jobs := h.exchange(now, claim)
				if _, err := h.ledger.Resume(h.Context(), now, "management"); err != nil {
					h.Fatal(err)
				}
				jobs = append(jobs, h.exchange(now, claim)...)
				var refused []ledger.Outcome
				for _, j := range jobs {
					refused = append(refused, ledger.Outcome{Job: j, State: ledger.Pending, NextAt: later, Reply: ledger.Reply{Code: 550, Text: "no"}})
				}
				if err := h.ledger.Pause(h.Context(), now, ledger.PauseInfo{Newsletter: "management", Since: now, ProbeAt: later}); err != nil {
					h.Fatal(err)
				}
				if _, err := h.ledger.Exchange(h.Context(), now, refused, ledger.Claiming{}); err != nil || len(refused) != 2 {
					h.Fatal(len(refused), err)
				}
				if err := test.mend(h); err != nil {
					h.Fatal(err)
				}
				if jobs := h.exchange(now, claim); len(jobs) != test.claimed {
					h.Errorf("%d claimed, want %d", len(jobs), test.claimed)
				}
			})
		})
	}
}

// Readers who are due while their newsletter is paused are a reason to try it.
func TestOpeningTriesWhatIsPaused(t *testing.T) {
	each(t, 2, func(h *harness) {
		for _, scope := range []string{"management", "other"} {
			if err := h.ledger.Pause(h.Context(), now, ledger.PauseInfo{Newsletter: scope, Since: now, ProbeAt: now.Add(time.Hour)}); err != nil {
				h.Fatal(err)
			}
		}
		h.open("tip")
		if jobs := h.exchange(now, claim); len(jobs) != 1 || !jobs[0].Probe {
			h.Errorf("%+v; want one probe", jobs)
		}
		pauses, err := h.ledger.AllPauses(h.Context())
		if err != nil || len(pauses) != 2 || !pauses[1].ProbeAt.After(now.Add(time.Minute)) {
			h.Errorf("%+v, %v; the other newsletter waits", pauses, err)
		}
	})
}

func TestProgress(t *testing.T) {
	each(t, 40, func(h *harness) {
		h.open("tip")
		e := h.edition()
		at := now
		rate := func() float64 {
			h.Helper()
			p, err := h.ledger.Progress(h.Context(), at, e)
			if err != nil {
				h.Fatal(err)
			}
			return p.Rate
		}
		if got := rate(); got != 0 {
			h.Errorf("before anything is sent: %v", got)
		}
		for range 15 { // two every second, by two nodes
			at = at.Add(time.Second)
			for _, owner := range []string{"a", "b"} {
				one := ledger.Claiming{Owner: owner, Limit: 1}
				for _, j := range h.exchange(at, one) {
					h.exchange(at, ledger.Claiming{Owner: owner}, ledger.Outcome{Job: j, State: ledger.Sent})
				}
			}
		}
		if got := rate(); got < 1.8 || got > 2.2 {
			h.Errorf("two a second: %v", got)
		}
		at = at.Add(15 * time.Second)
		if got := rate(); got > 1.3 {
			h.Errorf("half of the time nothing moved: %v", got)
		}
		at = at.Add(time.Hour)
		if got := rate(); got != 0 {
			h.Errorf("an hour later: %v", got)
		}
		h.sendAll(at)
		if got := rate(); got > 40 {
			h.Errorf("at the first mails after a rest: %v", got)
		}
	})
}
