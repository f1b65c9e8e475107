package main

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"dailytip/ledger"
	"dailytip/scheduler"
	"dailytip/subscribers"
)

// run lets the clock go from before the first date anywhere to after the last.
//
// It ticks at the full minutes at which something can be due, and after each
// outage, where a daemon ticks each minute. That's the same: a tick's work
// depends on the database, on the library and on which due instants have come.
// The first two change by nothing but ticks here (nobody signs up or resumes,
// the relay takes at once what is opened), so a tick at a minute at which no
// instant comes finds all as the one before left it.
func (s *simulation) run(ctx context.Context) error {
	// SQLite's driver starts a goroutine for each statement that can be called
	// off, and there are millions of them: it's enough to look between two ticks.
	called := ctx
	ctx = context.WithoutCancel(ctx)
	begin, end := s.span()
	bar := s.progress("Simulating")
	defer bar.done()
	clock := s.clock(begin)
	daemon := s.scheduler()
	down, patience := s.down, s.patience()
	var opened, last time.Time // the first tick whose mails weren't handed over (zero: all were), and the last
	for now := clock.next(begin); !now.IsZero() && !now.After(end); now = clock.next(now) {
		for len(down) > 0 && !now.Before(down[0].from) {
			if up := down[0].to; up.After(now) {
				now = up
			}
			down, daemon = down[1:], s.scheduler() // started again, it remembers nothing
		}
		// Before the tick, in which a mail that still waited could expire.
		if !opened.IsZero() && now.Sub(opened) >= patience {
			if err := s.handOver(ctx, last); err != nil {
				return err
			}
			opened = time.Time{}
		}
		if err := called.Err(); err != nil {
			return err
		}
		daemon.Wake = func() { opened = cmp.Or(opened, now) }
		if err := daemon.Tick(ctx, now); err != nil {
			return err
		}
		last = now
		bar.show(int64(now.Sub(begin)/time.Minute), int64(end.Sub(begin)/time.Minute))
	}
	if err := s.handOver(ctx, last); err != nil {
		return err
	}
	return s.seen.flush()
}

// span returns when the first date begins for the first reader, and when the
// last one ends for the last.
func (s *simulation) span() (begin, end time.Time) {
	for _, r := range s.readers {
		sub := subscribers.Subscription{Slot: r.slot}
		first, last := r.newsletter.Begin(s.first, sub), r.newsletter.Begin(s.last.Add(1), sub)
		if begin.IsZero() || first.Before(begin) {
			begin = first
		}
		if last.After(end) {
			end = last
		}
	}
	return begin.Add(-time.Minute), end
}

// alarm is the schedule of a slot or of a newsletter, with the instant at which
// it's due next.
type alarm struct {
	schedule scheduler.Schedule
	due      time.Time // zero: never again
}

type alarms []alarm

func (s *simulation) clock(begin time.Time) alarms {
	var a alarms
	set := func(n *scheduler.Newsletter, slot subscribers.Slot) {
		schedule := n.Schedule(slot)
		a = append(a, alarm{schedule, schedule.Next(begin)})
	}
	for i := range s.newsletters { // its tips are written down at an hour of its own
		set(&s.newsletters[i], subscribers.Slot{Cadence: subscribers.Daily})
	}
	known := map[int64]bool{}
	for _, r := range s.readers {
		if !known[r.slot.ID] {
			known[r.slot.ID] = true
			set(r.newsletter, r.slot)
		}
	}
	return a
}

// next returns the first full minute after an instant at which something is due;
// the zero time when nothing is any more.
func (a alarms) next(after time.Time) time.Time {
	var first time.Time
	for i := range a {
		for !a[i].due.IsZero() && !minute(a[i].due).After(after) {
			a[i].due = a[i].schedule.Next(a[i].due)
		}
		if due := a[i].due; !due.IsZero() && (first.IsZero() || due.Before(first)) {
			first = due
		}
	}
	if first.IsZero() {
		return first
	}
	return minute(first)
}

// minute returns the full minute at which a daemon notices an instant.
func minute(t time.Time) time.Time {
	if full := t.Truncate(time.Minute); !full.Equal(t) {
		return full.Add(time.Minute)
	}
	return t
}

// claiming takes what was opened, many at a time: nobody else waits for the
// database.
var claiming = ledger.Claiming{Owner: "simulation", Limit: 5000}

// handOver plays a mailer whose relay takes everything at the instant at which
// it was opened.
func (s *simulation) handOver(ctx context.Context, now time.Time) error {
	for more := true; more; {
		jobs, err := s.ledger.Exchange(ctx, now, nil, claiming)
		if err != nil {
			return err
		}
		slices.SortFunc(jobs, func(a, b ledger.Job) int {
			return cmp.Or(a.OpenedAt.Compare(b.OpenedAt), strings.Compare(a.Newsletter, b.Newsletter),
				strings.Compare(a.LocalDate, b.LocalDate), strings.Compare(string(a.Email), string(b.Email)))
		})
		outcomes := make([]ledger.Outcome, len(jobs))
		for i, j := range jobs {
			if err := s.delivered(ctx, j); err != nil {
				return err
			}
			outcomes[i] = ledger.Outcome{Job: j, State: ledger.Sent}
		}
		if _, err := s.ledger.Exchange(ctx, now, outcomes, ledger.Claiming{Owner: claiming.Owner}); err != nil {
			return err
		}
		more = len(jobs) == claiming.Limit
	}
	return nil
}

// patience is how long what was opened may wait to be handed over, so that many
// slots cost one exchange with the ledger. It may be opened as late as grace
// allows, and must not expire. A course reader's next tip depends on what was
// sent: then it's no time at all.
func (s *simulation) patience() time.Duration {
	least := 24 * time.Hour
	for _, n := range s.newsletters {
		if n.Order == scheduler.CourseOrder {
			return 0
		}
		least = min(least, n.GiveUpAfter-n.Grace)
	}
	return least
}
