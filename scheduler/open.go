package scheduler

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"dailytip/ledger"
	"dailytip/subscribers"
)

// turn is one look at one newsletter.
type turn struct {
	*Scheduler
	n    *Newsletter
	now  time.Time
	read *Calendar // nil: to be read
}

// calendar reads the calendar at first need, and again after a tip was written
// down: another node may have been first, with another tip.
func (t *turn) calendar(ctx context.Context) (*Calendar, error) {
	if t.read != nil {
		return t.read, nil
	}
	c, err := t.Calendar(ctx, t.n)
	t.read = c
	return c, err
}

// choose names a date's tip as the plan shows it. A date that comes early, in an
// eastern zone, leaves the dates before it the tips that are planned for them.
func (t *turn) choose(ctx context.Context, date Date) (Choice, error) {
	c, err := t.calendar(ctx)
	if err != nil {
		return Choice{}, err
	}
	choice := c.Ahead(t.n.Upcoming(t.now), date)
	if choice.Reason != Sent {
		t.read = nil
	}
	return choice, nil
}

// publish writes down the tip of each date when it comes in the newsletter's own
// zone, whoever is due: the plan then holds on days that no reader takes, and a
// weekly mail finds the tips of the days before it.
func (t *turn) publish(ctx context.Context, slots []subscribers.Slot) error {
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
		more := !nextDue.IsZero() && !nextDue.After(t.now)
		if !more && hadReaders(slots, due) {
			if _, _, err := t.writeDown(ctx, date); err != nil {
				return err
			}
		}
		t.published[t.n.ID] = due
		date, due = nextDate, nextDue
	}
	return nil
}

// hadReaders tells whether one of the slots existed before an instant: a slot
// begins with the moment it was made as done.
func hadReaders(slots []subscribers.Slot, at time.Time) bool {
	for _, slot := range slots {
		if slot.DoneUntil.Before(at) {
			return true
		}
	}
	return false
}

// writeDown fixes a date's tip and returns it as it stands; none: the reason.
func (t *turn) writeDown(ctx context.Context, date Date) ([]ledger.Item, string, error) {
	choice, err := t.choose(ctx, date)
	if err != nil || choice.Tip.ID == "" {
		return nil, choice.Reason, err
	}
	one, err := t.items(choice)
	if err != nil {
		return nil, "", err
	}
	content, err := t.Ledger.WriteDown(ctx, t.now, t.n.ID, date.String(), choice.Reason, one)
	return content.Items, "", err
}

// open opens what the readers of a slot get on a date. It returns how many
// deliveries are new, and the reason when there is nothing to send.
func (t *turn) open(ctx context.Context, slot subscribers.Slot, date Date, o ledger.Opening) (int64, string, error) {
	o.Newsletter, o.LocalDate, o.Slot = t.n.ID, date.String(), slot.ID
	switch {
	case t.n.Order == CourseOrder:
		return t.openCourse(ctx, date, o)
	case slot.Cadence == subscribers.Weekly:
		return t.openWeekly(ctx, date, o)
	}
	choice, err := t.choose(ctx, date)
	if err != nil || choice.Tip.ID == "" {
		return 0, choice.Reason, err
	}
	o.Choice, o.Reason = ledger.Daily, choice.Reason
	if o.Items, err = t.items(choice); err != nil {
		return 0, "", err
	}
	opened, err := t.Ledger.Open(ctx, t.now, o)
	return opened, "", err
}

// openWeekly opens one mail with the tips of the seven dates up to and
// including its own, those that daily readers got. A date that passed without
// an edition has none here either, nor has one whose edition was cancelled.
func (t *turn) openWeekly(ctx context.Context, date Date, o ledger.Opening) (int64, string, error) {
	anybody, err := t.Ledger.AnyDue(ctx, o)
	if err != nil || !anybody {
		return 0, "", err
	}
	upcoming := t.n.Upcoming(t.now)
	for day := date.Add(-6); !day.After(date); day = day.Add(1) {
		c, err := t.calendar(ctx)
		if err != nil {
			return 0, "", err
		}
		passed := upcoming.After(day) && day != date
		if _, stands := c.sent[day.String()]; !stands && (passed || !t.n.Rule.Matches(day)) {
			continue
		}
		cancelled, err := t.Ledger.CancelledOn(ctx, t.n.ID, day.String())
		if err != nil {
			return 0, "", err
		}
		if cancelled && day != date {
			continue
		}
		one, _, err := t.writeDown(ctx, day)
		if err != nil {
			return 0, "", err
		}
		o.Items = append(o.Items, one...)
	}
	if len(o.Items) == 0 {
		return 0, Empty, nil
	}
	o.Choice = ledger.Weekly
	opened, err := t.Ledger.Open(ctx, t.now, o)
	return opened, "", err
}

// openCourse opens a content for each place in the course that readers of the
// slot stand at.
func (t *turn) openCourse(ctx context.Context, date Date, o ledger.Opening) (total int64, reason string, err error) {
	c, err := t.calendar(ctx)
	if err != nil {
		return 0, "", err
	}
	if c.skipped(date) {
		return 0, Skipped, nil
	}
	places, err := t.Ledger.CoursePlaces(ctx, o)
	if err != nil {
		return 0, "", err
	}
	for _, place := range places {
		tip, ok := c.NextInCourse(place)
		if !ok {
			reason = Empty
			continue
		}
		o.Choice, o.Reason, o.CourseAfter = ledger.Course(tip.ID), Next, &place
		if o.Items, err = t.items(Choice{Date: date, Tip: tip}); err != nil {
			return total, "", err
		}
		opened, err := t.Ledger.Open(ctx, t.now, o)
		total += opened
		if err != nil {
			return total, "", err
		}
	}
	if total > 0 {
		reason = "" // some are at the end of the course, others aren't
	}
	return total, reason, nil
}

// items copies a tip for the ledger.
func (t *turn) items(choice Choice) ([]ledger.Item, error) {
	if choice.Missing != "" {
		t.Log.Warn("the tip that is pinned to a date isn't in the library; another takes its place",
			"newsletter", t.n.ID, "date", choice.Date.String(), "pinned", choice.Missing, "tip", choice.Tip.ID)
	}
	body, err := json.Marshal(choice.Tip)
	if err != nil {
		return nil, fmt.Errorf("copy tip %s: %w", choice.Tip.ID, err)
	}
	return []ledger.Item{{Tip: choice.Tip.ID, Body: body}}, nil
}
