package mailer

import (
	"context"
	"time"

	"dailytip/ledger"
)

// readPauses learns what is paused: another node or a command may have changed
// it.
func (d *dispatcher) readPauses(ctx context.Context) {
	pauses, err := d.ledger.AllPauses(ctx)
	if err != nil {
		return // the next exchange will say what is wrong
	}
	clear(d.paused)
	for _, p := range pauses {
		d.paused[p.Newsletter] = p
	}
}

// pause holds a newsletter's run, or all of them, and says so once. The next
// mail is tried after 1, 2, 5, 10, then 15 minutes; a relay that can't be reached
// is tried after 5 to 60 seconds.
func (d *dispatcher) pause(ctx context.Context, now time.Time, scope string, a ledger.Answer, why string) {
	was, paused := d.paused[scope]
	info := ledger.PauseInfo{Newsletter: scope, Since: now, Reason: why, Answer: a, ProbeAt: now.Add(probeAfter(scope, 0))}
	if paused {
		info.Since, info.Probes = was.Since, was.Probes+1
		info.ProbeAt = now.Add(probeAfter(scope, info.Probes))
	}
	if err := d.ledger.Pause(ctx, info); err != nil {
		d.log.Error("can't record a pause", "error", err)
		return
	}
	d.paused[scope] = info
	if !paused {
		d.log.Error("sending is paused: "+why, "newsletter", scopeName(scope), "answer", a.String(), "next_try", info.ProbeAt.Format(time.RFC3339))
	}
}

func probeAfter(scope string, probes int) time.Duration {
	steps := []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute}
	if scope == ledger.Relay {
		steps = []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, 40 * time.Second, time.Minute}
	}
	return steps[min(probes, len(steps)-1)]
}

// resume ends a pause, now that a mail was accepted.
func (d *dispatcher) resume(ctx context.Context, scope string) {
	if _, paused := d.paused[scope]; !paused {
		return
	}
	if _, err := d.ledger.Resume(ctx, scope); err != nil {
		d.log.Error("can't end a pause", "error", err)
		return
	}
	delete(d.paused, scope)
	d.log.Info("sending goes on: the relay has accepted a mail", "newsletter", scopeName(scope))
}

func scopeName(scope string) string {
	if scope == ledger.Relay {
		return "all"
	}
	return scope
}
