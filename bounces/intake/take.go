package intake

import (
	"context"
	"time"

	"dailytip/bounces"
	"dailytip/verp"
)

// Return is one message that came back, or one event of a provider.
type Return struct {
	// Door is the way it came in by: "lmtp", "pipe", "imap", "ses", "postmark".
	Door string
	// Recipient is the envelope's; "" where the door doesn't know it.
	Recipient string
	// Raw is the message as it came, or the provider's payload.
	Raw []byte
	// About is the return path or the Message-ID of the mail that an event is about;
	// "" for a message.
	About string
	// Findings are what an event says already; nil: Raw is read.
	Findings []bounces.Finding
}

// Outcome says what was done.
type Outcome struct {
	Known   bool // a valid tag was found
	Again   bool // it was taken before
	Action  string
	Class   bounces.Class
	Address string // the reader's; "" for one whom we don't know any more
}

// Options are what a Taker works with.
type Options struct {
	Tags *verp.Tags
	// Domain is that of return paths and of addresses to unsubscribe; "": there are
	// none, and only a Message-ID names a mail.
	Domain string
}

// Taker takes what comes back. Its methods may be called from several goroutines.
type Taker struct{ o Options }

// New returns a Taker.
func New(o Options) *Taker { return &Taker{o: o} }

// Take takes one message or event. An error is a fault of ours, such as a lost
// database: whoever brought the message should bring it again later.
func (t *Taker) Take(ctx context.Context, now time.Time, r Return) (Outcome, error) {
	_, _, known := t.o.Tags.CheckReturnPath(r.Recipient, t.o.Domain)
	return Outcome{Known: known, Action: string(bounces.Ignore), Class: bounces.None}, nil
}

// Valid says, without the database, whether mail to an address is taken: a return
// path with a valid tag, or an address that unsubscribes.
func (t *Taker) Valid(address string) bool {
	_, _, ok := t.o.Tags.CheckReturnPath(address, t.o.Domain)
	if !ok {
		_, ok = t.o.Tags.CheckUnsubscribe(address, t.o.Domain)
	}
	return ok
}
