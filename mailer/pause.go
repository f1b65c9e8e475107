package mailer

import (
	"context"
	"strings"
	"time"

	"dailytip/ledger"
	"dailytip/verdict"
)

// scopeOf is what a fault with a mail pauses: a newsletter's run, or its notices,
// which have a sender of their own and recipients that anybody can sign up.
func scopeOf(job ledger.Job) string {
	if job.Kind != "" {
		return ledger.NoticesOf(job.Newsletter)
	}
	return job.Newsletter
}

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

// pause holds a newsletter's run, or all of them, and says so once.
func (d *dispatcher) pause(ctx context.Context, now time.Time, scope string, a ledger.Answer, why string) {
	was, paused := d.paused[scope]
	info := ledger.PauseInfo{Newsletter: scope, Since: now, Reason: why, Answer: a, ProbeAt: now.Add(d.pace.probe(scope, 0))}
	if paused {
		info.Since, info.Probes = was.Since, was.Probes+1
		info.ProbeAt = now.Add(d.pace.probe(scope, info.Probes))
	}
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	if err := d.ledger.Pause(ctx, now, info, d.alertPause(info, paused)...); err != nil {
		d.lost(now, err)
		return
	}
	d.paused[scope] = info
	if !paused || was.Reason != why {
		d.log.Error("sending is paused: "+why, "newsletter", scopeName(scope), "answer", a.String(), "next_try", info.ProbeAt.Format(time.RFC3339))
	}
}

// probeAfter is when a paused newsletter tries its next mail: after 1, 2, 5, 10,
// then 15 minutes. A relay that can't be reached is tried after 5 to 60 seconds.
func probeAfter(scope string, probes int) time.Duration {
	steps := []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute}
	if scope == ledger.Relay {
		steps = []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, 40 * time.Second, time.Minute}
	}
	return steps[min(probes, len(steps)-1)]
}

// resume ends a pause, if there is one.
func (d *dispatcher) resume(ctx context.Context, scope string) {
	info, paused := d.paused[scope]
	if !paused {
		return
	}
	now := clock()
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	if _, err := d.ledger.Resume(ctx, now, scope, d.alertResume(now, info)...); err != nil {
		d.lost(now, err)
		return
	}
	delete(d.paused, scope)
	d.idle = false
	d.log.Info("sending goes on: the relay takes mail again", "newsletter", scopeName(scope))
}

func scopeName(scope string) string {
	if scope == ledger.Relay {
		return "all"
	}
	return scope
}

// reason says why a scope is paused and what to do about it.
func reason(r *message) string {
	why, then := "the relay refused several mails in a row, which is hardly the readers' fault", "; its answer says why"
	sender := "from"
	if r.job.Kind != "" {
		sender = "confirm_from"
	}
	switch {
	case r.verdict == verdict.InDoubt, r.verdict == verdict.Down && r.answer.Stage >= verdict.RcptTo:
		why, then = "the relay broke off several conversations in a row", "; look into its log"
	case r.answer.Stage == verdict.TLS:
		why, then = "TLS with the relay failed", "; check smtp: tls and ca_file, and the relay's certificate"
	case r.answer.Stage == verdict.Auth && r.verdict == verdict.Ours:
		why, then = "the relay refused the login", "; check smtp: auth, username and password"
	case r.verdict == verdict.Down && r.answer.Code != 0:
		why = "the relay takes no mail just now"
	case r.verdict == verdict.Down:
		why, then = "the relay can't be reached or went away", "; check smtp: host, port and tls, and that the relay runs"
	case r.answer.Stage == verdict.Connect:
		why = "the relay refused the connection"
	case r.verdict == verdict.Retry:
		why = "the relay refused the sender for now, several times in a row"
	case r.answer.Stage == verdict.MailFrom && strings.HasPrefix(r.answer.Enhanced, "5.3."):
		why, then = "the mail is larger than the relay takes", "; shorten the tip, or raise the relay's limit"
	case r.answer.Stage == verdict.MailFrom:
		why, then = "the relay refused the sender", "; check "+sender+": and that the relay lets you send as this address"
	}
	if r.relay != "" {
		why += " (" + r.relay + ")"
	}
	return why + then
}
