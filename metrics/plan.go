package metrics

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dailytip/scheduler"
)

// freshPlan is how old a look at the plan may be: planning years over a large
// library takes a tenth of a second, and its answer changes by days.
const freshPlan = 5 * time.Minute

// endless is the runway of a library that lasts for longer than is looked for,
// in days.
const endless = 3660

const day = 24 * time.Hour

var (
	runwayDesc = prometheus.NewDesc("dailytip_runway_seconds", "How long until the first date that repeats a tip or has none, in whole days; 3660 days: ten years or more. A course has none.", []string{"newsletter"}, nil)
	tipsDesc   = prometheus.NewDesc("dailytip_library_tips", "Tips of the newsletter's library, drafts included.", []string{"newsletter"}, nil)
	faultsDesc = prometheus.NewDesc("dailytip_library_faults", "Faults that lint finds while reading the library: dailytip tips lint names them.", []string{"newsletter"}, nil)
	nextDesc   = prometheus.NewDesc("dailytip_next_due_timestamp_seconds", "When the newsletter is due next in its own zone; 0: never.", []string{"newsletter"}, nil)
)

// planCollector asks the scheduler when somebody looks.
type planCollector struct {
	scheduler *scheduler.Scheduler
	now       func() time.Time
	log       *slog.Logger

	mu        sync.Mutex
	plannedAt time.Time
	runways   []prometheus.Metric
}

func newPlanCollector(m *Metrics, s Sources) *planCollector {
	return &planCollector{scheduler: s.Scheduler, now: m.now, log: m.log}
}

// Describe is for prometheus.
func (c *planCollector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{runwayDesc, tipsDesc, faultsDesc, nextDesc} {
		to <- d
	}
}

// Collect is for prometheus.
func (c *planCollector) Collect(to chan<- prometheus.Metric) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if now.Sub(c.plannedAt) >= freshPlan || c.plannedAt.After(now) {
		c.plan(now)
	}
	for _, m := range c.runways {
		to <- m
	}
	for i := range c.scheduler.Newsletters {
		n := &c.scheduler.Newsletters[i]
		next := 0.0
		if at := n.Next(now); !at.IsZero() {
			next = float64(at.Unix())
		}
		to <- gauge(tipsDesc, float64(len(n.Library.Tips())), n.ID)
		to <- gauge(faultsDesc, float64(len(n.Library.Faults())), n.ID)
		to <- gauge(nextDesc, next, n.ID)
	}
}

func (c *planCollector) plan(now time.Time) {
	ctx, cancel := context.WithTimeout(context.Background(), lookTime)
	defer cancel()
	c.runways = nil
	for i := range c.scheduler.Newsletters {
		n := &c.scheduler.Newsletters[i]
		if n.Order == scheduler.CourseOrder {
			continue
		}
		calendar, err := c.scheduler.Calendar(ctx, n, now)
		if err != nil {
			c.log.Warn("the plan can't be read for the metrics", "newsletter", n.ID, "error", err)
			return // and ask again next time
		}
		today := n.Today(now)
		runway, days := calendar.Runway(n.Upcoming(now)), endless
		switch {
		case runway.Tips == 0:
			days = 0
		case !runway.First.IsZero():
			days = max(runway.First.Sub(today), 0)
		}
		c.runways = append(c.runways, gauge(runwayDesc, float64(days)*day.Seconds(), n.ID))
	}
	c.plannedAt = now
}
