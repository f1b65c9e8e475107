package mailer

import (
	"context"
	"time"

	"dailytip/ledger"
)

// scopeOf is what a fault with a mail pauses: a newsletter's run, or its notices,
// which have a sender of their own and recipients that anybody can sign up.
func scopeOf(job ledger.Job) string {
	if job.Kind != "" {
		return ledger.NoticesOf(job.Newsletter)
	}
	return job.Newsletter
}

func isNotices(scope string) bool {
	_, notices := ledger.InScope(scope)
	return notices
}

// readPauses learns what is paused: another node or a command may have changed
// it.
func (d *dispatcher) readPauses(ctx context.Context) {
	pauses, err := d.Ledger.AllPauses(ctx)
	if err != nil {
		return // the next exchange will say what is wrong
	}
	clear(d.paused)
	for _, p := range pauses {
		d.paused[p.Newsletter] = p
	}
}

// pause holds a newsletter's run, or all of them, and says so once.
func (d *dispatcher) pause(ctx context.Context, now time.Time, scope string, a ledger.Reply, why string) {
	was, paused := d.paused[scope]
	if paused && was.Held() {
		return
	}
	info := ledger.PauseInfo{Newsletter: scope, Since: now, Reason: why, Reply: a, ProbeAt: now.Add(d.pace.probe(scope, 0))}
	if paused {
		info.Since, info.Probes = was.Since, was.Probes+1
		info.ProbeAt = now.Add(d.pace.probe(scope, info.Probes))
	}
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	if err := d.Ledger.Pause(ctx, now, info, d.alertPause(info, paused)...); err != nil {
		d.lost(now, err)
		return
	}
	d.paused[scope] = info
	if !paused || was.Reason != why {
		d.Log.Error("sending is paused: "+why, "newsletter", scopeName(scope), "reply", a.String(), "next_try", info.ProbeAt.Format(time.RFC3339))
	}
}

// probeAfter is when a paused newsletter tries its next mail: after 5 minutes, then
// twice as long each time, but each hour at least. A relay that can't be reached is
// tried after 5 to 60 seconds.
func probeAfter(scope string, probes int) time.Duration {
	if scope == ledger.Relay {
		return asideFor(probes + 1)
	}
	return min(5*time.Minute<<min(probes, 4), time.Hour)
}

// resume ends a pause, if there is one that a mail which was taken ends.
func (d *dispatcher) resume(ctx context.Context, scope string) {
	info, paused := d.paused[scope]
	if !paused || info.Held() {
		return
	}
	now := clock()
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	ended, err := d.Ledger.Resume(ctx, now, scope, d.alertResume(now, info)...)
	if err != nil {
		d.lost(now, err)
		return
	}
	if delete(d.paused, scope); !ended { // somebody else has ended it, or it's held meanwhile
		d.readPauses(ctx)
		return
	}
	d.idle = false
	d.Log.Info("sending goes on: the relay takes mail again", "newsletter", scopeName(scope))
}

func scopeName(scope string) string {
	if scope == ledger.Relay {
		return "all"
	}
	return scope
}
