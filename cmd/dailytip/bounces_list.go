package main

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"dailytip/bounces/intake"
	"dailytip/subscribers"
)

// bounceRecord is what bounces list and show print of what was decided.
type bounceRecord struct {
	ID         int64  `json:"id"`
	At         string `json:"at"` // RFC 3339
	Email      string `json:"email"`
	Newsletter string `json:"newsletter"`
	Door       string `json:"door"`
	Class      string `json:"class"`
	Status     string `json:"status"`
	Reason     string `json:"reason"`
	Reply      string `json:"reply"`
	Decision   string `json:"decision"`
	DecidedAt  string `json:"decided_at"`
}

func recordOf(b subscribers.BounceRecord) bounceRecord {
	return bounceRecord{
		b.ID, b.At.Format(time.RFC3339), string(b.Email), b.Newsletter, b.Door, string(b.Class), b.Status, b.Reason, b.Reply,
		string(b.Decision), b.DecidedAt.Format(time.RFC3339),
	}
}

// bounceFlags choose among what came back.
type bounceFlags struct {
	filter          subscribers.BounceFilter
	reader          string
	class, decision string
	days            int
}

func (f *bounceFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.filter.Domain, "domain", "", "only of addresses in this `domain`")
	cmd.Flags().StringVar(&f.reader, "reader", "", "only of this `address`")
	cmd.Flags().StringVar(&f.class, "class", "", "only of this `class`: hard, soft, ours, complaint, …")
	cmd.Flags().StringVar(&f.decision, "decision", "", "only with this `decision`: suppressed, marked, held, counted, resting, ignored, …")
	cmd.Flags().IntVar(&f.days, "days", 30, "only of so many days; 0: all that is kept")
}

func (f *bounceFlags) read() (subscribers.BounceFilter, error) {
	out := f.filter
	out.Domain = strings.ToLower(out.Domain)
	if f.reader != "" {
		address, err := subscribers.ParseAddress(f.reader)
		if err != nil {
			return out, exitf(codeUsage, "--reader: %w", err)
		}
		out.Address = address
	}
	out.Class, out.Decision = subscribers.BounceClass(f.class), subscribers.Decision(f.decision)
	if f.decision == "held" {
		out.Decision = subscribers.HeldBack
	}
	if f.days > 0 {
		out.Since = time.Now().AddDate(0, 0, -f.days)
	}
	return out, nil
}

func (c *command) bouncesList() *cobra.Command {
	var flags bounceFlags
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List what came back, or was refused while sending, and what was decided",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			filter, err := flags.read()
			if err != nil {
				return err
			}
			a, err := c.open(cmd.Context(), slog.LevelWarn)
			if err != nil {
				return err
			}
			defer a.close()
			if !c.json {
				filter.Limit = mostRows + 1
			}
			found, err := a.list.Bounces(cmd.Context(), a.db.Read(), filter)
			if err != nil {
				return err
			}
			return c.printBounces(found)
		},
	}
	flags.register(cmd)
	return cmd
}

func (c *command) printBounces(found []subscribers.BounceRecord) error {
	var rows []table.Row
	for _, b := range found {
		line := recordOf(b)
		if c.json {
			if err := c.printJSON(line); err != nil {
				return err
			}
			continue
		}
		if len(rows) < mostRows {
			rows = append(rows, table.Row{strconv.FormatInt(line.ID, 10), instant(b.At), line.Email, line.Door, line.Class, line.Reason, line.Decision, short(line.Reply, 50)})
		}
	}
	if c.json {
		return nil
	}
	if len(rows) == 0 {
		c.printf("nothing has come back\n")
		return nil
	}
	c.table(table.Row{"Number", "At", "Reader", "Door", "Class", "Reason", "Decision", "Reply"}, rows)
	if len(found) > len(rows) {
		c.printf("… and more: --json lists them all\n")
	}
	return nil
}

func (c *command) bouncesShow() *cobra.Command {
	var raw bool
	cmd := &cobra.Command{
		Use:   "show NUMBER",
		Short: "Show one of them, with the message that came back",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := bounceNumber(args[0])
			if err != nil {
				return err
			}
			a, err := c.open(cmd.Context(), slog.LevelWarn)
			if err != nil {
				return err
			}
			defer a.close()
			return c.showBounce(cmd.Context(), a, id, raw)
		},
	}
	cmd.Flags().BoolVar(&raw, "raw", false, "print the message alone; of a long one the first 256 KB are kept")
	return cmd
}

func bounceNumber(arg string) (int64, error) {
	id, err := strconv.ParseInt(arg, 10, 64)
	if err != nil || id <= 0 {
		return 0, exitf(codeUsage, "%q is no number of a bounce; dailytip bounces list shows them", arg)
	}
	return id, nil
}

func (c *command) showBounce(ctx context.Context, a *app, id int64, raw bool) error {
	b, err := a.list.Bounce(ctx, a.db.Read(), id)
	if errors.Is(err, subscribers.ErrNoBounce) {
		return exitf(codeFailed, "there is no bounce %d; dailytip bounces list shows them", id)
	}
	if err != nil {
		return err
	}
	message, err := a.intake.Raw(ctx, a.db.Read(), id)
	forgotten := errors.Is(err, intake.ErrForgotten)
	switch {
	case err != nil && !forgotten:
		return err
	case raw && forgotten:
		return exitf(codeNothing, "%w", err)
	case raw:
		_, err := c.data().Write(message)
		return err
	case c.json:
		return c.printJSON(struct {
			bounceRecord
			Message string `json:"message"`
		}{recordOf(b), string(message)})
	}
	for _, line := range [][2]string{
		{"reader", string(b.Email)},
		{"newsletter", b.Newsletter},
		{"at", instant(b.At)},
		{"door", b.Door},
		{"class", string(b.Class)},
		{"status", b.Status},
		{"reason", b.Reason},
		{"reply", b.Reply},
		{"decision", string(b.Decision) + ", " + instant(b.DecidedAt)},
	} {
		c.printf("%-11s %s\n", line[0], line[1])
	}
	if !forgotten {
		c.printf("\n%s", message)
	}
	return nil
}
