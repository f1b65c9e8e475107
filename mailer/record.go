package mailer

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"dailytip/ledger"
	"dailytip/verdict"
)

// take turns what came back into an outcome, and sees to what concerns more
// than one reader.
func (d *dispatcher) take(ctx context.Context, r *message) {
	now := clock()
	d.domains.over(now, r.job)
	o := ledger.Outcome{
		Job: r.job, State: ledger.Pending, NextAt: now, Language: r.language,
		Reply: ledger.Reply{Code: r.reply.Code, Enhanced: r.reply.Enhanced, Text: r.reply.Text},
	}
	if r.reply.Err != nil {
		o.Reply.Text = r.reply.Err.Error()
	}
	switch {
	case r.untried:
		o.Reply = ledger.Reply{}
		d.outcomes = append(d.outcomes, o)
	case r.err != nil:
		o.Reply = ledger.Reply{Text: notSent + "the mail can't be composed: " + r.err.Error()}
		d.uncomposed(ctx, now, r, &o)
		d.outcomes = append(d.outcomes, o)
	default:
		d.judge(ctx, now, r, o)
	}
	d.messages.give(r)
}

// uncomposed deals with a mail that couldn't be composed.
func (d *dispatcher) uncomposed(ctx context.Context, now time.Time, r *message, o *ledger.Outcome) {
	scope := scopeOf(r.job)
	_, paused := d.paused[scope]
	switch {
	case errors.As(r.err, new(unreadError)):
		d.lost(now, r.err)
	case errors.As(r.err, new(unfitError)):
		o.State = ledger.Failed
		d.log.Warn("a reader's mail can't be written; correct their name or address", "newsletter", r.job.Newsletter, "reader", r.job.Email, "error", r.err)
	case r.job.Kind != "":
		o.State, o.NextAt = ledger.Retry, now.Add(d.pace.backoff(r.job.Attempts))
		if what := scope + r.err.Error(); !d.logged[what] {
			d.logged[what] = true
			d.log.Error("a notice can't be composed; it's tried again until it is a day old", "kind", r.job.Kind, "newsletter", r.job.Newsletter, "error", r.err)
		}
	case !paused || r.job.Probe:
		d.pause(ctx, now, scope, ledger.Reply{}, "the mail can't be composed: "+r.err.Error()+". Correct the configuration and restart")
	}
}

// ruling is what a result means while its neighbours aren't looked at.
type ruling struct {
	state ledger.State
	wait  bool   // not now, but after a backoff
	scope string // whose streak of refusals it belongs to, and what a streak pauses
	limit int    // so many in a row pause the scope; 0: never
}

const (
	// mostCopies is after how many attempts a mail whose reply is never seen
	// waits for the operator.
	mostCopies = 4
	// cutOff is how many conversations in a row may break off in the middle
	// before the relay is to blame rather than the mail.
	cutOff = 5
)

// rule judges what wasn't accepted.
func (m *Mailer) rule(r *message) ruling {
	w := ruling{state: ledger.Pending, scope: scopeOf(r.job), limit: verdict.PauseAfter(r.reply)}
	switch r.verdict {
	case verdict.Retry:
		w.state, w.wait = ledger.Retry, true
	case verdict.Dead, verdict.Refused, verdict.Unroutable:
		w.state = ledger.Failed
	case verdict.InDoubt:
		w.state, w.wait, w.scope, w.limit = ledger.Retry, true, ledger.Relay, cutOff
		// A relay that never answers would get copy upon copy.
		if m.newsletters[r.job.Newsletter].Hold && r.job.Kind == "" || r.job.Attempts >= mostCopies {
			w.state, w.wait = ledger.InDoubt, false
		}
	case verdict.Ours:
		switch {
		case r.reply.Stage < verdict.MailFrom, r.reply.Stage == verdict.MailFrom && verdict.AboutLogin(r.reply):
			w.scope = ledger.Relay
		case verdict.AboutLogin(r.reply): // other mails are tried first: it may be one reader's server after all
			w.state, w.wait = ledger.Retry, true
		case r.reply.Stage > verdict.MailFrom: // the same
			w.state = ledger.Failed
		}
	case verdict.Down:
		w.scope = ledger.Relay
		// It took our call and the sender: perhaps it stumbles over this mail.
		if r.reply.Stage >= verdict.RcptTo {
			w.state, w.wait, w.limit = ledger.Retry, true, cutOff
		}
	}
	return w
}

// judge turns a relay's reply into an outcome.
func (d *dispatcher) judge(ctx context.Context, now time.Time, r *message, o ledger.Outcome) {
	if r.verdict == verdict.Accepted {
		o.State = ledger.Sent
		d.outcomes = append(d.outcomes, o)
		d.accepted(ctx, scopeOf(r.job))
		return
	}
	if !unavailable(r.reply) && r.verdict != verdict.Down && r.verdict != verdict.InDoubt {
		d.resume(ctx, ledger.Relay) // it listens, whatever it says
	}
	w := d.rule(r)
	o.State, o.Dead, o.Doubt = w.state, r.verdict == verdict.Dead, r.verdict == verdict.InDoubt
	o.Opinion = verdict.Assess(r.reply)
	if w.wait {
		o.NextAt = now.Add(d.pace.backoff(r.job.Attempts))
	}
	_, paused := d.paused[w.scope]
	if w.limit > 0 && !paused {
		d.refused(ctx, now, w, r, o)
		return
	}
	if w.limit > 0 && r.job.Probe {
		d.pause(ctx, now, w.scope, o.Reply, reason(r))
	}
	if w.limit > 0 && o.State == ledger.Failed {
		// A probe, or on its way when the pause began: whatever it got isn't
		// held against its reader.
		o.State, o.Dead = ledger.Pending, false
	}
	d.outcomes = append(d.outcomes, o)
}

// backoff is how long a mail waits after an attempt that was refused for now: 1,
// 5, 15, then 60 minutes, a tenth more or less so that they don't come back all
// at once. Greylisting (RFC 6647) commonly opens within five minutes.
func backoff(attempts int) time.Duration {
	steps := []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}
	step := steps[min(max(attempts, 1), len(steps))-1]
	return step + time.Duration((rand.Float64()-0.5)/5*float64(step))
}
