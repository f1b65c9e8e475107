package main

import (
	"time"

	"dailytip/mailer"
	"dailytip/metrics"
)

// measure has the program measured when the configuration asks for it.
func (a *app) measure() {
	if a.config.Metrics.Listen == "" {
		return
	}
	a.metrics = metrics.New(metrics.Options{
		Ledger: a.ledger, List: a.list, Scheduler: a.scheduler, Version: versionText(), Now: time.Now, Log: a.log,
		Relays: func() []mailer.RelayState { return a.relayStates() },
	})
	a.db.ObserveWrites(a.metrics.Wrote)
}
