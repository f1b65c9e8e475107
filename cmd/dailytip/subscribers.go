package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"dailytip/membership"
	"dailytip/subscribers"
	"dailytip/subscribers/listfile"
)

func (c *command) subscribers() *cobra.Command {
	cmd := &cobra.Command{Use: "subscribers", Short: "Look after the list: add, list, show, import, export, set, pause, restore, …", Args: cobra.NoArgs}
	cmd.AddCommand(
		c.subscribersAdd(), c.subscribersList(), c.subscribersShow(), c.subscribersImport(), c.subscribersExport(),
		c.subscribersSet(), c.subscribersPause(), c.subscribersResume(), c.subscribersUnsubscribe(), c.subscribersSuppress(), c.subscribersRestore(),
		c.subscribersChangeAddress(), c.subscribersErase(),
	)
	return cmd
}

// with opens the program and one person, whose address is the first argument.
func (c *command) with(ctx context.Context, address string, f func(a *app, s *subscribers.Subscriber) error) error {
	key, fault := subscribers.ParseAddress(address)
	if fault != nil { // what was taken once, and wouldn't be now, is found as it stands in the list
		key = subscribers.Address(strings.TrimSpace(address))
	}
	a, err := c.open(ctx, slog.LevelWarn)
	if err != nil {
		return err
	}
	defer a.close()
	s, err := a.list.Find(ctx, a.db.Read(), key)
	if errors.Is(err, subscribers.ErrUnknown) {
		if fault != nil {
			return exit{codeUsage, fault}
		}
		return exitf(codeFailed, "nobody has the address %s", key)
	}
	if err != nil {
		return err
	}
	return f(a, s)
}

// preferenceFlags are those that add and set share.
type preferenceFlags struct{ name, language, timezone, sendAt, days, cadence string }

func (p *preferenceFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&p.name, "name", "", "the person's name")
	flags.StringVar(&p.language, "language", "", "BCP 47 `tag`, such as zh-CN (default: the newsletter's)")
	flags.StringVar(&p.timezone, "timezone", "", "IANA `zone`, such as Asia/Shanghai (default: the newsletter's default)")
	flags.StringVar(&p.sendAt, "send-at", "", "`HH:MM` on their clock (default: the newsletter's)")
	flags.StringVar(&p.days, "days", "", "such as MON-FRI or \"MON WED\" (default: the newsletter's)")
	flags.StringVar(&p.cadence, "cadence", "", "daily or weekly")
}

// over applies the flags that were given to what is there.
func (p *preferenceFlags) over(cmd *cobra.Command, was subscribers.Preferences) (subscribers.Preferences, error) {
	var faults []error
	apply := func(flag string, set func() error) {
		if cmd.Flags().Changed(flag) {
			if err := set(); err != nil {
				faults = append(faults, fmt.Errorf("--%s: %w", flag, err))
			}
		}
	}
	apply("name", func() (err error) { was.Name, err = subscribers.ParseName(p.name); return err })
	apply("language", func() (err error) { was.Language, err = subscribers.ParseLanguage(p.language); return err })
	apply("timezone", func() (err error) { was.Timezone, err = subscribers.ParseZone(p.timezone); return err })
	apply("send-at", func() (err error) { was.SendAt, err = subscribers.ParseSendAt(p.sendAt); return err })
	apply("days", func() (err error) { was.Days, err = subscribers.ParseDays(p.days); return err })
	apply("cadence", func() (err error) { was.Cadence, err = subscribers.ParseCadence(p.cadence); return err })
	if len(faults) > 0 {
		return was, exit{codeUsage, errors.Join(faults...)}
	}
	return was, nil
}

