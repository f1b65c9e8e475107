package main

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
)

// statusLine is what status and edition print of an edition.
type statusLine struct {
	Newsletter    string       `json:"newsletter"`
	LocalDate     string       `json:"local_date"`
	Tip           string       `json:"tip"`
	Due           int64        `json:"due"`
	Pending       int64        `json:"pending"`
	Sent          int64        `json:"sent"`
	Retry         int64        `json:"retry"`
	Failed        int64        `json:"failed"`
	InDoubt       int64        `json:"in_doubt"`
	ResentInDoubt int64        `json:"resent_in_doubt"`
	Expired       int64        `json:"expired"`
	Withdrawn     int64        `json:"withdrawn"`
	Useful        int64        `json:"useful"` // readers' answers to whether it was
	NotUseful     int64        `json:"not_useful"`
	State         string       `json:"state"`               // open, paused, cancelled
	Rate          float64      `json:"rate"`                // mails a second just now
	Remaining     *float64     `json:"remaining_seconds"`   // until what is pending is out; null: nobody can tell
	BeganAt       string       `json:"began_at,omitempty"`  // RFC 3339: when sending last began
	EndedAt       string       `json:"ended_at,omitempty"`  // and when nothing was left; none: it's under way
	PrunedAt      string       `json:"pruned_at,omitempty"` // RFC 3339: since when its deliveries are kept no longer
	Reasons       []reasonLine `json:"reasons"`             // of mails that went another way than to sent
	Actions       []actionLine `json:"actions,omitempty"`   // by command; edition prints them
	Bounces       *bounceLines `json:"bounces,omitempty"`   // of the newsletter, with its newest edition
}

// reasonLine is how many mails are in a state for the same cause.
type reasonLine struct {
	State    string `json:"state"`
	Code     int    `json:"code"` // 0: the relay gave none
	Enhanced string `json:"enhanced"`
	Count    int64  `json:"count"`
	Reply    string `json:"reply"` // to one of them
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

// mostReasons is how many reasons are told; an edition has a handful.
const mostReasons = 20

// statusLine puts together what there is to say of an edition.
func (a *app) statusLine(ctx context.Context, now time.Time, counts ledger.Counts) (statusLine, error) {
	e := counts.Edition
	line := statusLine{
		Newsletter: e.Newsletter, LocalDate: e.LocalDate, Tip: counts.Tip, Due: counts.Due, Pending: counts.Pending, Sent: counts.Sent,
		Retry: counts.Retry, Failed: counts.Failed, InDoubt: counts.InDoubt, ResentInDoubt: counts.ResentInDoubt,
		Expired: counts.Expired, Withdrawn: counts.Withdrawn, Useful: counts.Votes.Useful, NotUseful: counts.Votes.Useless,
		State: e.State, Reasons: []reasonLine{},
	}
	progress, err := a.ledger.Progress(ctx, now, e)
	if err != nil {
		return line, err
	}
	if counts.Open() {
		line.Rate = math.Round(progress.Rate*10) / 10
	}
	if line.Pending == 0 || line.Rate > 0 {
		seconds := math.Round(progress.Remaining(line.Pending).Seconds())
		line.Remaining = &seconds
	}
	if !progress.BeganAt.IsZero() {
		line.BeganAt = progress.BeganAt.Format(time.RFC3339)
	}
	if !progress.EndedAt.IsZero() {
		line.EndedAt = progress.EndedAt.Format(time.RFC3339)
	}
	if !e.PrunedAt.IsZero() {
		line.PrunedAt = e.PrunedAt.Format(time.RFC3339)
	}
	for i, r := range counts.Reasons {
		if i == mostReasons {
			break
		}
		reply, err := a.ledger.ReplyOf(ctx, e, r)
		if err != nil {
			return line, err
		}
		line.Reasons = append(line.Reasons, reasonLine{string(r.State), r.Code, r.Enhanced, r.Count, reply})
	}
	return line, nil
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
