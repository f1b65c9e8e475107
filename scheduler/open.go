package scheduler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/subscribers"
)

// writeDown writes a date's tip down, unless that was done before, and returns what is
// written; or nothing, and why there's no tip.
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

// open opens what the readers of a slot get on a date. Mostly that was written down for
// an earlier slot, and nothing has to be chosen.
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

// daily returns a date's tip and why it's that one; or nothing, and why there's no tip.
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
			Newsletter: o.Newsletter, LocalDate: o.LocalDate, Slot: o.Slot, DueAt: o.DueAt, State: ledger.RunOpened, Deliveries: got.deliveries,
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
