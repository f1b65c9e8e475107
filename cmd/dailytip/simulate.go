package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dailytip/config"
	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/scheduler"
	"dailytip/store"
	"dailytip/subscribers"
)

type simulateFlags struct {
	from, newsletter, subscribers string
	days                          int
	down                          []string
}

func (c *command) simulate() *cobra.Command {
	var f simulateFlags
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Play some days or years in seconds, and see who would get what when",
		Long: `simulate runs the real scheduler and ledger against a clock of its own and a relay
that accepts everything, on a database that is thrown away: it sends nothing, and
writes nothing to yours. It begins with the history, the pins and the active readers
of your database as they are, or with the readers of a CSV file as import reads it.
Each reader takes part from the beginning of the first date in their zone to the end
of the last; who is paused, from the end of the pause.

--down FROM/TO is a time in which the daemon doesn't run, such as
2026-03-01T06:30/2026-03-01T09:00, in UTC or with an offset; it may be given several
times.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.runSimulate(cmd.Context(), f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.from, "from", "", "the first `date` (default: today)")
	flags.IntVar(&f.days, "days", 30, "how many days")
	flags.StringVar(&f.newsletter, "newsletter", "", "only the newsletter with this `id` (default: all)")
	flags.StringVar(&f.subscribers, "subscribers", "", "the readers, as a CSV `file` (default: the active readers in the database)")
	flags.StringArrayVar(&f.down, "down", nil, "a time `FROM/TO` without the daemon")
	return cmd
}

// simulation is one under way: the program on a database of its own.
type simulation struct {
	*command
	db          *store.DB
	list        *subscribers.List
	editions    *editions.Editions
	ledger      *ledger.Ledger
	newsletters []scheduler.Newsletter
	first, last scheduler.Date
	down        []outage
	readers     []reader
	seen        *seen
}

// reader is somebody in one newsletter.
type reader struct {
	subscribers.Request
	slot        subscribers.Slot
	newsletter  *scheduler.Newsletter
	pausedUntil time.Time // zero: they aren't
}

func (c *command) runSimulate(ctx context.Context, f simulateFlags) (err error) {
	if f.days < 1 || f.days > 3660 {
		return exitf(codeUsage, "--days %d: write a number from 1 to 3660", f.days)
	}
	s := &simulation{command: c}
	if s.down, err = parseOutages(f.down); err != nil {
		return exit{codeUsage, err}
	}
	cfg, err := config.Load(c.configPath())
	if err != nil {
		return err
	}
	now := time.Now()
	if err := s.configure(cfg, f, now); err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "dailytip-simulate-")
	if err != nil {
		return fmt.Errorf("make a folder for the simulation: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if s.db, err = store.OpenScratch(ctx, filepath.Join(folder, "simulation.db")); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.db.Close()) }()
	if err := s.prepare(ctx, cfg.Database, f.subscribers, now); err != nil {
		return err
	}
	s.seen = newSeen(s)
	if err := s.run(ctx); err != nil {
		return err
	}
	return s.report(ctx)
}

// configure finds the newsletters and the dates.
func (s *simulation) configure(cfg *config.Config, f simulateFlags, now time.Time) error {
	libraries, err := openLibraries(cfg, s.logger(slog.LevelWarn))
	if err != nil {
		return err
	}
	if s.newsletters, err = schedulerNewsletters(cfg, libraries); err != nil {
		return err
	}
	if f.newsletter != "" {
		only, err := scheduler.New(scheduler.Options{Newsletters: s.newsletters}).Find(f.newsletter)
		if err != nil {
			return exit{codeUsage, err}
		}
		s.newsletters = []scheduler.Newsletter{*only}
	}
	for i := range s.newsletters {
		s.newsletters[i].Approve = false // as if somebody approved each tip in time
	}
	s.first = s.newsletters[0].Today(now)
	if f.from != "" {
		if s.first, err = scheduler.ParseDate(f.from); err != nil {
			return exitf(codeUsage, "--from: %w", err)
		}
	}
	s.last = s.first.Add(f.days - 1)
	return nil
}

func (s *simulation) ids() []string {
	ids := make([]string, len(s.newsletters))
	for i, n := range s.newsletters {
		ids[i] = n.ID
	}
	return ids
}

// find returns one of the newsletters that are simulated, or nil.
func (s *simulation) find(id string) *scheduler.Newsletter {
	for i := range s.newsletters {
		if s.newsletters[i].ID == id {
			return &s.newsletters[i]
		}
	}
	return nil
}

// outage is a time in which nothing ticks; its end is the first instant after.
type outage struct{ from, to time.Time }

// parseOutages reads FROM/TO, and returns them in order, those that touch as
// one.
func parseOutages(all []string) ([]outage, error) {
	var parsed []outage
	for _, text := range all {
		from, to, ok := strings.Cut(text, "/")
		var o outage
		var faults [2]error
		o.from, faults[0] = parseInstant(from)
		o.to, faults[1] = parseInstant(to)
		if !ok || errors.Join(faults[:]...) != nil {
			return nil, fmt.Errorf("--down %q: write FROM/TO like 2026-03-01T06:30/2026-03-01T09:00, in UTC or with an offset", text)
		}
		if !o.from.Before(o.to) {
			return nil, fmt.Errorf("--down %q ends before it begins", text)
		}
		parsed = append(parsed, o)
	}
	slices.SortFunc(parsed, func(a, b outage) int { return cmp.Compare(a.from.Unix(), b.from.Unix()) })
	var merged []outage
	for _, o := range parsed {
		if n := len(merged); n > 0 && !o.from.After(merged[n-1].to) {
			if o.to.After(merged[n-1].to) {
				merged[n-1].to = o.to
			}
			continue
		}
		merged = append(merged, o)
	}
	return merged, nil
}

// parseInstant reads a date or a time, in UTC when it names no offset.
func parseInstant(s string) (t time.Time, err error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly} {
		if t, err = time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return t, err
}
