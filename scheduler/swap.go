package scheduler

import (
	"context"
	"time"

	"dailytip/editions"
)

// Swap gives two dates what the other one has: a tip, which is pinned there then, or a
// skip. seen is the tip that the operator saw on the first, "" for none; it's refused with
// [editions.ErrChanged] when it has another one by then. nil: whatever it has. It returns
// what it changed, or returns [Refused].
func (s *Scheduler) Swap(ctx context.Context, now time.Time, n *Newsletter, one, other Date, seen *string) ([]editions.Replanned, error) {
	switch {
	case n.Order == CourseOrder:
		return nil, refused("newsletter %s is a course, in which each reader has a plan of their own", n.ID)
	case one == other:
		return nil, nothing("%s is that date already", one)
	}
	c, err := s.Calendar(ctx, n, now)
	if err != nil {
		return nil, err
	}
	first, err := c.movable(now, one)
	if err != nil {
		return nil, err
	}
	second, err := c.movable(now, other)
	if err != nil {
		return nil, err
	}
	if seen != nil && first.Tip != *seen {
		return nil, editions.ErrChanged
	}
	if first.Tip == second.Tip {
		return nil, nothing("%s and %s get the same", one, other)
	}
	dates := []editions.Replanned{
		{LocalDate: one.String(), From: c.Chosen(one), To: second},
		{LocalDate: other.String(), From: c.Chosen(other), To: first},
	}
	if err := s.Replan(ctx, now, n, dates); err != nil {
		return nil, err
	}
	return dates, nil
}

// movable is what a date has and another one could get: the tip that is meant for it,
// approved or not, or a skip.
func (c *Calendar) movable(now time.Time, date Date) (editions.Choice, error) {
	n, from := c.newsletter, c.newsletter.Upcoming(now)
	switch {
	case !n.Rule.Matches(date):
		return editions.Choice{}, refused("newsletter %s has no edition on %s: its schedule passes over it", n.ID, date)
	case from.After(date):
		return editions.Choice{}, refused("%s is over", date)
	}
	switch meant := c.asIfApproved().Ahead(from, date); {
	case meant.Reason == Sent:
		return editions.Choice{}, editions.ErrOpened
	case meant.Reason == Skipped:
		return editions.Choice{Reason: "skip"}, nil
	case meant.Tip.ID == "":
		return editions.Choice{}, refused("nothing is planned for %s that another date could get (%s)", date, meant.Reason)
	default:
		return editions.Choice{Reason: "pin", Tip: meant.Tip.ID}, nil
	}
}

// Replan changes what the operator chose for some dates, for all of them or for none, as
// [editions.Editions.Replan] does, or returns [Refused]: what a date can't have isn't
// pinned to it.
func (s *Scheduler) Replan(ctx context.Context, now time.Time, n *Newsletter, dates []editions.Replanned) error {
	c, err := s.Calendar(ctx, n, now)
	if err != nil {
		return err
	}
	for _, d := range dates {
		date, err := ParseDate(d.LocalDate)
		if err != nil {
			return refused("%v", err)
		}
		if d.To.Tip == "" {
			continue
		}
		if err := c.pinnable(date, d.To.Tip); err != nil {
			return err
		}
	}
	return s.Editions.Replan(ctx, now, n.ID, dates)
}
