package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"dailytip/hooks"
)

func (c *command) webhooks() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "webhooks",
		Short: "Programs elsewhere that are told what happens: list, show, enable, replay, test",
		Args:  cobra.NoArgs,
	}
	cmd.AddCommand(c.webhooksList(), c.webhooksShow(), c.webhooksEnable(), c.webhooksReplay(), c.webhooksTest())
	return cmd
}

// withEndpoint makes a command's function from one that gets the endpoint which its first
// argument names.
func (c *command) withEndpoint(f func(ctx context.Context, a *app, e hooks.Endpoint, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		a, err := c.open(cmd.Context(), slog.LevelWarn)
		if err != nil {
			return err
		}
		defer a.close()
		endpoints, err := endpointsOf(a.config)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(endpoints, func(e hooks.Endpoint) bool { return e.Name == args[0] })
		if i < 0 {
			return exitf(codeUsage, "no endpoint is called %q; dailytip webhooks list shows them", args[0])
		}
		return f(cmd.Context(), a, endpoints[i], args[1:])
	}
}

// endpointLine is what webhooks list prints.
type endpointLine struct {
	Name         string `json:"name"`
	At           string `json:"at"`    // scheme and host: the rest of the URL may be a secret
	State        string `json:"state"` // ok, failing, disabled
	Waiting      int64  `json:"waiting"`
	WaitingSince string `json:"waiting_since,omitempty"` // RFC 3339
	FailingSince string `json:"failing_since,omitempty"`
	NextTry      string `json:"next_try,omitempty"`
	Tries        int    `json:"tries"`
}

func (c *command) webhooksList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the endpoints, and how it goes with each",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := c.open(cmd.Context(), slog.LevelWarn)
			if err != nil {
				return err
			}
			defer a.close()
			endpoints, err := endpointsOf(a.config)
			if err != nil {
				return err
			}
			return c.listEndpoints(cmd.Context(), a, endpoints)
		},
	}
}

func (c *command) listEndpoints(ctx context.Context, a *app, endpoints []hooks.Endpoint) error {
	var rows []table.Row
	for _, e := range endpoints {
		line, err := endpointLineOf(ctx, a, e)
		if err != nil {
			return err
		}
		if c.json {
			if err := c.printJSON(line); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, table.Row{line.Name, line.At, line.State, line.Waiting, line.WaitingSince, line.NextTry})
	}
	switch {
	case c.json:
	case len(rows) == 0:
		c.printf("no endpoint is configured; docs/webhooks.md says how\n")
	default:
		c.table(table.Row{"Name", "At", "State", "Waiting", "Since", "Next try"}, rows)
	}
	return nil
}

func endpointLineOf(ctx context.Context, a *app, e hooks.Endpoint) (endpointLine, error) {
	line := endpointLine{Name: e.Name, State: "ok"}
	if u, err := url.Parse(e.URL); err == nil {
		line.At = u.Scheme + "://" + u.Host
	}
	queue := hooks.NewQueue(a.db)
	state, err := queue.State(ctx, e.Name)
	if err != nil {
		return line, err
	}
	var since time.Time
	if line.Waiting, since, err = queue.Waiting(ctx, e.Name); err != nil {
		return line, err
	}
	line.WaitingSince, line.FailingSince, line.Tries = rfc3339(since), rfc3339(state.FailingSince), state.Tries
	switch {
	case !state.DisabledAt.IsZero():
		line.State = "disabled"
	case state.Tries > 0:
		line.State, line.NextTry = "failing", rfc3339(state.NextAt)
	}
	return line, nil
}

