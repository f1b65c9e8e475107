package main

import (
	"time"

	"dailytip/mailer"
	"dailytip/metrics"
)

// measure counts what the program does, when its configuration asks for metrics. kept
// are the counters of the configuration before this one, nil at first: they go on
// through all the configurations of a daemon. It returns those to keep for the next.
func (a *app) measure(kept *metrics.Metrics) *metrics.Metrics {
	if a.config.Metrics.Listen == "" {
		return kept
	}
	if kept == nil {
		kept = metrics.New(metrics.Options{Version: versionText(), Now: time.Now, Log: a.log})
	}
	kept.Ask(metrics.Sources{
		Ledger: a.ledger, List: a.list, Scheduler: a.scheduler,
		Relays: func() []mailer.RelayState { return a.relayStates() },
	})
	a.metrics = kept
	a.db.ObserveWrites(kept.Wrote)
	return kept
}
