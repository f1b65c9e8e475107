package scheduler

import (
	"cmp"
	"context"
	"slices"
	"time"

	"dailytip/editions"
	"dailytip/tips"
)

// approveAhead is for how many days a plan is searched for the date of a tip: the
// languages that are approved are those that go out on it.
const approveAhead = 366

// Approve lets a tip be sent as it is now, in the languages that the readers of a date
// get: what is a tip's id, or the date that it's meant for. It returns the date on which
// the tip goes out now, perhaps in another's place; zero: on none that is near. Or it
// returns [Refused].
func (s *Scheduler) Approve(ctx context.Context, now time.Time, n *Newsletter, what, who string) (tips.Tip, Date, error) {
	none := Date{}
	c, err := s.approvable(ctx, now, n)
	if err != nil {
		return tips.Tip{}, none, err
	}
	t, meant, err := c.toApprove(now, what)
	if err != nil {
		return t, none, err
	}
	digest, err := t.TextDigest()
	if err != nil {
		return t, none, err
	}
	day := ""
	if !meant.IsZero() {
		day = meant.String()
	}
	isNew, err := s.Ledger.Approve(ctx, editions.Approval{Newsletter: n.ID, Tip: t.ID, Digest: digest, At: now, Who: who}, day)
	if err == nil && !isNew {
		return t, meant, nothing("%s is approved already", t.ID)
	}
	if err != nil || n.Order == CourseOrder {
		return t, none, err
	}
	if c, err = s.Calendar(ctx, n, now); err != nil {
		return t, none, err
	}
	if !meant.IsZero() && c.Ahead(n.Upcoming(now), meant).Tip.ID == t.ID {
		return t, meant, nil
	}
	planned, _ := c.dateOf(n.Upcoming(now), t.ID)
	return t, planned.Date, nil
}

// dateOf is the choice of the date that a tip is planned for, from one on.
func (c *Calendar) dateOf(from Date, tip string) (Choice, bool) {
	plan := c.Plan(from, approveAhead)
	at := slices.IndexFunc(plan, func(p Choice) bool { return p.Tip.ID == tip && p.Reason != Sent })
	if at < 0 {
		return Choice{}, false
	}
	return plan[at], true
}

// ApproveText lets a tip be sent on a date as somebody has seen it: digest is that of the
// text that they saw. It's refused with [editions.ErrChanged] when it's another text by
// then, and with [editions.ErrOpened] when the date's edition is there.
func (s *Scheduler) ApproveText(ctx context.Context, now time.Time, n *Newsletter, date Date, tip, digest, who string) error {
	c, err := s.approvable(ctx, now, n)
	if err != nil {
		return err
	}
	if _, opened := c.sent[date.String()]; opened {
		return editions.ErrOpened
	}
	i, choosable := c.place[tip]
	if !choosable {
		return refused("tip %q can't be sent: it %s", tip, c.whyNot(date, tip))
	}
	text := c.choice(date, i, "").Tip
	if is, err := text.TextDigest(); err != nil || is != digest {
		return cmp.Or(err, editions.ErrChanged)
	}
	isNew, err := s.Ledger.Approve(ctx, editions.Approval{Newsletter: n.ID, Tip: tip, Digest: digest, At: now, Who: who}, date.String())
	if err == nil && !isNew {
		return nothing("%s is approved already", tip)
	}
	return err
}

// Unapprove takes back that a tip may be sent, however it was worded: what is its id,
// or the date that it's meant for. It's refused with [editions.ErrOpened] when the edition
// is there of the date for which somebody takes it back; zero: of no date.
func (s *Scheduler) Unapprove(ctx context.Context, now time.Time, n *Newsletter, date Date, what, who string) (tip string, err error) {
	c, err := s.approvable(ctx, now, n)
	if err != nil {
		return "", err
	}
	if _, opened := c.sent[date.String()]; opened {
		return "", editions.ErrOpened
	}
	tip = what // it may have left the library
	if _, known := n.Library.Tip(what); !known {
		if _, err := ParseDate(what); err == nil {
			t, _, err := c.toApprove(now, what)
			if err != nil {
				return "", err
			}
			tip = t.ID
		}
	}
	there, err := s.Ledger.Unapprove(ctx, now, n.ID, tip, who)
	if err == nil && !there {
		return tip, nothing("%s isn't approved", tip)
	}
	return tip, err
}

// approvable reads a newsletter's calendar, if anything in it needs an approval.
func (s *Scheduler) approvable(ctx context.Context, now time.Time, n *Newsletter) (*Calendar, error) {
	if !n.Approve {
		return nil, nothing("newsletter %s sends without approvals; write approve: true there if it shouldn't", n.ID)
	}
	return s.Calendar(ctx, n, now)
}

// toApprove finds the text that somebody means by a tip's id or by a date.
func (c *Calendar) toApprove(now time.Time, what string) (tips.Tip, Date, error) {
	n, from := c.newsletter, c.newsletter.Upcoming(now)
	if _, known := n.Library.Tip(what); !known {
		date, err := ParseDate(what)
		switch {
		case err != nil:
			return tips.Tip{}, date, refused("%q is neither a tip of the library nor a date", what).byCommand("dailytip tips list shows the tips")
		case n.Order == CourseOrder:
			return tips.Tip{}, date, refused("newsletter %s is a course, in which each reader has a plan of their own; name the tip instead of the date", n.ID)
		case from.After(date):
			return tips.Tip{}, date, refused("%s is over", date)
		}
		meant := c.asIfApproved().Ahead(from, date)
		switch {
		case meant.Reason == Sent:
			return meant.Tip, date, editions.ErrOpened
		case meant.Tip.ID == "":
			return meant.Tip, date, refused("nothing is planned for %s (%s)", date, meant.Reason)
		}
		return meant.Tip, date, nil
	}
	i, choosable := c.place[what]
	if !choosable || c.window[i].last < number(c.lastDue.String()) {
		return tips.Tip{}, Date{}, refused("tip %q can't be sent: it %s", what, c.whyNot(c.lastDue, what))
	}
	if n.Order != CourseOrder {
		if meant, ok := c.asIfApproved().dateOf(from, what); ok {
			return meant.Tip, meant.Date, nil
		}
	}
	return c.choice(n.Today(now), i, "").Tip, Date{}, nil
}
