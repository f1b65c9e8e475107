package main

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"dailytip/membership"
	"dailytip/subscribers"
)

func (c *command) subscribersChangeAddress() *cobra.Command {
	var confirmed bool
	cmd := &cobra.Command{
		Use:   "change-address OLD NEW",
		Short: "Move somebody to another address, with their consent and their place",
		Long: `change-address sends a mail to the new address that asks its owner to confirm; the
running daemon sends it. Until they do, the old address gets the mails. When they do,
the new one has their newsletters, preferences, consent and place in a course, and
the old one has left. With --confirmed you vouch that the new address is theirs, and
it takes the old one's place at once.`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			to, err := subscribers.ParseAddress(args[1])
			if err != nil {
				return exit{codeUsage, err}
			}
			return c.with(cmd.Context(), args[0], func(a *app, s *subscribers.Subscriber) error {
				done, err := a.membership.ChangeAddress(cmd.Context(), time.Now(), s.ID, to, confirmed, byOperator)
				switch {
				case errors.Is(err, subscribers.ErrTaken):
					return exitf(codeFailed, "%s is on the list already; end %s with dailytip subscribers unsubscribe %s", to, s.Email, s.Email)
				case errors.Is(err, membership.ErrKeptOut):
					return exitf(codeFailed, "%s was erased, or mail to it fails, and only they themselves can come back; with --confirmed you vouch for them", to)
				case errors.Is(err, membership.ErrNothingToMove):
					return exitf(codeNothing, "%s gets no newsletter that could come along: see dailytip subscribers show %s", s.Email, s.Email)
				case errors.Is(err, membership.ErrTooOften):
					return exitf(codeFailed, "%s was asked to confirm less than a day ago, or three times without an answer; the mail that they have still works", to)
				case err != nil:
					return err
				}
				c.sayDoubts(to)
				if !done && c.json {
					return c.printJSON(map[string]string{"email": string(s.Email), "new": string(to), "result": "asked"})
				}
				if !done {
					c.printf("a mail asks %s to confirm, and goes out with dailytip serve; until then %s gets the mails\n", to, s.Email)
					return nil
				}
				return c.answerChange(cmd.Context(), a, s.ID)
			})
		},
	}
	cmd.Flags().BoolVar(&confirmed, "confirmed", false, "you vouch that the new address is theirs: it's changed at once")
	return cmd
}
