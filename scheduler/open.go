package scheduler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/subscribers"
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

// early refuses to send a tip by hand before its author allows it: the date whose
// it is may be ahead.
func (t *tick) early(tip *tips.Tip) error {
	if t.hand && tip.NotBefore != "" && !tip.NotBefore.Reached(t.now.In(t.n.zone(""))) {
		return fmt.Errorf("%w: %s says not before %s; wait until then, or pin another tip to the date (dailytip plan pin)", ErrTooEarly, tip.Path, tip.NotBefore)
	}
	return nil
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

// writeDown fixes a date's tip and returns it as it stands; none: the reason.
func (t *tick) writeDown(ctx context.Context, date Date) ([]editions.Item, string, error) {
	content, err := t.Editions.WrittenDown(ctx, t.n.ID, date.String(), editions.Daily)
	if !errors.Is(err, editions.ErrNotWritten) {
		return content.Items, "", err
	}
	items, reason, err := t.daily(ctx, date)
	if err != nil || len(items) == 0 {
		return nil, reason, err
	}
	content, err = t.Editions.WriteDown(ctx, t.now, t.n.ID, date.String(), reason, items)
	t.read = nil
	return content.Items, "", err
}

// opened is what an opening came to.
type opened struct {
	deliveries int64  // that are new
	reason     string // why there's nothing to send to those who are due; "": there is, or nobody is
}

// open opens what the readers of a slot get on a date. Mostly it's written down,
// by an earlier slot, and nothing has to be chosen.
func (t *tick) open(ctx context.Context, slot subscribers.Slot, date Date, o ledger.Opening) (got opened, err error) {
	defer func() {
		if errors.Is(err, editions.ErrPruned) {
			got, err = opened{reason: pruned}, nil
		}
	}()
	o.Newsletter, o.LocalDate, o.Slot = t.n.ID, date.String(), slot.ID
	prepare := t.daily
	switch {
	case t.n.Order == CourseOrder:
		return t.openCourse(ctx, date, o)
	case slot.Cadence == subscribers.Weekly:
		o.Choice, prepare = editions.Weekly, t.writeDownWeek
	default:
		o.Choice = editions.Daily
	}
	count, err := t.Ledger.Open(ctx, t.now, o)
	if !errors.Is(err, editions.ErrNotWritten) {
		return opened{deliveries: count}, err
	}
	items, reason, err := prepare(ctx, date)
	if err != nil || len(items) == 0 {
		return opened{reason: reason}, err
	}
	o.Reason, o.Items = reason, items
	count, err = t.Ledger.Open(ctx, t.now, o)
	t.read = nil
	return opened{deliveries: count}, err
}

// daily returns a date's tip and why it's that one; none: why not.
func (t *tick) daily(ctx context.Context, date Date) ([]editions.Item, string, error) {
	choice, err := t.choose(ctx, date)
	if err != nil || choice.Tip.ID == "" {
		return nil, choice.Reason, err
	}
	items, err := t.items(choice)
	return items, choice.Reason, err
}

// writeDownWeek returns the tips of the seven dates up to and including one, those that
// daily readers got, and writes down any that isn't yet. A date that was skipped or
// cancelled, or passed without an edition, adds none. The mail's own date may be a skipped
// one: the mail then brings the tips of the others. With none at all it returns why the
// last of the dates has none.
func (t *tick) writeDownWeek(ctx context.Context, date Date) (items []editions.Item, reason string, err error) {
	upcoming := t.n.Upcoming(t.now)
	for day := date.Add(-6); !day.After(date); day = day.Add(1) {
		c, err := t.calendar(ctx)
		if err != nil {
			return nil, "", err
		}
		passed := upcoming.After(day) && day != date // the mail's own date is dealt with now
		if _, stands := c.sent[day.String()]; !stands && (passed || !t.n.Rule.Matches(day)) {
			continue
		}
		cancelled, err := t.Editions.CancelledOn(ctx, t.n.ID, day.String())
		if err != nil {
			return nil, "", err
		}
		if cancelled && day != date {
			continue
		}
		one, why, err := t.writeDown(ctx, day)
		if err != nil {
			return nil, "", err
		}
		items = append(items, one...)
		if why != "" {
			reason = why
		}
	}
	switch {
	case len(items) > 0:
		return items, "", nil
	case reason == "":
		reason = noWeek
	}
	return nil, reason, nil
}

// openCourse opens a content for each place in the course that readers of the
// slot stand at.
func (t *tick) openCourse(ctx context.Context, date Date, o ledger.Opening) (got opened, err error) {
	places, err := t.Ledger.CoursePlaces(ctx, o)
	if err != nil || len(places) == 0 {
		return got, err
	}
	c, err := t.calendar(ctx)
	if err != nil {
		return got, err
	}
	if c.skipped(date) {
		return opened{reason: Skipped}, nil
	}
	finish := o.Finish
	o.Finish = false // there are several
	for _, place := range places {
		choice := c.inCourse(date, place)
		tip := choice.Tip
		if tip.ID == "" {
			if got.reason != Unapproved {
				got.reason = choice.Reason
			}
			continue
		}
		if err := t.early(&tip); err != nil {
			return got, err
		}
		o.Choice, o.Reason, o.CourseAfter = editions.Course(tip.ID), Next, &place
		if o.Items, err = t.items(Choice{Date: date, Tip: tip}); err != nil {
			return got, err
		}
		count, err := t.Ledger.Open(ctx, t.now, o)
		got.deliveries += count
		if err != nil {
			return got, err
		}
	}
	if got.deliveries > 0 && got.reason != Unapproved {
		got.reason = "" // some are at the end of the course, others aren't
	}
	if finish && got.reason == "" {
		err = t.Ledger.FinishRun(ctx, t.now, ledger.Run{
			Newsletter: o.Newsletter, LocalDate: o.LocalDate, Slot: o.Slot, DueAt: o.DueAt, State: runOpened, Deliveries: got.deliveries,
		})
	}
	return got, err
}

// items copies a tip for the ledger.
func (t *tick) items(choice Choice) ([]editions.Item, error) {
	if choice.Note != "" {
		t.Log.Warn("a date's pinned tip is replaced", "newsletter", t.n.ID, "date", choice.Date.String(), "tip", choice.Tip.ID, "why", choice.Note)
	}
	body, err := json.Marshal(choice.Tip)
	if err != nil {
		return nil, fmt.Errorf("copy tip %s: %w", choice.Tip.ID, err)
	}
	return []editions.Item{{Tip: choice.Tip.ID, Body: body}}, nil
}
