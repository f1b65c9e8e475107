package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"dailytip/editions"
	"dailytip/ledger"
)

const onlyThese = "only these `addresses` (default: all)"

func (e *editionCommand) retryFailed() *cobra.Command {
	var to []string
	var expired bool
	cmd := e.change("retry-failed", "Send again what the relay refused for good", `retry-failed puts the edition's failed mails back in the queue, as if they had just
been opened: they have give_up_after from now. Readers who were suppressed or have
left since get nothing.`,
		func(ctx context.Context, t *target, _ []string) error {
			states := []ledger.State{ledger.Failed}
			if expired {
				states = append(states, ledger.Expired)
			}
			return e.again(ctx, t, ledger.Requeuing{Kind: ledger.ActionRetryFailed, States: states}, to)
		})
	cmd.Flags().StringSliceVar(&to, "to", nil, onlyThese)
	cmd.Flags().BoolVar(&expired, "expired", false, "those that couldn't be sent in time as well")
	return cmd
}

func (e *editionCommand) resendInDoubt() *cobra.Command {
	var to []string
	cmd := e.change("resend-in-doubt", "Send again what may have arrived", `resend-in-doubt sends the mails whose reply was never seen once more, under the same
Message-ID: some readers may get a second copy. Those are the mails that wait because
of in_doubt: hold, because four attempts broke off, or because an edition was
cancelled in between. When the relay's log tells what became of them, use
settle-in-doubt instead.`,
		func(ctx context.Context, t *target, _ []string) error {
			return e.again(ctx, t, ledger.Requeuing{Kind: ledger.ActionRetryDoubt, States: []ledger.State{ledger.InDoubt}}, to)
		})
	cmd.Flags().StringSliceVar(&to, "to", nil, onlyThese)
	return cmd
}

// again sends some of an edition's deliveries again and says how many.
func (e *editionCommand) again(ctx context.Context, t *target, a ledger.Requeuing, to []string) error {
	var err error
	if a.Only, err = t.readers(ctx, to); err != nil {
		return err
	}
	now := time.Now()
	a.ExpiresAt, a.Who = now.Add(t.n.GiveUpAfter), who()
	again, left, err := t.ledger.Requeue(ctx, now, t.edition, a)
	if err != nil {
		return err
	}
	if again == 0 && left == 0 {
		return exitf(codeNothing, "nothing of the edition of %s is %s", t.edition.LocalDate, inWords(a.States))
	}
	if again == 0 {
		return exitf(codeNothing, "none of %s goes out again: who was to get it is suppressed, or has left", count(left, "mail"))
	}
	if left > 0 {
		e.say("%s as before: who was to get it is suppressed, or has left", count(left, "mail stays", "mails stay"))
	}
	if t.edition.State == editions.Paused {
		e.say("the edition is paused; they wait for dailytip edition resume")
	}
	return e.report(t, again, "%s sent again, until %s at the latest", count(again, "mail is", "mails are"), instant(a.ExpiresAt))
}

func inWords(states []ledger.State) string {
	words := make([]string, len(states))
	for i, s := range states {
		words[i] = strings.ReplaceAll(string(s), "_", " ")
	}
	return strings.Join(words, " or ")
}

func (e *editionCommand) settleInDoubt() *cobra.Command {
	var to []string
	var as string
	cmd := e.change("settle-in-doubt", "Say what became of mails in doubt: --as sent or --as failed", `settle-in-doubt records of mails in doubt what the relay's log tells: that they were
sent, or that they weren't. dailytip edition deliveries --state in_doubt lists them
with their Message-IDs. Nothing goes out.`,
		func(ctx context.Context, t *target, _ []string) error {
			if as != string(ledger.Sent) && as != string(ledger.Failed) {
				return exitf(codeUsage, "--as %q: write sent or failed", as)
			}
			only, err := t.readers(ctx, to)
			if err != nil {
				return err
			}
			settled, err := t.ledger.SettleInDoubt(ctx, time.Now(), t.edition, ledger.State(as), only, who())
			if err != nil {
				return err
			}
			if settled == 0 {
				return exitf(codeNothing, "nothing of the edition of %s is in doubt", t.edition.LocalDate)
			}
			return e.report(t, settled, "%s settled as %s", count(settled, "mail is", "mails are"), as)
		})
	cmd.Flags().StringVar(&as, "as", "", "sent or failed")
	cmd.Flags().StringSliceVar(&to, "to", nil, onlyThese)
	_ = cmd.MarkFlagRequired("as") // fails for an unknown flag only
	return cmd
}

func (e *editionCommand) deliveries() *cobra.Command {
	var states []string
	cmd := &cobra.Command{
		Use:   "deliveries",
		Short: "List an edition's mails with their Message-IDs and the relay's answers",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			wanted, err := parseStates(states)
			if err != nil {
				return err
			}
			return e.with(cmd.Context(), func(t *target) error {
				if !t.edition.PrunedAt.IsZero() {
					return errPruned(t.edition)
				}
				return e.listDeliveries(cmd.Context(), t.app, t.edition, wanted, func(s ledger.State) ledger.State { return s })
			})
		},
	}
	cmd.Flags().StringSliceVar(&states, "state", nil, "only those in these `states`: "+stateNames())
	return cmd
}

// allStates are those that a delivery can be in.
var allStates = []ledger.State{
	ledger.Pending, ledger.Sent, ledger.Retry, ledger.Failed, ledger.InDoubt, ledger.Expired, ledger.Withdrawn,
}

func stateNames() string {
	names := make([]string, len(allStates))
	for i, s := range allStates {
		names[i] = string(s)
	}
	return strings.Join(names, ", ")
}

func parseStates(names []string) ([]ledger.State, error) {
	var states []ledger.State
	for _, name := range names {
		if !slices.Contains(allStates, ledger.State(name)) {
			return nil, exitf(codeUsage, "--state %q is unknown; write one of %s", name, stateNames())
		}
		states = append(states, ledger.State(name))
	}
	return states, nil
}

// showEdition prints all about an edition.
func (c *command) showEdition(ctx context.Context, t *target) error {
	actions, err := t.ledger.Actions(ctx, t.edition, 20)
	if err != nil {
		return err
	}
	line, err := t.statusLine(ctx, time.Now(), t.counts)
	if err != nil {
		return err
	}
	if c.json {
		for _, a := range actions {
			line.Actions = append(line.Actions, actionLineOf(a))
		}
		return c.printJSON(line)
	}
	c.printf("%s of %s: %s\n", line.LocalDate, line.Newsletter, line.text())
	c.printReasons(line)
	if len(actions) == 0 {
		return nil
	}
	c.printf("\n")
	var rows []table.Row
	for _, a := range actions {
		rows = append(rows, table.Row{instant(a.At), a.Kind, a.Deliveries, a.Who, a.Detail})
	}
	c.table(table.Row{"At", "By command", "Mails", "Who", "Detail"}, rows, 3)
	return nil
}
