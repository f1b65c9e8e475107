package scheduler

import (
	"context"
	"fmt"
	"time"

	"dailytip/tips"
)

// tick is one newsletter at one instant: what [Scheduler.Tick] does for each, and what
// a send by hand does for one.
type tick struct {
	*Scheduler
	n    *Newsletter
	now  time.Time
	read *Calendar // nil: to be read
	hand bool      // an operator sends, perhaps before the date
}

func (t *tick) run(ctx context.Context) error {
	if err := t.publish(ctx); err != nil {
		return err
	}
	slots, err := t.List.Slots(ctx, t.n.ID)
	if err != nil {
		return err
	}
	for _, slot := range slots {
		next, known := t.nextDue[slot.ID]
		if !known {
			next.schedule = t.n.Schedule(slot) // what makes a slot never changes
		}
		if !known || !next.doneUntil.Equal(slot.DoneUntil) {
			next.doneUntil, next.due = slot.DoneUntil, next.schedule.Next(t.since(slot))
			t.nextDue[slot.ID] = next
		}
		if next.due.IsZero() || next.due.After(t.now) {
			continue
		}
		if next.due, err = t.catchUp(ctx, slot, next.schedule, next.due); err != nil {
			return err
		}
		t.nextDue[slot.ID] = next
	}
	if err := t.proof(ctx); err != nil { // last: readers don't wait for the editor
		return err
	}
	return t.warn(ctx)
}

// publish writes down the tip of each date when it comes in the newsletter's own
// zone, whoever is due: the plan then holds on days that no reader takes, and a
// weekly mail finds the tips of the days before it.
func (t *tick) publish(ctx context.Context) error {
	if t.n.Order == CourseOrder {
		return nil
	}
	after := t.published[t.n.ID]
	if oldest := t.now.Add(-t.n.Grace - time.Nanosecond); after.Before(oldest) || after.After(t.now) {
		after = oldest // a start, or the clock was set back
	}
	date, due := t.n.own().next(after)
	for !due.IsZero() && !due.After(t.now) {
		nextDate, nextDue := t.n.own().next(due)
		if more := !nextDue.IsZero() && !nextDue.After(t.now); !more {
			someone, err := t.List.HasReaders(ctx, t.n.ID, due)
			if err != nil {
				return err
			}
			if someone {
				_, why, err := t.writeDown(ctx, date)
				if err != nil {
					return err
				}
				if why == Unapproved { // somebody may approve one yet
					return t.tellUnapproved(ctx, date)
				}
			}
		}
		t.published[t.n.ID] = due
		date, due = nextDate, nextDue
	}
	return nil
}

// calendar reads the calendar at first need, and again after writeDown or open has
// written a tip down: another node may have been first, with another tip.
func (t *tick) calendar(ctx context.Context) (*Calendar, error) {
	if t.read != nil {
		return t.read, nil
	}
	c, err := t.Calendar(ctx, t.n, t.now)
	t.read = c
	return c, err
}

// choose names a date's tip as the plan shows it. A date that comes early, in an
// eastern zone, leaves the dates before it the tips that are planned for them.
func (t *tick) choose(ctx context.Context, date Date) (Choice, error) {
	c, err := t.calendar(ctx)
	if err != nil {
		return Choice{}, err
	}
	choice := c.Ahead(t.n.Upcoming(t.now), date)
	if choice.Reason != Sent {
		err = t.early(&choice.Tip)
	}
	return choice, err
}

// early refuses to send a tip by hand before its author allows it: the date that it's
// sent for may be ahead.
func (t *tick) early(tip *tips.Tip) error {
	if t.hand && tip.NotBefore != "" && !tip.NotBefore.Reached(t.now.In(t.n.zone(""))) {
		return fmt.Errorf("%w: %s says not before %s; wait until then, or pin another tip to the date (dailytip plan pin)", ErrTooEarly, tip.Path, tip.NotBefore)
	}
	return nil
}
