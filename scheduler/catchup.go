package scheduler

import (
	"context"
	"fmt"
	"time"

	"dailytip/ledger"
	"dailytip/subscribers"
)

// lookBack is how far back each missed date is recorded by itself. Those before are
// recorded together, so that an outage of years leaves few records.
const lookBack = 40 * 24 * time.Hour

// since returns the instant after which a slot's due instants are to be dealt
// with.
func (t *tick) since(slot subscribers.Slot) time.Time {
	if slot.DoneUntil.After(t.now) {
		// The clock was ahead, and has been set back: what was done or missed by
		// that clock may be due now. Nobody gets a date's mail twice all the same.
		return t.now.Add(-t.n.Grace - time.Nanosecond)
	}
	return slot.DoneUntil
}

// catchUp deals with a slot's due instants, from one that has passed to the last that
// has: the last one goes out when it isn't older than the grace time, all others are
// recorded as skipped. So there are never two at once, and never a backlog. It
// returns the slot's next instant.
func (t *tick) catchUp(ctx context.Context, slot subscribers.Slot, schedule Schedule, due time.Time) (time.Time, error) {
	from, err := t.skipLong(ctx, slot, schedule, due.Add(-time.Nanosecond))
	if err != nil {
		return due, err
	}
	date, due := schedule.next(from)
	for !due.IsZero() && !due.After(t.now) {
		nextDate, nextDue := schedule.next(due)
		more := !nextDue.IsZero() && !nextDue.After(t.now)
		run, became, err := t.deal(ctx, slot, date, due, more)
		if err != nil {
			return due, err
		}
		if became == toRecord {
			if err := t.Ledger.FinishRun(ctx, t.now, run); err != nil {
				return due, err
			}
		}
		if became == toRecord || run.Deliveries > 0 {
			t.report(slot, run)
		}
		if became == toRetry {
			return due, nil
		}
		date, due = nextDate, nextDue
	}
	return due, nil
}

// skipLong records the instants after one that lie further back than lookBack as
// one, and returns after which instant there are others.
func (t *tick) skipLong(ctx context.Context, slot subscribers.Slot, schedule Schedule, from time.Time) (time.Time, error) {
	oldest := t.now.Add(-lookBack)
	if !from.Before(oldest) {
		return from, nil
	}
	// A slot that stood empty for years and gets a reader again owes them
	// nothing.
	readers, some, err := t.List.ReadersSince(ctx, slot.ID)
	if err != nil {
		return from, err
	}
	if !some {
		return t.now, nil
	}
	if readers.After(from) {
		from = readers
	}
	first, due := schedule.next(from)
	if due.IsZero() || due.After(oldest) {
		return from, nil
	}
	for date := DateOf(oldest, schedule.Zone); date.After(first); date = date.Add(-1) {
		if at, ok := schedule.Due(date); ok && !at.After(oldest) {
			due = at
			break
		}
	}
	run := ledger.Run{
		Newsletter: t.n.ID, LocalDate: first.String(), Slot: slot.ID, DueAt: due, State: ledger.RunSkipped,
		Reason: fmt.Sprintf("this date and those after it were noticed more than %d days late; grace is %s", lookBack/(24*time.Hour), t.n.Grace),
	}
	if run.Deliveries, err = t.Ledger.CountDue(ctx, run.Slot, run.DueAt); err != nil {
		return from, err
	}
	if err := t.Ledger.FinishRun(ctx, t.now, run); err != nil {
		return from, err
	}
	t.report(slot, run)
	return due, nil
}

// outcome is what became of a due instant.
type outcome int

const (
	settled  outcome = iota // its run is recorded, or nobody was due and there's none
	toRecord                // its run is to be recorded
	toRetry                 // readers wait for an approval: a tip that gets it within the grace goes out late
)

// deal opens what is due at one instant, or finds why not. more says that a
// later instant has come as well.
func (t *tick) deal(ctx context.Context, slot subscribers.Slot, date Date, due time.Time, more bool) (ledger.Run, outcome, error) {
	run := ledger.Run{Newsletter: t.n.ID, LocalDate: date.String(), Slot: slot.ID, DueAt: due, State: ledger.RunSkipped}
	late := t.now.Sub(due)
	if late <= t.n.Grace && !more {
		got, err := t.open(ctx, slot, date, ledger.Opening{DueAt: due, ExpiresAt: due.Add(t.n.GiveUpAfter), Finish: true})
		run.Deliveries = got.deliveries
		switch {
		case err != nil:
			return run, toRetry, err
		case got.reason == "":
			run.State = ledger.RunOpened
			return run, settled, nil
		case got.reason == Unapproved:
			run.State = ledger.RunOpened // for those in a course who have got theirs
			return run, toRetry, t.tellUnapproved(ctx, date)
		}
		run.Reason = "the date " + reasonText(got.reason)
		return run, toRecord, nil
	}
	var err error
	if run.Reason, err = t.whyMissed(ctx, slot, date, late); err != nil {
		return run, toRetry, err
	}
	run.Deliveries, err = t.Ledger.CountDue(ctx, run.Slot, run.DueAt)
	if run.Deliveries == 0 {
		return run, settled, err
	}
	return run, toRecord, err
}

// whyMissed says why a due instant that has come isn't opened any more.
func (t *tick) whyMissed(ctx context.Context, slot subscribers.Slot, date Date, late time.Duration) (string, error) {
	if late <= t.n.Grace {
		return "the next one was due as well", nil
	}
	waited, err := t.waited(ctx, slot, date)
	if waited {
		return "no tip was approved within the grace, which is " + inShort(t.n.Grace), err
	}
	return fmt.Sprintf("it was noticed %s late; grace is %s", late.Round(time.Minute), t.n.Grace), err
}

// report logs what became of a date, and in which zone and at which hour it was due:
// several groups of readers have the same date.
func (t *tick) report(slot subscribers.Slot, run ledger.Run) {
	zone := t.n.Schedule(slot).Zone
	log := t.Log.With("newsletter", t.n.ID, "date", run.LocalDate, "zone", zone.String(), "hour", run.DueAt.In(zone).Format("15:04"), "readers", run.Deliveries)
	switch {
	case run.State == ledger.RunSkipped && run.Deliveries > 0:
		log.Warn("an edition was missed", "reason", run.Reason)
	case run.State == ledger.RunSkipped:
		log.Info("no edition", "reason", run.Reason)
	case run.Deliveries > 0:
		log.Info("edition opened")
		if t.Wake != nil {
			t.Wake()
		}
	}
}

// Why nobody gets anything although the calendar has a tip.
const (
	noWeek = "no week" // a weekly reader, when no edition of the week went out
	pruned = "pruned"  // the edition's deliveries are kept no longer
)

func reasonText(reason string) string {
	switch reason {
	case Skipped:
		return "is skipped, by skip: in the configuration or by dailytip plan skip"
	case Empty:
		return "finds the library used up; add tips, or set when_empty: repeat"
	case Waits:
		return "finds readers of the course waiting for a tip that isn't to be sent yet"
	case Unapproved:
		return "has no tip that is approved; approve one (dailytip plan approve)"
	case noWeek:
		return "ends a week without editions"
	case pruned:
		return "has an edition whose deliveries are kept no longer (keep_deliveries): nobody can tell who has it"
	}
	return reason
}
