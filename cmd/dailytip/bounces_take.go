package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"dailytip/bounces"
	"dailytip/bounces/intake"
	"dailytip/config"
	"dailytip/ledger"
	"dailytip/store"
	"dailytip/subscribers"
)

// codeTryAgain is EX_TEMPFAIL of sysexits.h, to which mail servers react by keeping
// the message and trying again later. All other codes but 0 they take for a refusal.
const codeTryAgain = 75

func (c *command) bouncesTake() *cobra.Command {
	var recipient string
	cmd := &cobra.Command{
		Use:   "take < MESSAGE",
		Short: "Take one returned mail from a mail server's pipe",
		Long: `take reads one message from standard input and does what it asks for: it is what a
mail server's pipe calls with each mail that comes back. A daemon may run beside it.

Whom the message was for is told by --recipient, else by the environment
(ORIGINAL_RECIPIENT, RECIPIENT), else by the fields Delivered-To, X-Original-To,
Envelope-To and To. Only an address that dailytip has made counts, or such a
Message-ID in the mail that came back; everything else is ignored.

It exits with 0 when the message was taken, or ignored, and with 75 whenever it
couldn't be: then the mail server keeps it and tries again.`,
		Example: "  dailytip bounces take --config /etc/dailytip/config.yaml --recipient ${recipient} < message",
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return exitf(codeTryAgain, "dailytip bounces take takes no arguments, and %q is one", args[0])
			}
			if err := c.takeBounce(cmd.Context(), recipient); err != nil {
				return exit{codeTryAgain, err}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&recipient, "recipient", "", "the `address` that the message was sent to")
	// A mistake in the mail server's configuration mustn't cost a message either.
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return exit{codeTryAgain, unknownFlag(cmd, err)}
	})
	return cmd
}

func (c *command) takeBounce(ctx context.Context, recipient string) error {
	raw, err := c.readMessage(ctx)
	if err != nil {
		return err
	}
	cfg, err := config.LoadToLook(c.configPath()) // it sends nothing
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, cfg.Database.Reveal()) // no library and no relay: one of them in trouble mustn't keep a message out
	if err != nil {
		return err
	}
	out, err := take(ctx, cfg, db, c.logger(slog.LevelError), raw, recipient)
	if err = errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("take the message: %w", err)
	}
	if c.json {
		return c.printJSON(takenLine{Known: out.Known, Again: out.Again, Class: string(out.Class), Action: out.Action, Address: out.Address})
	}
	return nil // a mail server takes what is printed for a complaint
}

func take(ctx context.Context, cfg *config.Config, db *store.DB, log *slog.Logger, raw []byte, recipient string) (out intake.Outcome, err error) {
	if _, err := db.Migrate(ctx); err != nil {
		return out, err
	}
	list, err := subscribers.Open(ctx, db)
	if err != nil {
		return out, err
	}
	book := ledger.New(db, list)
	outbox, err := newOutbox(cfg)
	if err != nil {
		return out, err
	}
	list.Publish(outbox)
	book.Publish(outbox)
	t := newTaker(cfg, db, list, book, log)
	return t.Take(ctx, time.Now(), intake.Return{Door: "pipe", Raw: raw, Recipient: envelopeRecipient(t, recipient, os.Getenv, raw)})
}

// takenLine is what bounces take --json prints.
type takenLine struct {
	Known   bool   `json:"known"` // it carries a tag of ours
	Again   bool   `json:"again"` // it was taken before
	Class   string `json:"class"`
	Action  string `json:"action"`
	Address string `json:"address"`
}

// readMessage reads a whole message, and keeps as much of it as anybody looks at: a
// mail server whose pipe isn't read to its end believes that the program has failed.
func (c *command) readMessage(ctx context.Context) ([]byte, error) {
	in := awaited{ctx, c.in}
	raw, err := io.ReadAll(io.LimitReader(in, bounces.MostBytes))
	if err == nil {
		_, err = io.Copy(io.Discard, in)
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the message from standard input: %w", err)
	case len(bytes.TrimSpace(raw)) == 0:
		return nil, errors.New("there is no message on standard input; let the mail server write it there")
	}
	return raw, nil
}

// envelopeRecipient finds the address that a message was sent to: of all that may be
// it, the one that we have made. A server that rewrites addresses may have been told
// another one.
func envelopeRecipient(t *intake.Taker, given string, env func(string) string, raw []byte) string {
	candidates := []string{given, env("ORIGINAL_RECIPIENT"), env("RECIPIENT")}
	if local, at := env("LOCAL_PART"), env("DOMAIN"); local != "" && at != "" { // Exim's
		candidates = append(candidates, env("LOCAL_PART_PREFIX")+local+env("LOCAL_PART_SUFFIX")+"@"+at)
	}
	first := ""
	for _, address := range append(candidates, bounces.DeliveredTo(raw)...) {
		if t.Valid(address) {
			return address
		}
		if first == "" {
			first = address
		}
	}
	return first
}
