package scheduler

import (
	"cmp"
	"context"
	"slices"
	"time"

	"dailytip/lately"
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

// Readers returns how many readers of a newsletter are active.
func (s *Scheduler) Readers(ctx context.Context, n *Newsletter, now time.Time) (int64, error) {
	p, err := s.recentProspect(ctx, n, now)
	return p.Readers, err
}

// recentProspect is the prospect of a newsletter as of the last minute, if its list is
// large, and as of now once its next run has come.
func (s *Scheduler) recentProspect(ctx context.Context, n *Newsletter, now time.Time) (Prospect, error) {
	return s.prospects.Get(n.ID, now, func() (Prospect, time.Duration, error) {
		p, err := s.Prospect(ctx, n, now)
		holds := lately.Holds(p.Readers)
		if !p.Next.IsZero() {
			holds = min(holds, p.Next.Sub(now))
		}
		return p, holds, err
	})
}
