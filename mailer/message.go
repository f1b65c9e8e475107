package mailer

import (
	"sync"
	"time"

	"dailytip/ledger"
	"dailytip/verdict"
)

// message is one claimed job on its way: from the dispatcher to one relay's
// connection after the other, and back with what became of it.
type message struct {
	job      ledger.Job
	from     string    // the return path
	bytes    *buffer   // nil: it isn't composed
	language string    // of the text
	began    time.Time // when its conversation began, and when the reply came
	ended    time.Time
	try      time.Time // names the try of a relay that is down, when this mail is it
	tries    int       // on the relay that has it, after conversations that broke off

	untried bool  // nothing was said about it: a stop, or its time was over
	err     error // it couldn't be composed; nothing was sent
	relay   string
	reply   verdict.Reply
	verdict verdict.Verdict
}

// messages are used again.
type messages struct{ pool sync.Pool }

func (p *messages) take(job ledger.Job) *message {
	x, ok := p.pool.Get().(*message)
	if !ok {
		x = &message{}
	}
	*x = message{job: job}
	return x
}

func (p *messages) give(x *message) {
	*x = message{}
	p.pool.Put(x)
}

// buffer holds a mail as it's sent (RFC 5322): the largest thing that sending
// needs memory for. A mail has one from when it is composed until it's over, so
// there are hardly more of them than connections.
type buffer struct {
	data []byte
	text []byte // what its reader's own links are made in
}

// buffers are used again.
type buffers struct{ pool sync.Pool }

// largestKept bounds what one of them keeps, in bytes: most messages are smaller
// than our own limit of 80 KB and its encoding.
const largestKept = 160 << 10

func (p *buffers) take() *buffer {
	if b, ok := p.pool.Get().(*buffer); ok {
		return b
	}
	return &buffer{}
}

// give takes the buffer of a mail that is over.
func (p *buffers) give(x *message) {
	if b := x.bytes; b != nil && cap(b.data) <= largestKept {
		p.pool.Put(b)
	}
	x.bytes = nil
}
