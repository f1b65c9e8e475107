package mailer

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"dailytip/ledger"
	"dailytip/verdict"
)

// take turns a worker's result into an outcome, and sees to what concerns more
// than one reader.
func (d *dispatcher) take(ctx context.Context, r result) {
	now := clock()
	o := ledger.Outcome{
		Job: r.job, Language: r.language,
		Answer: ledger.Answer{Code: r.answer.Code, Enhanced: r.answer.Enhanced, Text: r.answer.Text},
	}
	if r.answer.Err != nil {
		o.Answer.Text = r.answer.Err.Error()
	}
	switch {
	case ctx.Err() != nil && (r.compose != nil || r.verdict == verdict.Down): // a stop, not a fault
		o.State, o.NextAt = ledger.Pending, now
	case errors.As(r.compose, new(unfitError)):
		o.State, o.Answer.Text = ledger.Failed, r.compose.Error()
	case r.compose != nil:
		o.State, o.NextAt, o.Answer.Text = ledger.Pending, now, r.compose.Error()
		if _, paused := d.paused[r.job.Newsletter]; !paused || r.job.Probe {
			d.pause(ctx, now, r.job.Newsletter, o.Answer, "the mail can't be composed")
		}
	default:
		if !d.judged(ctx, now, r, &o) {
			return // held until the streak is over
		}
	}
	d.outcomes = append(d.outcomes, o)
}

// mostCopies is after how many attempts a mail whose answer is never seen waits
// for the operator.
const mostCopies = 4

// judged fills in what a verdict means. It reports false when the outcome is
// held back.
func (d *dispatcher) judged(ctx context.Context, now time.Time, r result, o *ledger.Outcome) bool {
	scope := r.job.Newsletter
	if r.verdict != verdict.Down && (r.verdict != verdict.Ours || r.answer.Stage >= verdict.MailFrom) {
		d.resume(ctx, ledger.Relay) // it takes our calls, whatever it says
	}
	switch r.verdict {
	case verdict.Accepted:
		o.State = ledger.Sent
		d.accepted(ctx, scope)
		return true
	case verdict.Retry:
		o.State, o.NextAt = ledger.Retry, now.Add(backoff(r.job.Attempts))
	case verdict.Dead, verdict.Refused, verdict.Unroutable:
		o.State, o.Dead = ledger.Failed, r.verdict == verdict.Dead
	case verdict.InDoubt:
		o.State, o.NextAt, o.Doubt = ledger.Retry, now.Add(backoff(r.job.Attempts)), true
		// A relay that never answers would get copy upon copy.
		if d.newsletters[scope].Hold && r.job.Kind == "" || r.job.Attempts >= mostCopies {
			o.State = ledger.InDoubt
		}
		return true
	case verdict.Ours:
		o.State, o.NextAt = ledger.Pending, now
		if r.answer.Stage < verdict.MailFrom {
			scope = ledger.Relay
		}
	case verdict.Down:
		o.State, o.NextAt = ledger.Pending, now
		scope = ledger.Relay
	}
	if _, paused := d.paused[scope]; paused && o.State != ledger.Retry {
		if r.job.Probe {
			d.pause(ctx, now, scope, o.Answer, reason(r))
		}
		// A probe, or on its way when the pause began: whatever it got isn't
		// held against its reader.
		o.State, o.NextAt, o.Dead = ledger.Pending, now, false
		return true
	}
	return d.streak(ctx, now, scope, r, *o)
}

// reason says what to do about a pause.
func reason(r result) string {
	through := ""
	if r.relay != "" {
		through = " (" + r.relay + ")"
	}
	switch {
	case r.verdict == verdict.Down:
		return "the relay can't be reached or went away" + through + "; check smtp: host, port and tls, and that the relay runs"
	case r.answer.Stage == verdict.TLS:
		return "TLS with the relay failed" + through + "; check smtp: tls and ca_file"
	case r.answer.Stage == verdict.Auth:
		return "the relay refused the login" + through + "; check smtp: auth, username and password"
	case r.answer.Stage == verdict.MailFrom:
		return "the relay refused the sender" + through + "; check from: and that the relay lets you send as this address"
	case r.verdict == verdict.Retry:
		return "the relay refused the sender for now, several times in a row" + through + "; its answer says why"
	}
	return "the relay refused several mails in a row, which is hardly the readers' fault" + through + "; its answer says why"
}

// backoff is how long a mail waits after an attempt that was refused for now: 1,
// 5, 15, then 60 minutes, a tenth more or less so that they don't come back all
// at once. Greylisting (RFC 6647) commonly opens within five minutes.
func backoff(attempts int) time.Duration {
	steps := []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}
	step := steps[min(max(attempts, 1), len(steps))-1]
	return step + time.Duration((rand.Float64()-0.5)/5*float64(step))
}
