package metrics

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/scheduler"
	"dailytip/subscribers"
)

const (
	// fresh is how old a look at the ledger may be, so that several scrapers
	// cost no more than one.
	fresh = 5 * time.Second
	// freshList is the same for counting subscriptions, which passes over all of
	// them: 0.3 s for a million.
	freshList = time.Minute
	// editionDays is how many local dates' editions are counted.
	editionDays = 7
	// lookTime bounds a look.
	lookTime = 5 * time.Second
)

var (
	ledgerUp       = prometheus.NewDesc("dailytip_ledger_up", "1 when the ledger could be read for this page, else 0.", nil, nil)
	deliveriesDesc = prometheus.NewDesc("dailytip_deliveries", "Deliveries of the editions of the last seven dates, by state.", []string{"newsletter", "state"}, nil)
	editionDesc    = prometheus.NewDesc("dailytip_edition_deliveries", "Deliveries of the newest editions, by state.", []string{"newsletter", "edition", "state"}, nil)
	editionPaused  = prometheus.NewDesc("dailytip_edition_paused", "1 while an edition is paused by command.", []string{"newsletter", "edition"}, nil)
	doubtDesc      = prometheus.NewDesc("dailytip_deliveries_resent_in_doubt", "Deliveries of the last seven dates that were, or will be, sent again since a reply was never seen.", []string{"newsletter"}, nil)
	pausedDesc     = prometheus.NewDesc("dailytip_paused", "1 while sending is paused by itself: scope relay holds everything, run a newsletter's editions, notices its confirmations and such.", []string{"scope", "newsletter"}, nil)
	noticesDesc    = prometheus.NewDesc("dailytip_notices_waiting", "Confirmations, welcomes, alerts and such that are still to be sent.", nil, nil)
	nodesDesc      = prometheus.NewDesc("dailytip_nodes", "Daemons that share this database and were seen in the last minute; 0 on SQLite, where there is one.", nil, nil)
	bouncesDesc    = prometheus.NewDesc("dailytip_bounces", "What came back in the last 30 days or was refused while sending, by class, but for what was undone.", []string{"newsletter", "class"}, nil)
	restingDesc    = prometheus.NewDesc("dailytip_resting", "Addresses that get nothing for a while, because too many mails to them came back for now.", nil, nil)
	listDesc       = prometheus.NewDesc("dailytip_subscriptions", "Subscriptions by state.", []string{"newsletter", "state"}, nil)
)

// ledgerCollector asks the ledger when somebody looks.
type ledgerCollector struct {
	ledger      *ledger.Ledger
	list        *subscribers.List
	newsletters []string
	now         func() time.Time
	log         *slog.Logger

	mu       sync.Mutex
	lookedAt time.Time
	page     []prometheus.Metric
	listedAt time.Time
	listed   []prometheus.Metric
}

func newLedgerCollector(m *Metrics, s Sources) *ledgerCollector {
	c := &ledgerCollector{ledger: s.Ledger, list: s.List, now: m.now, log: m.log}
	for _, n := range s.Scheduler.Newsletters {
		c.newsletters = append(c.newsletters, n.ID)
	}
	return c
}

// Describe is for prometheus.
func (c *ledgerCollector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{ledgerUp, deliveriesDesc, editionDesc, editionPaused, doubtDesc, pausedDesc, noticesDesc, nodesDesc, bouncesDesc, restingDesc, listDesc} {
		to <- d
	}
}

// Collect is for prometheus.
func (c *ledgerCollector) Collect(to chan<- prometheus.Metric) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), lookTime)
	defer cancel()
	now := c.now()
	if now.Sub(c.lookedAt) >= fresh || c.lookedAt.After(now) {
		page, err := c.look(ctx, now)
		if err != nil {
			// What was true a while ago would look like the truth.
			c.log.Warn("the ledger can't be read for the metrics", "error", err)
			to <- gauge(ledgerUp, 0)
			return
		}
		c.page, c.lookedAt = page, now
	}
	if now.Sub(c.listedAt) >= freshList || c.listedAt.After(now) {
		listed, err := c.countList(ctx, now)
		if err != nil {
			c.log.Warn("the list can't be read for the metrics", "error", err)
		} else {
			c.listed, c.listedAt = listed, now
		}
	}
	to <- gauge(ledgerUp, 1)
	for _, m := range append(c.page[:len(c.page):len(c.page)], c.listed...) {
		to <- m
	}
}

