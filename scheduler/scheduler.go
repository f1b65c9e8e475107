package scheduler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/robfig/cron/v3"

	"dailytip/ledger"
	"dailytip/subscribers"
	"dailytip/tips"
)

// Newsletter is what the scheduler knows of one.
type Newsletter struct {
	ID          string
	Rule        Rule
	Zone        *time.Location // for all readers; nil: each reader's own
	DefaultZone *time.Location // of readers who have none
	Library     *tips.Library
	Tags        []string // only tips with one of these; empty: all
	Order       Order
	RepeatAfter time.Duration
	Stop        bool // when nothing is left: send nothing instead of repeating
	Skips       []Skip
	Grace       time.Duration // how late a missed run still goes out
	GiveUpAfter time.Duration // after the due instant, a delivery expires
}

// Options are what [New] needs.
type Options struct {
	List        *subscribers.List
	Ledger      *ledger.Ledger
	Newsletters []Newsletter
	Log         *slog.Logger    // nil: nothing is logged
	Opened      func()          // called when deliveries have been opened; nil: nobody is told
	Alive       func(time.Time) // called after each tick; nil: nobody is told
}

// Scheduler opens editions when they're due.
type Scheduler struct {
	Options
	upcoming map[int64]upcoming // by slot
}

// upcoming spares a tick the search for a slot's next instant.
type upcoming struct{ doneUntil, due time.Time }

// New returns a scheduler that is at rest.
func New(o Options) *Scheduler {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Scheduler{Options: o, upcoming: map[int64]upcoming{}}
}

// Run ticks at once and then on each full minute, until its context ends. Due
// times are full minutes, so that is when they come; and whatever happened to
// the clock or the machine meanwhile is noticed within a minute.
func (s *Scheduler) Run(ctx context.Context) error {
	tick := func() {
		now := time.Now() //nolint:forbidigo // Run reads the clock
		if err := s.Tick(ctx, now); err != nil && ctx.Err() == nil {
			s.Log.Error("tick failed; the next one is in a minute", "error", err)
			return
		}
		if s.Alive != nil {
			s.Alive(now)
		}
	}
	// This order: Recover inside, else a panic leaves SkipIfStillRunning's
	// token taken and the job never runs again.
	logger := cronLogger{s.Log}
	runner := cron.New(cron.WithLocation(time.UTC), cron.WithLogger(logger),
		cron.WithChain(cron.SkipIfStillRunning(logger), cron.Recover(logger)))
	entry := runner.Schedule(everyMinute{}, cron.FuncJob(tick))
	runner.Entry(entry).WrappedJob.Run()
	runner.Start()
	<-ctx.Done()
	<-runner.Stop().Done()
	return nil
}

// cronLogger passes on what cron finds wrong; what it does each minute is of no
// interest.
type cronLogger struct{ log *slog.Logger }

func (cronLogger) Info(string, ...any) {}

func (l cronLogger) Error(err error, msg string, args ...any) {
	l.log.Error("scheduler: "+msg, append(args, "error", err)...)
}

// Tick does what is due at an instant: it ends pauses, expires what came too
// late and opens editions. Doing it twice does nothing more.
func (s *Scheduler) Tick(ctx context.Context, now time.Time) error {
	if _, err := s.List.ResumeDue(ctx, now); err != nil {
		return err
	}
	expired, err := s.Ledger.Expire(ctx, now)
	if err != nil {
		return err
	}
	if expired > 0 {
		s.Log.Warn("mails expired: they couldn't be delivered in time", "count", expired)
	}
	var faults []error
	for i := range s.Newsletters {
		if err := s.tick(ctx, now, &s.Newsletters[i]); err != nil {
			// One newsletter's trouble isn't the others'.
			faults = append(faults, fmt.Errorf("newsletter %s: %w", s.Newsletters[i].ID, err))
		}
	}
	return errors.Join(faults...)
}

func (s *Scheduler) tick(ctx context.Context, now time.Time, n *Newsletter) error {
	slots, err := s.List.Slots(ctx, n.ID)
	if err != nil {
		return err
	}
	for _, slot := range slots {
		schedule := n.Schedule(slot)
		next, known := s.upcoming[slot.ID]
		if !known || !next.doneUntil.Equal(slot.DoneUntil) {
			next = upcoming{slot.DoneUntil, schedule.Next(slot.DoneUntil)}
			s.upcoming[slot.ID] = next
		}
		if next.due.IsZero() || next.due.After(now) {
			continue
		}
		if err := s.catchUp(ctx, now, n, slot, schedule); err != nil {
			return err
		}
	}
	return nil
}

// lookBack bounds how many missed instants are recorded one by one.
const lookBack = 40 * 24 * time.Hour

