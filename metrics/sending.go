package metrics

import (
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dailytip/mailer"
	"dailytip/verdict"
)

// sending counts what this node's relays said.
type sending struct {
	messages *prometheus.CounterVec
	retries  *prometheus.CounterVec
	refusals *prometheus.CounterVec
	bytes    *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

func newSending() *sending {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	return &sending{
		messages: counter("dailytip_messages_total", "Mails handed to a relay, by what became of them.", "relay", "newsletter", "kind", "verdict"),
		retries:  counter("dailytip_message_retries_total", "Mails handed to a relay that had been tried before.", "relay"),
		refusals: counter("dailytip_message_refusals_total", "Mails that a relay didn't take, by what that says of the address.", "relay", "class", "code"),
		bytes:    counter("dailytip_message_bytes_total", "Bytes of the mails that relays took.", "relay"),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "dailytip_message_duration_seconds", Help: "Time from a mail's turn to the relay's reply, connecting included.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 17), // 1 ms to 66 s
		}, []string{"relay"}),
	}
}

func (s *sending) all() []prometheus.Collector {
	return []prometheus.Collector{s.messages, s.retries, s.refusals, s.bytes, s.duration}
}

// Observe counts what a relay said to a mail.
func (m *Metrics) Observe(o mailer.Observation) {
	kind := "delivery"
	if o.Kind != "" {
		kind = "notice"
	}
	s := m.sending
	s.messages.WithLabelValues(o.Relay, o.Newsletter, kind, label(o.Verdict)).Inc()
	s.duration.WithLabelValues(o.Relay).Observe(o.Took.Seconds())
	if o.Attempt > 1 {
		s.retries.WithLabelValues(o.Relay).Inc()
	}
	if o.Verdict == verdict.Accepted {
		s.bytes.WithLabelValues(o.Relay).Add(float64(o.Bytes))
		return
	}
	s.refusals.WithLabelValues(o.Relay, class(o), code(o.Reply.Code)).Inc()
}

func label(v verdict.Verdict) string { return strings.ReplaceAll(v.String(), " ", "_") }

// class is what a refusal says of the address, or that nothing was said at all. A
// mail that is tried again says nothing of it yet.
func class(o mailer.Observation) string {
	switch {
	case o.Reply.Code == 0:
		return "no_answer"
	case o.Verdict == verdict.Retry, o.Verdict == verdict.Down:
		return verdict.ClassIgnore.String()
	}
	return verdict.Assess(o.Reply).Class.String()
}

// code is a reply code as a label; a relay can't make up more than there are.
func code(c int) string {
	if c < 200 || c > 599 {
		return "none"
	}
	return strconv.Itoa(c)
}

// ticks measures the scheduler.
type ticks struct {
	last, lag prometheus.Gauge
}

func newTicks() *ticks {
	return &ticks{
		last: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "dailytip_scheduler_last_tick_timestamp_seconds", Help: "When the scheduler last looked for what is due.",
		}),
		lag: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "dailytip_scheduler_lag_seconds", Help: "How long after it began the last tick was done: waking late and opening editions.",
		}),
	}
}

func (t *ticks) all() []prometheus.Collector { return []prometheus.Collector{t.last, t.lag} }

// Ticked is told of each tick when it's done: at was its instant.
func (m *Metrics) Ticked(at time.Time) {
	m.ticks.last.Set(float64(at.UnixMilli()) / 1000)
	due := at
	if minute := at.Truncate(time.Minute); at.Sub(minute) < 30*time.Second { // but at the start, ticks belong to a full minute
		due = minute
	}
	m.ticks.lag.Set(m.now().Sub(due).Seconds())
}

// relayCollector asks the mailer for its relays' state.
type relayCollector struct{ relays func() []mailer.RelayState }

var (
	relayUp          = prometheus.NewDesc("dailytip_relay_up", "1 while the relay can be reached, or hasn't been tried; 0 while it's left alone.", []string{"relay"}, nil)
	relayConnections = prometheus.NewDesc("dailytip_relay_connections", "Connections that the relay has let in.", []string{"relay"}, nil)
	relayAllowed     = prometheus.NewDesc("dailytip_relay_connections_allowed", "Connections that may be used just now: fewer than configured after the relay asked for less.", []string{"relay"}, nil)
)

// Describe is for prometheus.
func (relayCollector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{relayUp, relayConnections, relayAllowed} {
		to <- d
	}
}

// Collect is for prometheus.
func (c relayCollector) Collect(to chan<- prometheus.Metric) {
	for _, r := range c.relays() {
		to <- gauge(relayUp, boolean(r.Up), r.Name)
		to <- gauge(relayConnections, float64(r.Connections), r.Name)
		to <- gauge(relayAllowed, float64(r.Allowed), r.Name)
	}
}

func gauge(d *prometheus.Desc, value float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
}

func boolean(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
