package mailer

import (
	"context"

	"dailytip/ledger"
	"dailytip/verdict"
)

// result is what a worker brings back.
type result struct {
	job      ledger.Job
	untried  bool  // nothing was said about it: a stop, or its time was over
	err      error // the mail couldn't be composed; nothing was sent
	answer   verdict.Answer
	verdict  verdict.Verdict
	relay    string // which one answered
	language string // of the text
}

// send composes one job's mail and hands it to the first relay that serves us.
func (m *Mailer) send(ctx context.Context, job ledger.Job) result {
	r := result{job: job}
	envelope, language, err := m.compose(ctx, job)
	if ctx.Err() != nil {
		r.untried = true
		return r
	}
	if err != nil {
		r.err = err
		return r
	}
	r.language = language
	for _, l := range m.relays {
		last, ok := l.open(clock(), job.Probe)
		if !ok {
			if r.relay == "" {
				r.relay, r.answer = l.Name, last
			}
			continue
		}
		if !await(ctx, l, job) {
			r.untried = true
			return r
		}
		began := clock()
		r.relay, r.answer = l.Name, handOver(ctx, l, envelope)
		if ctx.Err() != nil && verdict.Judge(r.answer) == verdict.Down {
			r.untried = true
			return r
		}
		if !unavailable(r.answer) {
			if l.worked() && len(m.relays) > 1 {
				m.log.Info("the relay works again", "relay", l.Name)
			}
			break
		}
		if l.failed(began, clock(), r.answer, m.pace.aside) && len(m.relays) > 1 {
			r.verdict = verdict.Judge(r.answer)
			m.log.Warn("a relay is left alone for now, the others take its mails: "+reason(r), "relay", l.Name, "answer", r.answer.String())
		}
	}
	r.verdict = verdict.Judge(r.answer)
	return r
}

// await waits for the relay's rate. It reports false when the mail can't go any
// more (P7), or a stop came first.
func await(ctx context.Context, l *line, job ledger.Job) bool {
	if err := l.limit.Wait(ctx); err != nil {
		<-ctx.Done() // its deadline comes before our turn
		return false
	}
	return clock().Before(job.ExpiresAt)
}
