package main

import (
	"context"
	"slices"
	"strings"

	"dailytip/subscribers"
)

// answerChange says what is so now with a person: a line for each of some newsletters;
// none: for all they have.
func (c *command) answerChange(ctx context.Context, a *app, person int64, newsletters ...string) error {
	s, err := a.list.Get(ctx, a.db.Read(), person)
	if err != nil {
		return err
	}
	pauses := c.pausesOf(ctx, a)
	for _, sub := range s.Subscriptions {
		if len(newsletters) > 0 && !slices.Contains(newsletters, sub.Newsletter) {
			continue
		}
		line := lineOf(*s, sub)
		if c.json {
			if err := c.printJSON(line); err != nil {
				return err
			}
			continue
		}
		c.printf("%s is %s in %s%s; %s\n", s.Email, s.StateOf(sub), sub.Newsletter, line.own(), a.scheduler.Why(s, sub, pauses))
	}
	return nil
}

// sayDoubts says why an address that was taken may be wrong.
func (c *command) sayDoubts(address subscribers.Address) {
	for _, d := range address.Doubts() {
		c.say("note: %s", d.Text)
	}
}

// own are the preferences that somebody chose, in brackets; "": none.
func (s subscriptionLine) own() string {
	parts := []string{s.Language, s.Timezone, s.SendAt, s.Days}
	if s.Cadence == string(subscribers.Weekly) {
		parts = append(parts, s.Cadence)
	}
	parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" })
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}
