package intake

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"dailytip/bounces"
	"dailytip/ledger"
	"dailytip/store"
	"dailytip/subscribers"
	"dailytip/verp"
)

// Return is one message that came back, or one event of a provider.
type Return struct {
	// Door is the way it came in by: "lmtp", "pipe", "imap", "ses", "postmark".
	Door string
	// Recipient is the envelope's; "" where the door doesn't know it.
	Recipient string
	// Raw is the message, or the provider's payload.
	Raw []byte
	// About is the return path or the Message-ID of the mail that an event is about;
	// "" for a message.
	About string
	// Findings are what an event says already; nil: Raw is read.
	Findings []bounces.Finding
}

// Outcome says what was done.
type Outcome struct {
	Known   bool   // a valid tag was found
	Again   bool   // it was taken before
	Action  string // a [subscribers.Decision]
	Class   bounces.Class
	Address string // the reader's; "" for one whom we don't know any more
}

// Options are what a Taker works with.
type Options struct {
	DB     *store.DB
	List   *subscribers.List
	Ledger *ledger.Ledger
	Tags   *verp.Tags
	// Domain is that of return paths and of addresses to unsubscribe; "": there are
	// none, and only a Message-ID names a mail.
	Domain string
	// Keep is how long a message is kept; 0: not at all.
	Keep time.Duration
	// AlertBounces and AlertComplaints are from how many percent of an edition's mails
	// on the operator is told; 0: never.
	AlertBounces, AlertComplaints float64
	// Newsletter is the one in whose name the operator is told what concerns all.
	Newsletter string
	Log        *slog.Logger // nil: nothing is logged
}

// Taker takes what comes back. Its methods may be called from several goroutines.
type Taker struct {
	Options
	ids store.IDs
}

// New returns a Taker.
func New(o Options) *Taker {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Taker{Options: o}
}

// The bounds of what is taken.
const (
	// returnTime is how long after a mail was opened something may come back: servers
	// give up within days, but a complaint may be about a mail that was read late.
	returnTime = 60 * 24 * time.Hour
	// mostReturns is how many messages about one mail are written down. Its reader
	// can send as many as they like.
	mostReturns = 20
)

// Valid says, without the database, whether mail to an address is taken: a return
// path with a valid tag, or an address that unsubscribes.
func (t *Taker) Valid(address string) bool {
	_, _, ok := t.Tags.CheckReturnPath(address, t.Domain)
	if !ok {
		_, ok = t.Tags.CheckUnsubscribe(address, t.Domain)
	}
	return ok
}

// Take takes one message or event. An error is a fault of ours, such as a lost
// database: whoever brought the message should bring it again later.
func (t *Taker) Take(ctx context.Context, now time.Time, r Return) (out Outcome, err error) {
	out = Outcome{Action: string(subscribers.Ignored), Class: bounces.None}
	about, ok := t.find(r)
	if !ok {
		return out, nil
	}
	about.digest = digest(r, about.subscription)
	if about.subscription == 0 && r.Findings == nil {
		r.Findings = bounces.Read(r.Raw) // before the transaction: it takes a while
	}
	err = t.DB.Write(ctx, func(tx *sql.Tx) (err error) {
		out, err = t.take(ctx, tx, now, r, about)
		return err
	})
	if err != nil {
		return out, fmt.Errorf("take what came back: %w", err)
	}
	return out, nil
}

// subject is what a message is about.
type subject struct {
	tag          string
	mail         verp.Mail // the zero value: none, but a subscription
	path         bool      // the tag is that of a return path
	subscription int64     // that is to end; 0: none
	digest       string
}

// find looks for a tag of ours: where the event says, in the address that the message
// was sent to, in the mail that came back.
func (t *Taker) find(r Return) (s subject, ok bool) {
	if s.subscription, ok = t.Tags.CheckUnsubscribe(r.Recipient, t.Domain); ok {
		return s, true
	}
	for _, address := range []string{r.About, r.Recipient} {
		if s.tag, s.mail, ok = t.Tags.CheckReturnPath(address, t.Domain); ok {
			s.path = true
			return s, true
		}
	}
	ids := []string{r.About}
	if r.About == "" && r.Findings == nil {
		ids = bounces.MessageIDs(r.Raw)
	}
	for _, id := range ids {
		if s.tag, s.mail, ok = t.Tags.CheckMessageID(id); ok {
			return s, true
		}
	}
	return s, false
}

