package mailer

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"dailytip/ledger"
	"dailytip/mailer/relay"
	"dailytip/verdict"
)

// wireGrace is what a mail on the wire gets after a stop was asked for.
const wireGrace = 30 * time.Second

// line is a relay as the workers see it: when it's down, they leave it alone for
// a while.
type line struct {
	Relay
	limit *rate.Limiter

	mu       sync.Mutex
	failures int       // in a row
	until    time.Time // down until then
}

func newLine(r Relay) *line {
	limit := rate.Limit(r.Rate)
	if r.Rate <= 0 {
		limit = rate.Inf
	}
	return &line{Relay: r, limit: rate.NewLimiter(limit, max(1, int(r.Rate)))}
}

func (l *line) down(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return now.Before(l.until)
}

// failed puts the relay aside: 5 s, 10 s, 20 s … up to a minute.
func (l *line) failed(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Before(l.until) { // several workers find out at once
		return
	}
	l.until = now.Add(min(5*time.Second<<l.failures, time.Minute))
	l.failures = min(l.failures+1, 4)
}

func (l *line) worked() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failures, l.until = 0, time.Time{}
}

// result is what a worker brings back.
type result struct {
	job      ledger.Job
	answer   verdict.Answer
	verdict  verdict.Verdict
	relay    string
	language string // of the text
	compose  error  // the mail couldn't be composed; nothing was sent
}

// errNoRelay stands in for an answer while all relays are being left alone.
var errNoRelay = errors.New("all relays are down")

// send composes one job's mail and hands it to the first relay that isn't down.
func (m *Mailer) send(ctx context.Context, job ledger.Job) result {
	r := result{job: job, answer: verdict.Answer{Stage: verdict.Connect, Err: errNoRelay}, verdict: verdict.Down}
	if ctx.Err() != nil {
		r.answer.Err = ctx.Err()
		return r
	}
	envelope, language, err := m.compose(ctx, job)
	if err != nil {
		r.compose = err
		return r
	}
	r.language = language
	for _, l := range m.relays {
		if l.down(clock()) && !job.Probe {
			continue
		}
		if err := l.limit.Wait(ctx); err != nil {
			r.answer.Err = err
			return r
		}
		r.relay, r.answer = l.Name, handOver(ctx, l, envelope)
		r.verdict = verdict.Judge(r.answer)
		if r.verdict != verdict.Down {
			l.worked()
			return r
		}
		if ctx.Err() != nil {
			return r
		}
		l.failed(clock())
	}
	return r
}

// handOver tries a second time when the relay went away in the middle: many
// close a connection after some number of messages, and a fresh one works.
func handOver(ctx context.Context, l *line, e relay.Envelope) verdict.Answer {
	a := l.Send(ctx, e)
	if verdict.Judge(a) == verdict.Down && a.Stage >= verdict.MailFrom && ctx.Err() == nil {
		a = l.Send(ctx, e)
	}
	return a
}
