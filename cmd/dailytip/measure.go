package main

import (
	"time"

	"dailytip/mailer"
	"dailytip/metrics"
)

// measure has the program measured when its configuration asks for it. kept is
// what a program before it counted, nil at first: counters go on through all the
// configurations of a daemon. It returns what the next one is to keep.
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
