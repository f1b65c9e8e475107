package scheduler

import (
	"context"
	"slices"
	"time"

	"dailytip/editions"
)

// Pinned is the operator's choice for a date, or the zero Choice. Whoever changes the date
// afterwards hands in the choice that they saw: the change fails with
// [editions.ErrChanged] when there's another one by then. With nil it isn't compared.
func (s *Scheduler) Pinned(ctx context.Context, n *Newsletter, date Date) (editions.Choice, error) {
	pins, err := s.Editions.Pins(ctx, n.ID)
	if i := slices.IndexFunc(pins, func(p editions.Choice) bool { return p.LocalDate == date.String() }); i >= 0 {
		return pins[i], err
	}
	return editions.Choice{}, err
}

// Chosen is the operator's choice for a date; the zero Choice: there is none.
func (c *Calendar) Chosen(date Date) editions.Choice {
	tip, there := c.pins[date.String()]
	switch {
	case !there:
		return editions.Choice{}
	case tip == "":
		return editions.Choice{Reason: "skip"}
	}
	return editions.Choice{Reason: "pin", Tip: tip}
}

// Pin gives a date a tip of the operator's choice, or returns [Refused].
func (s *Scheduler) Pin(ctx context.Context, now time.Time, n *Newsletter, date Date, tip string, seen *editions.Choice) error {
	c, err := s.Calendar(ctx, n, now)
	if err == nil {
		err = c.pinnable(date, tip)
	}
	if err != nil {
		return err
	}
	return s.Editions.Pin(ctx, now, n.ID, date.String(), tip, seen)
}

// Skip has nothing sent on a date.
func (s *Scheduler) Skip(ctx context.Context, now time.Time, n *Newsletter, date Date, seen *editions.Choice) error {
	return s.Editions.Pin(ctx, now, n.ID, date.String(), "", seen)
}

// Unpin takes back a pin or a skip that somebody has set, or returns [Refused].
func (s *Scheduler) Unpin(ctx context.Context, n *Newsletter, date Date, seen *editions.Choice) error {
	there, err := s.Editions.Unpin(ctx, n.ID, date.String(), seen)
	if err == nil && !there {
		return nothing("%s has no pin and no skip", date)
	}
	return err
}

// Unskip takes back a skip, and nothing else: a pin stays, and what the
// configuration skips can only be changed there or by a pin. Else it returns [Refused].
func (s *Scheduler) Unskip(ctx context.Context, n *Newsletter, date Date, seen *editions.Choice) error {
	pinned, err := s.Pinned(ctx, n, date)
	if err != nil {
		return err
	}
	if seen != nil && (seen.Reason != pinned.Reason || seen.Tip != pinned.Tip) {
		return editions.ErrChanged
	}
	seen = &pinned // a pin that is set meanwhile stays
	skipped := slices.ContainsFunc(n.Skips, func(k Skip) bool { return k.Takes(date) })
	switch {
	case pinned.Tip != "":
		return nothing("%s isn't skipped: %s is pinned to it", date, pinned.Tip).byCommand("plan unpin takes that back")
	case pinned.Reason != "":
		_, err := s.Editions.Unpin(ctx, n.ID, date.String(), seen)
		if err == nil && skipped {
			return made("%s stays without an edition: skip: in the configuration takes it too", date).byCommand("plan pin %s TIP sends one all the same", date)
		}
		return err
	case skipped:
		return nothing("%s is skipped by skip: in the configuration; change it there, or pin a tip to the date", date).byCommand("plan pin %s TIP", date)
	}
	return nothing("%s isn't skipped", date)
}

// pinnable refuses a pin that would have no effect.
func (c *Calendar) pinnable(date Date, id string) error {
	n := c.newsletter
	t, ok := n.Library.Tip(id)
	switch {
	case !ok:
		return refused("there is no tip %q in the library", id).byCommand("dailytip tips list shows them")
	case t.NeverRendered:
		return refused("tip %q is a part of other pages by its front matter (build: or headless:); take that out of it first", id)
	case t.Draft:
		return refused("tip %q is a draft; take draft: true out of it first", id)
	case n.WhyNot(&t, date) != "":
		return refused("tip %q can't be sent on %s: it %s", id, date, n.WhyNot(&t, date))
	case !n.Rule.Matches(date):
		return refused("newsletter %s has no edition on %s: its schedule passes over it", n.ID, date)
	}
	if i, taken := c.own(date); taken && c.tips[i].ID != id {
		return refused("%s belongs to %s by its own date: or pin: line, which comes before a pin", date, c.tips[i].ID)
	}
	return nil
}
