package mailer

import (
	"sync"
	"time"

	"dailytip/ledger"
	"dailytip/verdict"
)

// message is one claimed job on its way: from the dispatcher to a composer, to one
// relay's connection after the other, and back with what became of it.
type message struct {
	job      ledger.Job
	from     string // the return path
	data     []byte // RFC 5322; kept for the next mail
	language string // of the text
	claimed  time.Time
	began    time.Time
	tries    int // on the relay that has it, after conversations that broke off

	untried bool  // nothing was said about it: a stop, or its time was over
	err     error // it couldn't be composed; nothing was sent
	relay   string
	answer  verdict.Answer
	verdict verdict.Verdict
}

// messages are used again: a message's bytes are the largest thing that sending
// needs memory for.
type messages struct{ pool sync.Pool }

// largestKept bounds what one mail keeps, in bytes: most messages are smaller
// than our own limit of 80 KB and its encoding.
const largestKept = 160 << 10

func (p *messages) take(job ledger.Job, claimed time.Time) *message {
	x, ok := p.pool.Get().(*message)
	if !ok {
		x = &message{}
	}
	*x = message{job: job, claimed: claimed, data: x.data[:0]}
	return x
}

func (p *messages) give(x *message) {
	if cap(x.data) > largestKept {
		x.data = nil
	}
	x.job, x.err = ledger.Job{}, nil
	p.pool.Put(x)
}
