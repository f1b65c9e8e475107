package mailer

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"dailytip/ledger"
	"dailytip/mailer/relay"
	"dailytip/verdict"
)

// take turns what came back into an outcome, and sees to what concerns more
// than one reader.
func (d *dispatcher) take(ctx context.Context, x *message) {
	now := clock()
	d.domains.over(now, x.job)
	o := ledger.Outcome{
		Job: x.job, State: ledger.Pending, NextAt: now, Language: x.language,
		Reply: ledger.Reply{Code: x.reply.Code, Enhanced: x.reply.Enhanced, Text: x.reply.Text},
	}
	if x.reply.Err != nil {
		o.Reply.Text = x.reply.Err.Error()
	}
	switch {
	case x.untried:
		o.Reply = ledger.Reply{}
		d.outcomes = append(d.outcomes, o)
	case x.err != nil:
		o.Reply = ledger.Reply{Text: relay.NotSent + "the mail can't be composed: " + x.err.Error()}
		d.uncomposed(ctx, now, x, &o)
		d.outcomes = append(d.outcomes, o)
	default:
		d.judge(ctx, now, x, o)
	}
	d.messages.give(x)
}

// takeAll takes all that has come back.
func (d *dispatcher) takeAll(ctx context.Context) {
	mails := d.over.take(d.emptied)
	for _, x := range mails {
		d.take(ctx, x)
	}
	clear(mails)
	d.emptied = mails
}

// uncomposed deals with a mail that couldn't be composed.
func (d *dispatcher) uncomposed(ctx context.Context, now time.Time, x *message, o *ledger.Outcome) {
	scope := scopeOf(x.job)
	_, paused := d.paused[scope]
	switch {
	case errors.As(x.err, new(unreadError)):
		d.lost(now, x.err)
	case errors.As(x.err, new(unfitError)):
		o.State = ledger.Failed
		d.Log.Warn("a reader's mail can't be written; correct their name or address", "newsletter", x.job.Newsletter, "reader", x.job.Email, "error", x.err)
	case x.job.Kind != "":
		o.State, o.NextAt = ledger.Retry, now.Add(d.pace.backoff(x.job.Attempts))
		if what := scope + x.err.Error(); !d.logged[what] {
			d.logged[what] = true
			d.Log.Error("a notice can't be composed; it's tried again until it is a day old", "kind", x.job.Kind, "newsletter", x.job.Newsletter, "error", x.err)
		}
	case !paused || x.job.Probe:
		d.pause(ctx, now, scope, ledger.Reply{}, "the mail can't be composed: "+x.err.Error()+". Correct the configuration and restart")
	}
}

// ruling is what a refusal means while its neighbours aren't looked at.
type ruling struct {
	state   ledger.State
	wait    bool // not now, but after a backoff
	circuit circuit
	weight  int // in the circuit's streak; 0: it's nobody else's business
}

// rule judges what wasn't accepted.
func (m *Mailer) rule(x *message) ruling {
	w := ruling{state: ledger.Pending, circuit: circuit{x.relay, scopeOf(x.job)}}
	everybody := circuit{scope: ledger.Relay}
	known := x.reply.Stage > verdict.MailFrom // the relay has heard the recipient
	switch x.verdict {
	case verdict.Retry:
		w.state, w.wait = ledger.Retry, true
		if !known {
			w.weight = ofFive
		}
	case verdict.Dead:
		w.state, w.weight = ledger.Failed, ofAll
	case verdict.Refused:
		w.state, w.weight = ledger.Failed, ofTen
	case verdict.Unroutable:
		w.state = ledger.Failed
	case verdict.InDoubt:
		w.state, w.circuit, w.weight = x.job.AfterDoubt(m.newsletters[x.job.Newsletter].Hold), everybody, ofFive
		w.wait = w.state == ledger.Retry
	case verdict.Ours:
		login := verdict.AboutLogin(x.reply)
		switch {
		case x.reply.Stage < verdict.MailFrom, x.reply.Stage == verdict.MailFrom && login:
			w.circuit, w.weight = everybody, atOnce
		case login: // other mails are tried first: it may be one reader's server after all
			w.state, w.wait, w.weight = ledger.Retry, true, atOnce
		case known:
			w.state, w.weight = ledger.Failed, ofThree
		default:
			w.weight = atOnce
		}
	case verdict.Down:
		w.circuit, w.weight = everybody, atOnce
		// It took our call and the sender: perhaps it stumbles over this mail.
		if known {
			w.state, w.wait, w.weight = ledger.Retry, true, ofFive
		}
	}
	return w
}

// judge turns a relay's reply into an outcome.
func (d *dispatcher) judge(ctx context.Context, now time.Time, x *message, o ledger.Outcome) {
	if x.verdict == verdict.Accepted {
		o.State = ledger.Sent
		d.outcomes = append(d.outcomes, o)
		d.accepted(ctx, x)
		return
	}
	if !unavailable(x.reply) && x.verdict != verdict.Down && x.verdict != verdict.InDoubt {
		d.resume(ctx, ledger.Relay) // it listens, whatever it says
	}
	w := d.rule(x)
	o.State, o.Dead, o.Doubt = w.state, x.verdict == verdict.Dead, x.verdict == verdict.InDoubt
	o.Opinion = verdict.Assess(x.reply)
	if w.wait {
		o.NextAt = now.Add(d.pace.backoff(x.job.Attempts))
	}
	if w.weight == 0 {
		d.outcomes = append(d.outcomes, o)
		return
	}
	r := refusal{Outcome: o, verdict: x.verdict, at: x.ended, why: reason(x)}
	// It had failed with these codes when somebody had it sent again: that it's this
	// reader's was decided then, and there may be no other mail that could tell.
	again := o.State == ledger.Failed && x.job.Refused == o.Reply.Codes()
	if again && !x.job.Probe {
		d.outcomes = append(d.outcomes, o)
		return
	}
	scope, u := w.circuit.scope, d.relay(w.circuit)
	_, paused := d.paused[scope]
	if !paused && (u == nil || !u.passedOver(scope, now)) {
		d.refused(ctx, now, w, r)
		return
	}
	// A probe, or on its way when the pause began or the relay was passed over:
	// whatever it got isn't held against its reader.
	if x.job.Probe {
		d.avoid(ctx, now, w.circuit, o.Reply, r.why)
		d.pause(ctx, now, scope, o.Reply, r.why)
	}
	if !again && (o.State == ledger.Failed || o.State == ledger.Pending) {
		d.putBack(now, w.circuit, r)
	} else {
		d.outcomes = append(d.outcomes, o)
	}
}

// backoff is how long a mail waits after an attempt that was refused for now: 1,
// 5, 15, then 60 minutes, a tenth more or less so that they don't come back all
// at once. Greylisting (RFC 6647) commonly opens within five minutes.
func backoff(attempts int) time.Duration {
	steps := []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}
	step := steps[min(max(attempts, 1), len(steps))-1]
	return step + time.Duration((rand.Float64()-0.5)/5*float64(step))
}