// take does all of it in one transaction.
func (t *Taker) take(ctx context.Context, tx *sql.Tx, now time.Time, r Return, about subject) (out Outcome, err error) {
	out = Outcome{Action: string(subscribers.Ignored), Class: bounces.None}
	b, email, err := t.mail(ctx, tx, now, about)
	if errors.Is(err, ledger.ErrNoMail) {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	f := bounces.Finding{Class: bounces.Complaint, Reason: subscribers.Unsubscribing}
	if about.subscription == 0 {
		f = choose(r.Findings, string(email))
		if f.Reason == subscribers.Unsubscribing && !about.path && subscribers.Address(f.Recipient).Key() != email.Key() {
			f.Class = bounces.None // whoever was shown the mail knows its Message-ID
		}
	}
	if f.Class == bounces.None && about.subscription == 0 && !about.path {
		return out, nil // somebody's reply to a mail names it, too, and is no business of ours
	}
	out.Known, out.Address = true, string(email)
	if email == "" { // of who was erased, or has left already, nothing is kept
		return out, nil
	}
	if b.ID, err = t.write(ctx, tx, now, b, about.digest, r.Raw); err != nil {
		return out, err
	}
	if b.ID == 0 {
		out.Again = true
		return out, nil
	}
	out.Class = f.Class
	b.Door, b.Class, b.Status, b.Reason, b.Reply = r.Door, subscribers.BounceClass(f.Class), f.Status, f.Reason, f.Reply
	if f.Delayed {
		b.Class = delayed
	}
	d, err := t.Ledger.Bounced(ctx, tx, now, b)
	if d.Decision != "" {
		out.Action = string(d.Decision)
	}
	return out, err
}

// delayed is the class of a mail that is still on its way.
const delayed subscribers.BounceClass = "delayed"

// mail finds the mail and its reader. A tag that some other key has made than the one
// that signed when the mail was opened is no tag of ours, and neither is one so old.
// email is "" when there's nothing more to do: they were erased, or have left.
func (t *Taker) mail(ctx context.Context, tx *sql.Tx, now time.Time, about subject) (b subscribers.Bounce, email subscribers.Address, err error) {
	if about.subscription != 0 {
		sub, err := t.List.Subscription(ctx, tx, about.subscription)
		if errors.Is(err, subscribers.ErrUnknown) {
			return b, "", ledger.ErrNoMail
		}
		if err != nil {
			return b, "", err
		}
		if sub.State == subscribers.Unsubscribed {
			return b, "", nil
		}
		b = subscribers.Bounce{Subscriber: sub.Subscriber, Subscription: sub.ID, Newsletter: sub.Newsletter}
	} else {
		m, err := t.Ledger.FindMail(ctx, tx, ledger.Key(about.mail))
		if err != nil {
			return b, "", err
		}
		if string(t.Tags.Append(nil, about.mail, m.OpenedAt)) != about.tag || now.Sub(m.OpenedAt) > returnTime {
			return b, "", ledger.ErrNoMail
		}
		moved, err := t.List.MovedAt(ctx, tx, m.Subscriber)
		if err != nil {
			return b, "", err
		}
		if m.OpenedAt.Before(moved) { // it went to another address of theirs
			return b, "", ledger.ErrNoMail
		}
		b = subscribers.Bounce{
			Subscriber: m.Subscriber, Subscription: m.Subscription, Newsletter: m.Newsletter,
			Edition: about.mail.Edition, Notice: about.mail.Notice, Confirms: m.Kind == ledger.Confirm,
		}
	}
	person, err := t.List.Get(ctx, tx, b.Subscriber)
	if errors.Is(err, subscribers.ErrUnknown) {
		return b, "", nil
	}
	if err != nil {
		return b, "", err
	}
	return b, person.Email, nil
}
