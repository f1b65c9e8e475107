package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
)

// statusLine is what status and edition print of an edition.
type statusLine struct {
	ledger.Summary
	Actions []actionLine `json:"actions,omitempty"` // by command; edition prints them
	Bounces *bounceLines `json:"bounces,omitempty"` // of the newsletter, with its newest edition
}

// actionLine is what somebody did by command.
type actionLine struct {
	At         string `json:"at"` // RFC 3339
	Kind       string `json:"kind"`
	Deliveries int64  `json:"deliveries"`
	Who        string `json:"who"`
	Detail     string `json:"detail,omitempty"`
}

func actionLineOf(a ledger.Action) actionLine {
	return actionLine{a.At.Format(time.RFC3339), a.Kind, a.Deliveries, a.Who, a.Detail}
}

// statusLine puts together what there is to say of an edition.
func (a *app) statusLine(ctx context.Context, now time.Time, counts ledger.Counts) (statusLine, error) {
	summary, err := a.ledger.Summarize(ctx, now, counts)
	return statusLine{Summary: summary}, err
}

// text is the line for a person: how far, how fast, how long.
func (s statusLine) text() string {
	var b strings.Builder
	if s.State != editions.Open {
		fmt.Fprintf(&b, "%s; ", s.State)
	}
	if s.Sent == s.Due {
		fmt.Fprintf(&b, "%d sent", s.Sent)
	} else {
		fmt.Fprintf(&b, "%d of %d sent", s.Sent, s.Due)
	}
	for _, part := range []struct {
		n    int64
		what string
	}{
		{s.Pending, "waiting"},
		{s.Retry, "to be tried again"},
		{s.Failed, "failed"},
		{s.InDoubt, "in doubt"},
		{s.Expired, "expired"},
		{s.Withdrawn, "withdrawn"},
	} {
		if part.n > 0 {
			fmt.Fprintf(&b, ", %d %s", part.n, part.what)
		}
	}
	if s.Rate > 0 && s.Pending > 0 {
		fmt.Fprintf(&b, "; %.0f a second", s.Rate)
		if s.Remaining != nil {
			fmt.Fprintf(&b, ", %s left", time.Duration(*s.Remaining*float64(time.Second)))
		}
	}
	if s.PrunedAt != "" {
		fmt.Fprintf(&b, "; its deliveries are kept no longer, since %s: it can't be sent again", s.PrunedAt[:len(time.DateOnly)])
	}
	return b.String()
}

// underWay tells whether there is more to say of an edition than its numbers.
func (s statusLine) underWay() bool { return s.Pending+s.Retry > 0 || s.State == editions.Paused }

// printReasons says why mails went another way.
func (c *command) printReasons(s statusLine) {
	for _, r := range s.Reasons {
		reply := ledger.Reply{Code: r.Code, Enhanced: r.Enhanced, Text: r.Reply}.String()
		c.printf("  %d %s: %s\n", r.Count, inWords([]ledger.State{ledger.State(r.State)}), short(reply, 100))
	}
}