// look reads what may be five seconds old.
func (c *ledgerCollector) look(ctx context.Context, now time.Time) ([]prometheus.Metric, error) {
	var page []prometheus.Metric
	// A day more than asked for: local dates are ahead of UTC in the east.
	since := scheduler.DateOf(now, time.UTC).Add(1 - editionDays)
	recent, err := c.ledger.CountSince(ctx, since.String())
	if err != nil {
		return nil, err
	}
	sums := map[string]*ledger.Counts{}
	for _, id := range c.newsletters {
		sums[id] = &ledger.Counts{}
	}
	shown := map[string]int{}
	for _, e := range recent { // newest first
		sum := sums[e.Edition.Newsletter]
		if sum == nil { // it has left the configuration
			continue
		}
		add(sum, e)
		if shown[e.Edition.Newsletter]++; shown[e.Edition.Newsletter] > 2 {
			continue
		}
		for state, n := range byState(e) {
			page = append(page, gauge(editionDesc, float64(n), e.Edition.Newsletter, e.Edition.LocalDate, string(state)))
		}
		page = append(page, gauge(editionPaused, boolean(e.Edition.State == editions.Paused), e.Edition.Newsletter, e.Edition.LocalDate))
	}
	for id, sum := range sums {
		for state, n := range byState(*sum) {
			page = append(page, gauge(deliveriesDesc, float64(n), id, string(state)))
		}
		page = append(page, gauge(doubtDesc, float64(sum.ResentInDoubt), id))
	}
	paused, err := c.pauses(ctx)
	if err != nil {
		return nil, err
	}
	notices, err := c.ledger.NoticesWaiting(ctx)
	if err != nil {
		return nil, err
	}
	nodes, err := c.ledger.Nodes(ctx, now.Add(-time.Minute))
	if err != nil {
		return nil, err
	}
	return append(append(page, paused...), gauge(noticesDesc, float64(notices)), gauge(nodesDesc, float64(nodes))), nil
}

// pauses are 0 or 1 for each scope there can be, so that an alert sees both.
func (c *ledgerCollector) pauses(ctx context.Context) ([]prometheus.Metric, error) {
	all, err := c.ledger.AllPauses(ctx)
	if err != nil {
		return nil, err
	}
	paused := map[string]bool{}
	for _, p := range all {
		paused[p.Newsletter] = true
	}
	page := []prometheus.Metric{gauge(pausedDesc, boolean(paused[ledger.Relay]), "relay", "")}
	for _, id := range c.newsletters {
		page = append(page, gauge(pausedDesc, boolean(paused[id]), "run", id),
			gauge(pausedDesc, boolean(paused[ledger.NoticesOf(id)]), "notices", id))
	}
	return page, nil
}

func (c *ledgerCollector) countList(ctx context.Context, now time.Time) ([]prometheus.Metric, error) {
	counts, err := c.list.CountStates(ctx)
	if err != nil {
		return nil, err
	}
	var page []prometheus.Metric
	for _, id := range c.newsletters {
		for _, state := range []subscribers.State{subscribers.Pending, subscribers.Active, subscribers.Paused, subscribers.Unsubscribed, subscribers.Suppressed} {
			page = append(page, gauge(listDesc, float64(counts[id][state]), id, string(state)))
		}
	}
	bounces, err := c.countBounces(ctx, now)
	return append(page, bounces...), err
}

// bounceDays is how many days' bounces are counted.
const bounceDays = 30

func (c *ledgerCollector) countBounces(ctx context.Context, now time.Time) ([]prometheus.Metric, error) {
	since := now.AddDate(0, 0, -bounceDays)
	all, err := c.list.CountBounces(ctx, since, since)
	if err != nil {
		return nil, err
	}
	type which struct {
		newsletter string
		class      subscribers.BounceClass
	}
	sums := map[which]int64{}
	for _, b := range all {
		sums[which{b.Newsletter, b.Class}] += b.Count
	}
	var page []prometheus.Metric
	for _, id := range c.newsletters {
		for _, class := range subscribers.ToldClasses() {
			page = append(page, gauge(bouncesDesc, float64(sums[which{id, class}]), id, string(class)))
		}
	}
	resting, err := c.list.CountResting(ctx, now)
	return append(page, gauge(restingDesc, float64(resting))), err
}

func add(sum *ledger.Counts, c ledger.Counts) {
	sum.Pending += c.Pending
	sum.Sent += c.Sent
	sum.Retry += c.Retry
	sum.Failed += c.Failed
	sum.InDoubt += c.InDoubt
	sum.ResentInDoubt += c.ResentInDoubt
	sum.Expired += c.Expired
	sum.Withdrawn += c.Withdrawn
}

func byState(c ledger.Counts) map[ledger.State]int64 {
	return map[ledger.State]int64{
		ledger.Pending: c.Pending, ledger.Sent: c.Sent, ledger.Retry: c.Retry, ledger.Failed: c.Failed,
		ledger.InDoubt: c.InDoubt, ledger.Expired: c.Expired, ledger.Withdrawn: c.Withdrawn,
	}
}
