package main

import (
	"context"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"dailytip/subscribers"
)

func (c *command) subscribersShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show EMAIL",
		Short: "Show all about a person: why did this reader get nothing?",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd.Context(), args[0], func(a *app, s *subscribers.Subscriber) error {
				return c.showPerson(cmd.Context(), a, s)
			})
		},
	}
}

// personLine is what subscribers show --json prints.
type personLine struct {
	Email         string           `json:"email"`
	Name          string           `json:"name,omitempty"`
	Suppressed    string           `json:"suppressed,omitempty"` // why
	Subscriptions []personSub      `json:"subscriptions"`
	Deliveries    []personDelivery `json:"deliveries"`
	PrunedUntil   string           `json:"pruned_until,omitempty"` // date: deliveries up to it are kept no longer
	Events        []personEvent    `json:"events"`
}

type personSub struct {
	subscriptionLine
	Next string `json:"next_due,omitempty"` // RFC 3339
	Why  string `json:"why"`
}

type personDelivery struct {
	Newsletter string `json:"newsletter"`
	LocalDate  string `json:"local_date"`
	Tip        string `json:"tip"`
	State      string `json:"state"`
	Attempts   int    `json:"attempts"`
	At         string `json:"at,omitempty"` // when it ended, or is tried again; RFC 3339
	Reply      string `json:"reply,omitempty"`
}

type personEvent struct {
	At         string `json:"at"`
	Newsletter string `json:"newsletter,omitempty"`
	Kind       string `json:"kind"`
	Detail     string `json:"detail,omitempty"`
}

func (c *command) showPerson(ctx context.Context, a *app, s *subscribers.Subscriber) error {
	deliveries, err := a.ledger.LastDeliveries(ctx, s.ID, 20)
	if err != nil {
		return err
	}
	events, err := a.list.Events(ctx, a.db.Read(), s.ID, 50)
	if err != nil {
		return err
	}
	pauses, err := a.ledger.AllPauses(ctx)
	if err != nil {
		return err
	}
	rests, err := a.list.RestsUntil(ctx, time.Now(), s.ID)
	if err != nil {
		return err
	}
	pruned, err := a.editions.LastPruned(ctx, a.db.Read())
	if err != nil {
		return err
	}
	p := personLine{Email: string(s.Email), Name: s.Name, PrunedUntil: pruned}
	if !s.SuppressedAt.IsZero() {
		p.Suppressed = instant(s.SuppressedAt) + ": " + s.SuppressedReason
	}
	for _, sub := range s.Subscriptions {
		line := personSub{subscriptionLine: lineOf(*s, sub), Why: a.scheduler.Why(s, sub, pauses)}
		if sub.State == subscribers.Active && !rests.IsZero() {
			line.Why = "gets nothing until " + instant(rests) + ": too many mails came back for now"
		}
		if due := a.scheduler.NextDue(sub); !due.IsZero() {
			line.Next = due.UTC().Format(time.RFC3339)
		}
		p.Subscriptions = append(p.Subscriptions, line)
	}
	for _, d := range deliveries {
		at := d.DoneAt
		if at.IsZero() {
			at = d.NextAt
		}
		p.Deliveries = append(p.Deliveries, personDelivery{
			Newsletter: d.Newsletter, LocalDate: d.LocalDate, Tip: d.Tip, State: string(d.State), Attempts: d.Attempts,
			At: at.Format(time.RFC3339), Reply: d.Reply.String(),
		})
	}
	for _, e := range events {
		p.Events = append(p.Events, personEvent{e.At.Format(time.RFC3339), e.Newsletter, e.Kind, e.Detail})
	}
	if c.json {
		return c.printJSON(p)
	}
	c.printPerson(p)
	return nil
}

func (c *command) printPerson(p personLine) {
	c.printf("%s\n", strings.TrimSpace(p.Name+" <"+p.Email+">"))
	if p.Suppressed != "" {
		c.printf("suppressed on %s\n", p.Suppressed)
	}
	for _, s := range p.Subscriptions {
		c.printf("\n%s: %s, %s%s\n  %s\n", s.Newsletter, s.State, s.Cadence, s.own(), s.Why)
	}
	if len(p.Deliveries) > 0 {
		c.printf("\n")
		var rows []table.Row
		for _, d := range p.Deliveries {
			rows = append(rows, table.Row{d.LocalDate, d.Newsletter, d.Tip, d.State, d.Attempts, d.At, short(d.Reply, 70)})
		}
		c.table(table.Row{"Date", "Newsletter", "Tip", "State", "Tries", "At", "Reply"}, rows, 5)
	} else {
		c.printf("\nno deliveries%s\n", map[bool]string{true: " yet"}[p.PrunedUntil == ""])
	}
	if p.PrunedUntil != "" {
		c.printf("deliveries up to %s are kept no longer (keep_deliveries)\n", p.PrunedUntil)
	}
	if len(p.Events) > 0 {
		c.printf("\n")
		var rows []table.Row
		for _, e := range p.Events {
			rows = append(rows, table.Row{e.At, e.Newsletter, e.Kind, short(e.Detail, 70)})
		}
		c.table(table.Row{"When", "Newsletter", "What", ""}, rows)
	}
}
