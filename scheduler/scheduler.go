package scheduler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"dailytip/editions"
	"dailytip/lately"
	"dailytip/ledger"
	"dailytip/subscribers"
)

// Options are what [New] needs.
type Options struct {
	List        *subscribers.List
	Editions    *editions.Editions
	Ledger      *ledger.Ledger
	Newsletters []Newsletter
	Log         *slog.Logger    // nil: nothing is logged
	Wake        func()          // wakes the mailer, which has deliveries or a proof to send; nil: nobody is woken
	Alive       func(time.Time) // called after each tick, failed or not; nil: nobody is told

	// CalendarPage is the address of a date in the editors' calendar, for mails to them.
	// nil: there is no such page, and they are told of the command.
	CalendarPage func(newsletter, date string) string
}

// Scheduler opens editions when they're due. Several may share a database.
type Scheduler struct {
	Options
	ticked    time.Time                       // the last tick's instant
	nextDue   map[int64]nextDue               // by slot
	published map[string]time.Time            // by newsletter: its own instants up to here are written down
	proofed   map[[2]string]bool              // newsletter and date: its proof has been enqueued
	warned    map[string]time.Time            // by newsletter: when it was last looked what will go wrong
	broken    map[string]map[string]time.Time // by newsletter and file: since when it can't be used
	prospects lately.Counts[string, Prospect] // by newsletter
}

// nextDue is a slot's first due instant that hasn't been dealt with, as long as
// done_until stays. It spares a tick the search, and remembers the instants that
// leave no record since nobody was due.
type nextDue struct {
	schedule       Schedule
	doneUntil, due time.Time
}

// New returns a scheduler that is at rest.
func New(o Options) *Scheduler {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Scheduler{
		Options: o, nextDue: map[int64]nextDue{}, published: map[string]time.Time{}, proofed: map[[2]string]bool{},
		warned: map[string]time.Time{}, broken: map[string]map[string]time.Time{},
	}
}

// Find returns the newsletter with an id, or the only one there is when id is
// "".
func (s *Scheduler) Find(id string) (*Newsletter, error) {
	ids := make([]string, len(s.Newsletters))
	for i, n := range s.Newsletters {
		ids[i] = n.ID
	}
	id, err := subscribers.PickNewsletter(id, ids)
	if err != nil {
		return nil, err
	}
	for i := range s.Newsletters {
		if s.Newsletters[i].ID == id {
			return &s.Newsletters[i], nil
		}
	}
	return nil, errors.New("there are no newsletters")
}

// Calendar reads what a newsletter's choices depend on, as of an instant.
func (s *Scheduler) Calendar(ctx context.Context, n *Newsletter, now time.Time) (*Calendar, error) {
	history, err := s.Editions.History(ctx, n.ID)
	if err != nil {
		return nil, err
	}
	pins, err := s.Editions.Pins(ctx, n.ID)
	if err != nil {
		return nil, err
	}
	c := newCalendar(n, now, n.Library.Tips(), history, pins)
	c.broken = n.Library.Broken()
	if !n.Approve {
		return c, nil
	}
	approved, err := s.Editions.Approvals(ctx, n.ID)
	if err != nil {
		return nil, err
	}
	return c, c.approve(approved)
}

// Tick does what is due at an instant: it ends readers' pauses and expires mails that
// can't go out in time any more. For each newsletter it writes tips down, opens editions,
// sends the editor a proof and warns of what won't work. A second Tick does nothing more,
// also one of another scheduler at the same time; a scheduler's own follow each other.
func (s *Scheduler) Tick(ctx context.Context, now time.Time) error {
	if now.Before(s.ticked) {
		s.Log.Warn("the clock was set back", "by", s.ticked.Sub(now))
		clear(s.nextDue)
	}
	s.ticked = now
	if _, err := s.List.ResumeDue(ctx, now); err != nil {
		return err
	}
	expired, err := s.Ledger.Expire(ctx, now)
	if err != nil {
		return err
	}
	if expired > 0 {
		s.Log.Warn("mails couldn't be delivered in time: they expired, or are in doubt where they may have arrived", "count", expired)
	}
	var faults []error
	for i := range s.Newsletters {
		t := &tick{Scheduler: s, n: &s.Newsletters[i], now: now}
		if err := t.run(ctx); err != nil {
			// One newsletter's trouble isn't the others'.
			faults = append(faults, fmt.Errorf("newsletter %s: %w", t.n.ID, err))
		}
	}
	return errors.Join(faults...)
}
