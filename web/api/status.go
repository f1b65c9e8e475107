package api

import (
	"context"
	"net/http"
	"time"

	"dailytip/ledger"
	"dailytip/tokens"
)

// Status is what the daemon does.
type Status struct {
	Version        string             `json:"version"`
	Newsletters    []NewsletterStatus `json:"newsletters" nullable:"false"`
	Pauses         []Pause            `json:"pauses" nullable:"false" doc:"Why nothing goes out just now"`
	NoticesWaiting int64              `json:"notices_waiting" doc:"Confirmations and such"`
}

// NewsletterStatus is what is ahead of a newsletter.
type NewsletterStatus struct {
	Newsletter string          `json:"newsletter"`
	Active     int64           `json:"active" doc:"Readers who get it"`
	NextRun    *time.Time      `json:"next_run,omitempty"`
	Tips       int             `json:"tips" doc:"That can still be sent"`
	LastsUntil string          `json:"lasts_until,omitempty" doc:"The last date with a tip that was never sent"`
	Repeats    string          `json:"repeats,omitempty" doc:"The first date that repeats a tip, or gets none"`
	Latest     *ledger.Summary `json:"latest,omitempty" doc:"The newest edition"`
}

// Pause is why something doesn't go out.
type Pause struct {
	Newsletter string    `json:"newsletter" doc:"Empty: everything waits"`
	Notices    bool      `json:"notices,omitempty" doc:"Only confirmations and such"`
	Since      time.Time `json:"since"`
	Reason     string    `json:"reason"`
	Reply      *Reply    `json:"reply,omitempty"`
	NextTry    time.Time `json:"next_try,omitzero" doc:"When one mail is tried; none: it waits for somebody to resume it"`
}

type statusOutput struct{ Body Status }

func (a *API) addStatus() {
	add(a, operation{
		id: "get-status", method: http.MethodGet, path: "/status", tag: "status", scopes: []tokens.Scope{tokens.Read, tokens.Subscribers, tokens.Plan, tokens.Send},
		summary: "Say what the daemon does", text: "How many get each newsletter, when it goes out next, how long its tips last, and why nothing goes out just now.",
	}, a.status)
}

func (a *API) status(ctx context.Context, by tokens.Token, _ *struct{}) (*statusOutput, error) {
	out := &statusOutput{Body: Status{Version: a.Version, Newsletters: []NewsletterStatus{}, Pauses: []Pause{}}}
	for i := range a.Scheduler.Newsletters {
		if n := a.Scheduler.Newsletters[i].ID; by.Sees(n) {
			one, err := a.newsletterStatus(ctx, n)
			if err != nil {
				return nil, err
			}
			out.Body.Newsletters = append(out.Body.Newsletters, one)
		}
	}
	pauses, err := a.Ledger.AllPauses(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range pauses {
		newsletter, notices := ledger.InScope(p.Newsletter)
		if newsletter != ledger.Relay && !by.Sees(newsletter) {
			continue
		}
		one := Pause{Newsletter: newsletter, Notices: notices, Since: p.Since.UTC(), Reason: p.Reason, NextTry: p.ProbeAt.UTC()}
		if p.Reply != (ledger.Reply{}) {
			one.Reply = &Reply{p.Reply.Code, p.Reply.Enhanced, p.Reply.Text}
		}
		out.Body.Pauses = append(out.Body.Pauses, one)
	}
	if by.Newsletter == "" {
		out.Body.NoticesWaiting, err = a.Ledger.NoticesWaiting(ctx)
	}
	return out, err
}

func (a *API) newsletterStatus(ctx context.Context, id string) (NewsletterStatus, error) {
	s := NewsletterStatus{Newsletter: id}
	n, err := a.Scheduler.Find(id)
	if err != nil {
		return s, err
	}
	standing, err := a.Scheduler.Standing(ctx, n, a.Now())
	if err != nil {
		return s, err
	}
	s.Active, s.NextRun, s.Tips, s.Latest = standing.Readers, optional(standing.Next), standing.Runway.Tips, standing.Latest
	if last := standing.Runway.Last; !last.IsZero() {
		s.LastsUntil = last.String()
	}
	if first := standing.Runway.First; !first.IsZero() {
		s.Repeats = first.String()
	}
	return s, nil
}