func rfc3339(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// eventLine is what webhooks show prints of an event.
type eventLine struct {
	ID       string        `json:"id"`
	Type     string        `json:"type"`
	At       string        `json:"at"`    // RFC 3339
	State    string        `json:"state"` // taken, given up, waiting
	Attempts []attemptLine `json:"attempts"`
	Body     string        `json:"body,omitempty"`
}

type attemptLine struct {
	At     string `json:"at"` // RFC 3339
	Status int    `json:"status"`
	Took   int64  `json:"took_ms"`
	Reply  string `json:"reply"`
}

func attemptLineOf(a hooks.Attempt) attemptLine {
	return attemptLine{rfc3339(a.At), a.Status, a.Took.Milliseconds(), a.Reply}
}

func (c *command) webhooksShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show NAME [EVENT]",
		Short: "Show an endpoint's newest events, or one with its body, and the replies",
		Args:  cobra.RangeArgs(1, 2),
		RunE: c.withEndpoint(func(ctx context.Context, a *app, e hooks.Endpoint, args []string) error {
			queue := hooks.NewQueue(a.db)
			if len(args) == 0 {
				events, err := queue.Newest(ctx, e.Name, mostRows)
				if err != nil {
					return err
				}
				return c.showEvents(ctx, queue, events)
			}
			event, err := c.event(ctx, queue, e, args[0])
			if err != nil {
				return err
			}
			return c.showEvent(ctx, queue, event)
		}),
	}
}

func (c *command) event(ctx context.Context, queue *hooks.Queue, e hooks.Endpoint, arg string) (hooks.Event, error) {
	id, err := hooks.ParseID(arg)
	if err != nil {
		return hooks.Event{}, exit{codeUsage, err}
	}
	event, err := queue.Event(ctx, e.Name, id)
	if errors.Is(err, hooks.ErrNoEvent) {
		return event, exitf(codeFailed, "%s has no event %s; dailytip webhooks show %[1]s lists them, and they're kept for %[3]d days", e.Name, arg, hooks.Keep/(24*time.Hour))
	}
	return event, err
}

func eventLineOf(ctx context.Context, queue *hooks.Queue, e hooks.Event) (eventLine, error) {
	line := eventLine{ID: e.MessageID(), Type: string(e.Type), At: rfc3339(e.At), State: "waiting", Attempts: []attemptLine{}}
	attempts, err := queue.Attempts(ctx, e.Endpoint, e.ID)
	switch {
	case e.DoneAt.IsZero():
	case slices.ContainsFunc(attempts, hooks.Attempt.Accepted):
		line.State = "taken"
	default:
		line.State = "given up"
	}
	for _, a := range attempts {
		line.Attempts = append(line.Attempts, attemptLineOf(a))
	}
	return line, err
}

func (c *command) showEvents(ctx context.Context, queue *hooks.Queue, events []hooks.Event) error {
	var rows []table.Row
	for _, e := range events {
		line, err := eventLineOf(ctx, queue, e)
		if err != nil {
			return err
		}
		if c.json {
			if err := c.printJSON(line); err != nil {
				return err
			}
			continue
		}
		last := ""
		if n := len(line.Attempts); n > 0 {
			last = line.Attempts[n-1].String()
		}
		rows = append(rows, table.Row{line.ID, instant(e.At), line.Type, line.State, len(line.Attempts), short(last, 50)})
	}
	switch {
	case c.json:
	case len(rows) == 0:
		c.printf("it has had no event in the last %d days\n", hooks.Keep/(24*time.Hour))
	default:
		c.table(table.Row{"Event", "At", "Type", "State", "Attempts", "Last reply"}, rows)
	}
	return nil
}

func (c *command) showEvent(ctx context.Context, queue *hooks.Queue, e hooks.Event) error {
	line, err := eventLineOf(ctx, queue, e)
	if err != nil {
		return err
	}
	body, err := e.Body()
	if err != nil {
		return err
	}
	line.Body = string(body)
	if c.json {
		return c.printJSON(line)
	}
	c.printf("%s  %s  %s  %s\n", line.ID, line.Type, instant(e.At), line.State)
	for _, a := range line.Attempts {
		c.printf("  %s  %s\n", a.At, a)
	}
	c.printf("\n%s\n", line.Body)
	return nil
}

// String is an attempt for a person: "200 in 31 ms: ok".
func (a attemptLine) String() string {
	text := "no reply"
	if a.Status != 0 {
		text = fmt.Sprint(a.Status)
	}
	text += fmt.Sprintf(" in %d ms", a.Took)
	if reply := strings.Join(strings.Fields(a.Reply), " "); reply != "" {
		text += ": " + reply
	}
	return text
}
