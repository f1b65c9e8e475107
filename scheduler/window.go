package scheduler

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"time"

	"dailytip/tips"
)

// window is the dates on which a tip may be sent.
type window struct {
	first, last dayNumber // by its author's word on when it's published and expires
	free        dayNumber // the first date on which date: pins it to no other
}

// holds tells whether the tip may be sent on a date at all, pinned or not.
func (w window) holds(day dayNumber) bool { return w.first <= day && day <= w.last }

// rotates tells whether the tip may be sent on a date that is none of its own.
func (w window) rotates(day dayNumber) bool { return w.holds(day) && w.free <= day }

// windowOf turns what is written in a tip into dates of the newsletter.
func (n *Newsletter) windowOf(t *tips.Tip) window {
	w := window{first: math.MinInt32, last: math.MaxInt32, free: math.MinInt32}
	if t.NotBefore != "" {
		w.first = n.firstDate(t.NotBefore)
	}
	if t.Expires != "" {
		w.last = n.firstDate(t.Expires) - 1
	}
	if t.Date != "" {
		w.free = number(t.Date) + 1
	}
	return w
}

// firstDate is the first date of the newsletter at whose instant a moment has
// been reached.
func (n *Newsletter) firstDate(m tips.Moment) dayNumber {
	zone := n.zone("")
	if m.IsDate() {
		zone = time.UTC // a date of no zone
	}
	date := DateOf(m.Time(), zone)
	if !m.Reached(n.instant(date)) {
		date = date.Add(1)
	}
	return number(date.String())
}

// instant is when a date's edition is due in the newsletter's own zone, whether
// the rule takes the date or not.
func (n *Newsletter) instant(date Date) time.Time {
	return date.atOrNext(n.Rule.hour, n.Rule.minute, n.zone(""))
}

// lastDue returns the last date whose instant has come.
func (n *Newsletter) lastDue(now time.Time) Date {
	date := n.Today(now)
	if n.instant(date).After(now) {
		date = date.Add(-1)
	}
	return date
}

// judgedDate is the date at whose instant the calendar judges what may be sent on a
// date: that date itself, or the last whose instant has come when it's over. So what
// has expired meanwhile doesn't go out late.
func (c *Calendar) judgedDate(date Date) Date {
	if c.lastDue.After(date) {
		return c.lastDue
	}
	return date
}

func (c *Calendar) judged(date Date) dayNumber { return number(c.judgedDate(date).String()) }

// missing names the tip that was meant for a date and says why the date doesn't get it:
// one that the operator pinned, by its id, or one whose file pins it, by that.
func (c *Calendar) missing(date Date, pin string) (tip, why string) {
	if pin != "" {
		return pin, fmt.Sprintf("%s is pinned to this date and %s", pin, c.whyNot(date, pin))
	}
	day := date.String()
	for _, b := range c.broken {
		if b.Tip.Pin == day || b.Tip.Pin == day[len("2026-"):] || b.Tip.Pin == "" && b.Tip.Date == day {
			return b.Tip.Path, fmt.Sprintf("%s is pinned to this date and can't be used: %s", b.Tip.Path, b.Fault)
		}
	}
	for i, t := range c.tips {
		if (t.Pin == day || t.Pin == day[len("2026-"):] || t.Pin == "" && t.Date == day) && (!c.window[i].holds(c.judged(date)) || !c.approved(i, date)) {
			return t.Path, fmt.Sprintf("%s is pinned to this date and %s", t.Path, c.whyNot(date, t.ID))
		}
	}
	return "", ""
}

// whyNot says why a date can't have a tip.
func (c *Calendar) whyNot(date Date, id string) string {
	for i := range c.library {
		if t := &c.library[i]; t.ID == id {
			why := "makes too large a mail"
			if i, ok := c.place[id]; ok && !c.approved(i, date) {
				why = "isn't approved"
			}
			return cmp.Or(c.newsletter.WhyNot(t, c.judgedDate(date)), why)
		}
	}
	for _, b := range c.broken {
		if b.Tip.ID == id {
			return "can't be used: " + b.Fault.String()
		}
	}
	return "isn't in the library"
}

// WhyNot says why a tip of the library can't be sent on a date, to follow its
// name; "" when it can.
func (n *Newsletter) WhyNot(t *tips.Tip, date Date) string {
	switch t.WhyNot(n.instant(date)) {
	case "":
	case "future":
		return "isn't to be sent before " + string(t.NotBefore)
	case "expired":
		return "expired on " + string(t.Expires)
	case "draft":
		return "is a draft"
	default:
		return "is a part of other pages"
	}
	if !hasTag(t, n.Tags) {
		return "has none of the newsletter's tags: " + strings.Join(n.Tags, ", ")
	}
	return ""
}