// catchUp deals with a slot's due instants up to now: the last one goes out when
// it isn't older than the grace time, all others are recorded as skipped.
func (s *Scheduler) catchUp(ctx context.Context, now time.Time, n *Newsletter, slot subscribers.Slot, schedule Schedule) error {
	from := slot.DoneUntil
	if oldest := now.Add(-lookBack); from.Before(oldest) {
		from = oldest
	}
	for {
		date, due := schedule.next(from)
		if due.IsZero() || due.After(now) {
			return nil
		}
		run := ledger.Run{Newsletter: n.ID, LocalDate: date.String(), Slot: slot.ID, DueAt: due, State: "opened"}
		_, following := schedule.next(due)
		switch {
		case now.Sub(due) > n.Grace:
			run.State, run.Reason = "skipped", fmt.Sprintf("it was noticed %s late; grace is %s", now.Sub(due).Round(time.Minute), n.Grace)
		case !following.IsZero() && !following.After(now):
			run.State, run.Reason = "skipped", "the next one was due as well"
		}
		var err error
		if run.State == "opened" {
			run.Deliveries, run.Reason, err = s.open(ctx, now, n, slot, date, due)
			if err != nil {
				return err
			}
		} else if run.Deliveries, err = s.Ledger.CountDue(ctx, slot.ID, due); err != nil {
			return err
		}
		if err := s.Ledger.FinishRun(ctx, now, run); err != nil {
			return err
		}
		s.report(n, run)
		from = due
	}
}

func (s *Scheduler) report(n *Newsletter, run ledger.Run) {
	attrs := []any{"newsletter", n.ID, "date", run.LocalDate, "slot", run.Slot, "readers", run.Deliveries}
	switch {
	case run.State == "skipped" && run.Deliveries > 0:
		s.Log.Warn("an edition was missed: "+run.Reason, attrs...)
	case run.Deliveries > 0:
		s.Log.Info("edition opened", attrs...)
		if s.Opened != nil {
			s.Opened()
		}
	case run.Reason != "":
		s.Log.Info("no edition: "+run.Reason, attrs...)
	}
}

// open opens a date's edition for a slot and returns how many deliveries are
// new, and the reason when there is nothing to send.
func (s *Scheduler) open(ctx context.Context, now time.Time, n *Newsletter, slot subscribers.Slot, date Date, due time.Time) (int64, string, error) {
	o := ledger.Opening{
		Newsletter: n.ID, LocalDate: date.String(), Slot: slot.ID, DueAt: due, ExpiresAt: due.Add(n.GiveUpAfter),
	}
	return s.openFor(ctx, now, n, slot, date, o)
}

// openFor opens what the readers of a slot get on a date.
func (s *Scheduler) openFor(ctx context.Context, now time.Time, n *Newsletter, slot subscribers.Slot, date Date, o ledger.Opening) (int64, string, error) {
	calendar, err := s.Calendar(ctx, n)
	if err != nil {
		return 0, "", err
	}
	switch {
	case n.Order == CourseOrder:
		return s.openCourse(ctx, now, calendar, o)
	case slot.Cadence == subscribers.Weekly:
		return s.openWeekly(ctx, now, calendar, date, o)
	}
	choice := calendar.Choose(date)
	if choice.Tip.ID == "" {
		return 0, choice.Reason, nil
	}
	o.Choice, o.Reason = ledger.Daily, choice.Reason
	if o.Items, err = items(choice.Tip); err != nil {
		return 0, "", err
	}
	opened, err := s.Ledger.Open(ctx, now, o)
	return opened, "", err
}

// openWeekly opens one mail with the tips of the seven dates up to and
// including its own. Dates whose tip isn't written down yet get it now.
func (s *Scheduler) openWeekly(ctx context.Context, now time.Time, c *Calendar, date Date, o ledger.Opening) (int64, string, error) {
	anybody, err := s.Ledger.AnyDue(ctx, o)
	if err != nil || !anybody {
		return 0, "", err
	}
	o.Choice = ledger.Weekly
	for _, choice := range c.Plan(date.Add(-6), 7) {
		if choice.Tip.ID == "" {
			continue
		}
		one, err := items(choice.Tip)
		if err != nil {
			return 0, "", err
		}
		content, err := s.Ledger.WriteDown(ctx, now, o.Newsletter, choice.Date.String(), choice.Reason, one)
		if err != nil {
			return 0, "", err
		}
		o.Items = append(o.Items, content.Items...)
	}
	if len(o.Items) == 0 {
		return 0, Empty, nil
	}
	opened, err := s.Ledger.Open(ctx, now, o)
	return opened, "", err
}

// openCourse opens a content for each place in the course that readers of the
// slot stand at.
func (s *Scheduler) openCourse(ctx context.Context, now time.Time, c *Calendar, o ledger.Opening) (int64, string, error) {
	places, err := s.Ledger.CoursePlaces(ctx, o)
	if err != nil {
		return 0, "", err
	}
	total, reason := int64(0), ""
	for _, place := range places {
		tip, ok := c.NextInCourse(place)
		if !ok {
			reason = Empty
			continue
		}
		o.Choice, o.Reason, o.CourseAfter = ledger.Course(tip.ID), Next, &place
		if o.Items, err = items(tip); err != nil {
			return total, "", err
		}
		opened, err := s.Ledger.Open(ctx, now, o)
		total += opened
		if err != nil {
			return total, "", err
		}
	}
	return total, reason, nil
}

func items(t tips.Tip) ([]ledger.Item, error) {
	body, err := json.Marshal(t)
	if err != nil {
		return nil, fmt.Errorf("copy tip %s: %w", t.ID, err)
	}
	return []ledger.Item{{Tip: t.ID, Body: body}}, nil
}
