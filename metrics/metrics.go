package metrics

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"dailytip/ledger"
	"dailytip/mailer"
	"dailytip/scheduler"
	"dailytip/subscribers"
)

// Options are what [New] needs.
type Options struct {
	Version string
	Now     func() time.Time // the clock
	Log     *slog.Logger     // nil: nothing is logged
}

// Sources are whom the metrics ask when somebody looks. A configuration that is
// read again brings new ones.
type Sources struct {
	Ledger    *ledger.Ledger
	List      *subscribers.List
	Scheduler *scheduler.Scheduler
	Relays    func() []mailer.RelayState
}

// Metrics measures one daemon, from its start to its end: counters go on when its
// configuration is read again.
type Metrics struct {
	log      *slog.Logger
	now      func() time.Time
	registry *prometheus.Registry
	sending  *sending
	ticks    *ticks
	writes   *prometheus.HistogramVec
	asked    []prometheus.Collector // of the sources
}

// New returns metrics that are all at zero and have nobody to ask yet.
func New(o Options) *Metrics {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	m := &Metrics{
		log: o.Log, now: o.Now, registry: prometheus.NewRegistry(), sending: newSending(), ticks: newTicks(),
		writes: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "dailytip_database_write_duration_seconds", Help: "Time of a transaction that writes, waiting for its turn included.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 15), // 0.5 ms to 8 s
		}, []string{"result"}),
	}
	for _, result := range []string{"ok", "error"} {
		m.writes.WithLabelValues(result)
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "dailytip_build_info", Help: "Always 1; its labels say what runs.",
		ConstLabels: prometheus.Labels{"version": o.Version, "goversion": runtime.Version()},
	})
	build.Set(1)
	m.registry.MustRegister(
		build, m.writes,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	m.registry.MustRegister(m.sending.all()...)
	m.registry.MustRegister(m.ticks.all()...)
	return m
}

// Ask has the metrics ask these sources from now on, and none that they asked
// before: what only those knew of, such as a relay that is gone, isn't shown any
// more. It's called while nothing is served.
func (m *Metrics) Ask(s Sources) {
	for _, c := range m.asked {
		m.registry.Unregister(c)
	}
	m.asked = []prometheus.Collector{newLedgerCollector(m, s), newPlanCollector(m, s), relayCollector{s.Relays}}
	m.registry.MustRegister(m.asked...)
}

// Wrote is told of each writing transaction of the database.
func (m *Metrics) Wrote(took time.Duration, err error) {
	result := "ok"
	if err != nil {
		result = "error"
	}
	m.writes.WithLabelValues(result).Observe(took.Seconds())
}

// Handler serves /metrics in the text format that the caller asks for.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		// A ledger that can't be read is itself a metric; the rest is worth having.
		ErrorHandling: promhttp.ContinueOnError, ErrorLog: slog.NewLogLogger(m.log.Handler(), slog.LevelWarn),
		MaxRequestsInFlight: 4, Timeout: scrapeTimeout, EnableOpenMetrics: true,
	}))
	return mux
}

const scrapeTimeout = 10 * time.Second

// Run serves the metrics on a listener until its context ends, and closes it.
func (m *Metrics) Run(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler: m.Handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 5 * time.Second, WriteTimeout: 2 * scrapeTimeout,
		MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(m.log.Handler(), slog.LevelWarn),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve metrics: %w", err)
	case <-ctx.Done():
	}
	// Nobody misses half a page of metrics.
	if err := server.Close(); err != nil {
		m.log.Debug("closing the metrics' listener", "error", err)
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve metrics: %w", err)
	}
	return nil
}
