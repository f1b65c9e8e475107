package scheduler

import (
	"context"
	"fmt"
	"time"

	"dailytip/ledger"
	"dailytip/subscribers"
)

// lookBack bounds how far a slot's missed instants are looked for: a slot that
// stood empty for years and gets a reader again owes them nothing.
const lookBack = 40 * 24 * time.Hour

// catchUp deals with a slot's due instants up to now: the last one goes out when
// it isn't older than the grace time, all others are recorded as skipped. So
// there are never two at once, and never a backlog.
func (t *turn) catchUp(ctx context.Context, slot subscribers.Slot) error {
	schedule := t.n.Schedule(slot)
	from := slot.DoneUntil
	if oldest := t.now.Add(-lookBack); from.Before(oldest) {
		from = oldest
	}
	date, due := schedule.next(from)
	for !due.IsZero() && !due.After(t.now) {
		nextDate, nextDue := schedule.next(due)
		more := !nextDue.IsZero() && !nextDue.After(t.now)
		run := ledger.Run{Newsletter: t.n.ID, LocalDate: date.String(), Slot: slot.ID, DueAt: due}
		if err := t.deal(ctx, slot, date, &run, more); err != nil {
			return err
		}
		// What nobody was due for needs no record, and finishing a later
		// instant finishes this one.
		if run.State == "opened" || run.Deliveries > 0 || !more {
			if err := t.Ledger.FinishRun(ctx, t.now, run); err != nil {
				return err
			}
			t.report(run)
		}
		date, due = nextDate, nextDue
	}
	return nil
}

// deal opens what is due at one instant, or finds why not. more says that a
// later instant has come as well.
func (t *turn) deal(ctx context.Context, slot subscribers.Slot, date Date, run *ledger.Run, more bool) (err error) {
	late := t.now.Sub(run.DueAt)
	if late <= t.n.Grace && !more {
		reason := ""
		run.Deliveries, reason, err = t.open(ctx, slot, date, ledger.Opening{
			DueAt: run.DueAt, ExpiresAt: run.DueAt.Add(t.n.GiveUpAfter),
		})
		run.State = "opened"
		if reason != "" {
			run.State, run.Reason = "skipped", "the date "+reasonText(reason)
		}
		return err
	}
	run.State, run.Reason = "skipped", "the next one was due as well"
	if late > t.n.Grace {
		run.Reason = fmt.Sprintf("it was noticed %s late; grace is %s", late.Round(time.Minute), t.n.Grace)
	}
	run.Deliveries, err = t.Ledger.CountDue(ctx, run.Slot, run.DueAt)
	return err
}

func (t *turn) report(run ledger.Run) {
	log := t.Log.With("newsletter", t.n.ID, "date", run.LocalDate, "slot", run.Slot, "readers", run.Deliveries)
	switch {
	case run.State == "skipped" && run.Deliveries > 0:
		log.Warn("an edition was missed", "reason", run.Reason)
	case run.State == "skipped":
		log.Info("no edition", "reason", run.Reason)
	case run.Deliveries > 0:
		log.Info("edition opened")
		if t.Opened != nil {
			t.Opened()
		}
	}
}

func reasonText(reason string) string {
	switch reason {
	case Skipped:
		return "is skipped, by skip: in the configuration or by dailytip plan skip"
	case Empty:
		return "finds the library used up; add tips, or set when_empty: repeat"
	}
	return reason
}