func (c *command) subscribersAdd() *cobra.Command {
	var newsletter, why string
	var confirmed, returning bool
	var prefs preferenceFlags
	cmd := &cobra.Command{
		Use:   "add EMAIL",
		Short: "Add somebody; they get a mail that asks them to confirm",
		Long: `add leaves the person pending and sends them a mail that asks them to confirm; the
running daemon sends it. With --confirmed you vouch for their consent, and they're
active at once. Nobody who unsubscribed or was suppressed is revived.

With --returning it brings somebody back who left, or was erased, and asked you for
it, on the telephone for instance. --why is kept in their history. They're asked to
confirm, unless you say --confirmed, too.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			address, err := subscribers.ParseAddress(args[0])
			if err != nil {
				return exit{codeUsage, err}
			}
			p, err := prefs.over(cmd, subscribers.Preferences{})
			if err != nil {
				return err
			}
			why = strings.Join(strings.Fields(why), " ")
			switch {
			case returning && why == "":
				return exitf(codeUsage, "--why is missing; write how you know that they want to come back")
			case !returning && why != "":
				return exitf(codeUsage, "--why belongs to --returning")
			}
			a, err := c.open(cmd.Context(), slog.LevelWarn)
			if err != nil {
				return err
			}
			defer a.close()
			id, err := subscribers.PickNewsletter(newsletter, a.newsletterIDs())
			if err != nil {
				return exit{codeUsage, err}
			}
			request := subscribers.Request{Address: address, Newsletter: id, Preferences: p, Detail: "dailytip subscribers add"}
			if returning {
				request.Detail = byOperator + ": " + why
				return c.bringBack(cmd.Context(), a, request, confirmed)
			}
			if confirmed {
				request.Consent = subscribers.Vouched
			}
			return c.addOne(cmd.Context(), a, request)
		},
	}
	prefs.register(cmd)
	cmd.Flags().StringVar(&newsletter, "newsletter", "", "the newsletter's `id` (default: the only one)")
	cmd.Flags().BoolVar(&confirmed, "confirmed", false, "you vouch for their consent: they're active at once")
	cmd.Flags().BoolVar(&returning, "returning", false, "they left, and asked you to bring them back")
	cmd.Flags().StringVar(&why, "why", "", "with --returning: how you know, as `text` for their history")
	return cmd
}

func (c *command) bringBack(ctx context.Context, a *app, r subscribers.Request, confirmed bool) error {
	added, err := a.membership.Return(ctx, time.Now(), r, confirmed)
	if errors.Is(err, membership.ErrNeverLeft) {
		return exitf(codeFailed, "%s hasn't left %s; without --returning they're added", r.Address, r.Newsletter)
	}
	if err != nil {
		return err
	}
	return c.answerAdd(r, added)
}

func (c *command) addOne(ctx context.Context, a *app, r subscribers.Request) error {
	added, err := a.membership.SignUp(ctx, time.Now(), r, membership.Form{})
	if err != nil {
		return err
	}
	return c.answerAdd(r, added)
}

// answerAdd says what is so now.
func (c *command) answerAdd(r subscribers.Request, added subscribers.Added) error {
	if r.Address.UTF8() {
		c.say("note: %s has letters beyond ASCII before the @; the relay must know SMTPUTF8 (dailytip check tells)", r.Address)
	}
	if c.json {
		if err := c.printJSON(map[string]string{"email": string(r.Address), "newsletter": r.Newsletter, "result": string(added.Result), "state": string(added.State)}); err != nil {
			return err
		}
	}
	switch added.Result {
	case subscribers.Left:
		return exitf(codeFailed, "%s has left %s; only they themselves can come back, or you bring them with --returning --why if they asked for it", r.Address, r.Newsletter)
	case subscribers.Barred:
		return exitf(codeFailed, "%s is suppressed; dailytip subscribers show %s says why, and subscribers restore undoes it", r.Address, r.Address)
	}
	c.sayDoubts(r.Address)
	if c.json {
		return nil
	}
	switch {
	case added.Result == subscribers.Unchanged:
		c.printf("%s is in %s already (%s); nothing was changed\n", r.Address, r.Newsletter, added.State)
	case added.State == subscribers.Active:
		c.printf("%s is active in %s\n", r.Address, r.Newsletter)
	default:
		c.printf("%s is pending in %s; the mail that asks them to confirm goes out with dailytip serve\n", r.Address, r.Newsletter)
	}
	return nil
}

// subscriptionLine is what subscribers list prints.
type subscriptionLine struct {
	Email      string `json:"email"`
	Name       string `json:"name,omitempty"`
	Newsletter string `json:"newsletter"`
	State      string `json:"state"`
	Language   string `json:"language,omitempty"`
	Timezone   string `json:"timezone,omitempty"`
	SendAt     string `json:"send_at,omitempty"`
	Days       string `json:"days,omitempty"`
	Cadence    string `json:"cadence,omitempty"`
}

func lineOf(p subscribers.Subscriber, s subscribers.Subscription) subscriptionLine {
	return subscriptionLine{
		Email: string(p.Email), Name: p.Name, Newsletter: s.Newsletter, State: string(s.State), Language: p.Language,
		Timezone: p.Timezone, SendAt: s.Slot.SendAt, Days: s.Slot.Days.String(), Cadence: string(s.Slot.Cadence),
	}
}

func (c *command) subscribersList() *cobra.Command {
	var filter subscribers.Filter
	var state string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the subscribers",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := c.open(cmd.Context(), slog.LevelWarn)
			if err != nil {
				return err
			}
			defer a.close()
			filter.State = subscribers.State(state)
			if err := a.checkFilter(filter); err != nil {
				return err
			}
			var rows []table.Row
			n := 0
			err = a.list.Each(cmd.Context(), filter, func(p subscribers.Subscriber, s subscribers.Subscription) error {
				n++
				line := lineOf(p, s)
				if c.json {
					return c.printJSON(line)
				}
				if n <= mostRows {
					when := strings.TrimSpace(line.SendAt + " " + line.Days)
					rows = append(rows, table.Row{line.Email, short(line.Name, 24), line.Newsletter, line.State, line.Language, line.Timezone, when, line.Cadence})
				}
				return nil
			})
			if err != nil || c.json {
				return err
			}
			c.table(table.Row{"Email", "Name", "Newsletter", "State", "Language", "Zone", "Own time", "Cadence"}, rows)
			if n > mostRows {
				c.printf("… and %d more: --json or export lists them all\n", n-mostRows)
			}
			c.printf("\n%s\n", count(n, "subscription"))
			return nil
		},
	}
	cmd.Flags().StringVar(&filter.Newsletter, "newsletter", "", "only this newsletter's, by its `id`")
	cmd.Flags().StringVar(&state, "state", "", "only those in this `state`: pending, active, paused, unsubscribed, suppressed")
	return cmd
}

func (c *command) subscribersExport() *cobra.Command {
	var filter subscribers.Filter
	var out string
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write the subscribers as CSV, as import reads it",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			a, err := c.open(cmd.Context(), slog.LevelWarn)
			if err != nil {
				return err
			}
			defer a.close()
			if err := a.checkFilter(filter); err != nil {
				return err
			}
			w := c.data()
			if out != "" {
				file, err := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) // people's addresses
				if err != nil {
					return fmt.Errorf("export: %w", err)
				}
				defer func() { err = errors.Join(err, file.Close()) }()
				w = file
			}
			n, err := listfile.Write(cmd.Context(), w, a.list, filter)
			if err != nil {
				return err
			}
			c.say("%s exported", count(n, "subscription"))
			return nil
		},
	}
	cmd.Flags().StringVar(&filter.Newsletter, "newsletter", "", "only this newsletter's, by its `id`")
	cmd.Flags().StringVar(&out, "out", "", "write to this `file` instead of standard output")
	return cmd
}

// checkFilter refuses a newsletter or a state that nobody can be in: an empty list
// would read as if there were no readers.
func (a *app) checkFilter(f subscribers.Filter) error {
	if f.Newsletter != "" {
		if _, err := subscribers.PickNewsletter(f.Newsletter, a.newsletterIDs()); err != nil {
			return exit{codeUsage, err}
		}
	}
	if f.State != "" && !slices.Contains(subscribers.States, f.State) {
		return exitf(codeUsage, "--state %q is unknown; write one of pending, active, paused, unsubscribed, suppressed", f.State)
	}
	return nil
}
