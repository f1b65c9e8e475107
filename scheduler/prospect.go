package scheduler

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"
)

// Prospect is when a newsletter is due next, and for how many.
type Prospect struct {
	Next    time.Time // for any of its readers; zero: never
	Readers int64     // who are active
	Zones   []ZoneRun // the soonest first
}

// ZoneRun is when a newsletter is due next for readers in one zone.
type ZoneRun struct {
	At      time.Time // in that zone
	Readers int64     // who are due then
}

// Prospect looks through a newsletter's active readers.
func (s *Scheduler) Prospect(ctx context.Context, n *Newsletter, now time.Time) (p Prospect, err error) {
	slots, err := s.List.Slots(ctx, n.ID)
	if err != nil {
		return p, err
	}
	counts, err := s.List.CountActive(ctx, n.ID)
	if err != nil {
		return p, err
	}
	zones := map[string]ZoneRun{}
	for _, slot := range slots {
		p.Readers += counts[slot.ID]
		if counts[slot.ID] == 0 {
			continue
		}
		schedule := n.Schedule(slot)
		due := schedule.Next(now)
		run := zones[schedule.Zone.String()]
		switch {
		case due.IsZero():
			continue
		case run.At.IsZero() || due.Before(run.At):
			run = ZoneRun{due.In(schedule.Zone), counts[slot.ID]}
		case due.Equal(run.At):
			run.Readers += counts[slot.ID]
		}
		zones[schedule.Zone.String()] = run
	}
	for _, run := range zones {
		p.Zones = append(p.Zones, run)
	}
	slices.SortFunc(p.Zones, func(a, b ZoneRun) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(b.Readers, a.Readers), cmp.Compare(a.At.Location().String(), b.At.Location().String()))
	})
	if len(p.Zones) > 0 {
		p.Next = p.Zones[0].At
	}
	return p, nil
}

// Outlook returns when a newsletter is due next for any of its readers, and how
// many are active.
func (s *Scheduler) Outlook(ctx context.Context, n *Newsletter, now time.Time) (next time.Time, readers int64, err error) {
	p, err := s.Prospect(ctx, n, now)
	return p.Next, p.Readers, err
}

// Readers returns how many readers of a newsletter are active.
func (s *Scheduler) Readers(ctx context.Context, n *Newsletter, now time.Time) (int64, error) {
	p, err := s.lately(ctx, n, now)
	return p.Readers, err
}

// A large list is counted once a minute at most, however many look: a million readers
// take a tenth of a second.
const (
	largeList = 10_000
	countedIn = time.Minute
)

// prospects are those of large lists, as they were counted last.
type prospects struct {
	mu sync.Mutex
	of map[string]counted
}

type counted struct {
	Prospect
	at time.Time
}

// lately is the prospect of a newsletter as of the last minute.
func (s *Scheduler) lately(ctx context.Context, n *Newsletter, now time.Time) (Prospect, error) {
	s.prospects.mu.Lock()
	defer s.prospects.mu.Unlock() // also while it counts: the others wait for the same
	last := s.prospects.of[n.ID]
	if age := now.Sub(last.at); age >= 0 && age < countedIn && last.Next.After(now) {
		return last.Prospect, nil
	}
	p, err := s.Prospect(ctx, n, now)
	if err != nil || p.Readers < largeList {
		return p, err
	}
	if s.prospects.of == nil {
		s.prospects.of = map[string]counted{}
	}
	s.prospects.of[n.ID] = counted{p, now}
	return p, nil
}
