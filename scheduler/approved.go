package scheduler

import (
	"slices"
	"time"

	"dailytip/editions"
	"dailytip/tips"
)

// approvals are the texts that may be sent, in a newsletter that sends no others. An
// approval is of a text's digest in all languages that a date's readers get, so an
// edit ends it.
type approvals struct {
	digests map[string][]string // by tip
	// always is, by the tip's index, whether it's approved on each date. A tip that has
	// other languages on other dates isn't here: it has several texts.
	always map[int]bool
}

// approve has the calendar choose approved texts only.
func (c *Calendar) approve(given []editions.Approval) error {
	c.approvals = &approvals{digests: map[string][]string{}, always: map[int]bool{}}
	for _, a := range given {
		c.approvals.digests[a.Tip] = append(c.approvals.digests[a.Tip], a.Digest)
	}
	for i, t := range c.tips {
		changes := slices.ContainsFunc(t.Translations, func(tr tips.Translation) bool { return tr.NotBefore != "" || tr.Expires != "" })
		if len(c.approvals.digests[t.ID]) == 0 || changes {
			continue
		}
		digest, err := t.TextDigest()
		if err != nil {
			return err
		}
		c.approvals.always[i] = slices.Contains(c.approvals.digests[t.ID], digest)
	}
	return nil
}

// approved tells whether the tip at an index is approved for a date, or needs no
// approval.
func (c *Calendar) approved(i int, date Date) bool {
	if c.approvals == nil {
		return true
	}
	known := c.approvals.digests[c.tips[i].ID]
	if len(known) == 0 {
		return false
	}
	if approved, always := c.approvals.always[i]; always {
		return approved
	}
	text := c.choice(date, i, "").Tip
	digest, err := text.TextDigest()
	return err == nil && slices.Contains(known, digest)
}

// asIfApproved is a copy of the calendar in which nothing needs to be approved.
func (c *Calendar) asIfApproved() *Calendar {
	free := c.copy()
	free.approvals = nil
	return free
}

// turn takes the tip whose turn it is. If that one isn't approved, the next approved one
// takes its place, provided that it was never sent or has rested for repeat_after:
// readers don't get last week's tip again because an editor has approved nothing since.
// Only a library that is used up repeats that soon.
func (c *Calendar) turn(date Date) Choice {
	choice := c.rotate(date, c.approved)
	if c.approvals == nil {
		return choice
	}
	free := c.rotate(date, func(int, Date) bool { return true })
	if free.Tip.ID == choice.Tip.ID {
		return choice
	}
	if choice.Tip.ID == "" || choice.Reason == Repeat && free.Reason == Next && !c.rested(choice) {
		return Choice{Date: date, Reason: Unapproved, Waiting: free.Tip}
	}
	choice.Waiting = free.Tip
	return choice
}

// rested tells whether a tip that comes again was last sent long enough ago.
func (c *Calendar) rested(choice Choice) bool {
	since := number(choice.Date.String()) - c.last[c.place[choice.Tip.ID]]
	rest := c.newsletter.RepeatAfter
	return rest > 0 && time.Duration(since)*24*time.Hour >= rest
}

// planner goes through dates; what one of them gets counts as sent for those after it.
type planner struct {
	real *Calendar
	free *Calendar // the same as if all were approved; nil: nothing needs an approval
}

func (c *Calendar) planner() planner {
	p := planner{real: c.copy()}
	if c.approvals != nil {
		p.free = c.asIfApproved()
	}
	return p
}

// step names the tip of the next date. A date that waits for an approval names the
// tip that it would get were all approved: an editor who approves one date after the
// other finds on each the one that is meant for it.
func (p planner) step(date Date) Choice {
	choice := p.real.step(date)
	if p.free == nil {
		return choice
	}
	meant := p.free.step(date)
	i, choosable := p.real.place[meant.Tip.ID]
	switch {
	case choice.Reason == Sent:
	case choosable && !p.real.approved(i, date):
		choice.Waiting = meant.Tip
		if choice.Reason == Empty { // all is used up but for a pinned tip that waits
			choice.Reason = Unapproved
		}
	case choice.Tip.ID != "":
		choice.Waiting = tips.Tip{} // what waits is meant for an earlier date
	}
	return choice
}
