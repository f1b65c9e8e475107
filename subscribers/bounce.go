package subscribers

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"dailytip/store"
)

// BounceClass is what is said of an address, as package bounces names it.
type BounceClass string

// The classes that change something.
const (
	HardBounce BounceClass = "hard"
	SoftBounce BounceClass = "soft"
	OursBounce BounceClass = "ours" // the sender's fault, or the relay's
	Complaint  BounceClass = "complaint"
)

// ToldClasses are the classes that are counted for the operator.
func ToldClasses() []BounceClass { return []BounceClass{HardBounce, SoftBounce, OursBounce, Complaint} }

// Unsubscribing is the reason of a complaint that is none: a mail program asks to end
// the subscription.
const Unsubscribing = "unsubscribe"

// WhileSending is the door of what a relay says at once.
const WhileSending = "smtp"

// Bounce is what was said of a reader's address, or by its owner, about one mail.
type Bounce struct {
	ID           int64 // 0 until it's written, unless it has one already
	At           time.Time
	Subscriber   int64
	Subscription int64 // that the mail belongs to; 0: none any more
	Newsletter   string
	Edition      int64 // 0: it's about a notice
	Notice       int64
	Confirms     bool   // the notice asks to confirm
	Door         string // WhileSending, or the way it came back by
	Class        BounceClass
	Status       string // RFC 3463
	Reason       string // one word
	Reply        string
}

// Decided is what [List.Bounced] did.
type Decided struct {
	ID       int64
	Decision Decision
	Domain   string // the address's
	// Crowd is how many of the domain's readers were refused within a day when the
	// replies to all of them are held back for the first time; 0: nothing new.
	Crowd int
}

// Bounced decides what a bounce means for its reader, writes both down, and does it.
// good is when the last mail to them was accepted of which nothing has come back for
// [QuietTime].
func (l *List) Bounced(ctx context.Context, tx *sql.Tx, now time.Time, b Bounce, good time.Time) (Decided, error) {
	if b.ID == 0 {
		b.ID = l.ids.New(now)
	}
	b.At = now
	person, err := l.Get(ctx, tx, b.Subscriber)
	if errors.Is(err, ErrUnknown) { // erased; or an operator's notice
		return Decided{ID: b.ID, Decision: Ignored}, nil
	}
	if err != nil {
		return Decided{}, err
	}
	d := Decided{ID: b.ID, Domain: person.Email.Domain()}
	p, err := l.past(ctx, tx, now, b, good)
	if err != nil {
		return d, err
	}
	var c crowd
	if b.Class == HardBounce {
		if c, err = l.crowd(ctx, tx, now, b.Subscriber, d.Domain); err != nil {
			return d, err
		}
	}
	d.Decision = decide(p, c.many, b, now)
	if d.Decision == HeldBack && !c.known {
		d.Crowd = c.refused
		if err := l.holdBack(ctx, tx, now, d.Domain, c); err != nil {
			return d, err
		}
	}
	if err := l.writeBounce(ctx, tx, b, d); err != nil {
		return d, err
	}
	return d, l.act(ctx, tx, now, person, b, d.Decision)
}

// act does what was decided.
func (l *List) act(ctx context.Context, tx *sql.Tx, now time.Time, person *Subscriber, b Bounce, d Decision) error {
	switch d {
	case Barring:
		return l.Suppress(ctx, tx, now, person.ID, b.why())
	case Marked:
		if b.Confirms {
			return l.endSignUp(ctx, tx, now, b.Subscription, b.why())
		}
	case Resting:
		if err := rest(ctx, tx, person.ID, now.Add(restTime)); err != nil {
			return err
		}
		return l.note(ctx, tx, now, person.ID, "", restsEvent, b.why())
	case Leaving:
		for _, s := range person.Subscriptions {
			if s.ID == b.Subscription {
				_, err := l.Unsubscribe(ctx, tx, now, s.ID, "by mail")
				return err
			}
		}
	}
	return nil
}

// why is a bounce in the words of a person's history.
func (b Bounce) why() string {
	if b.Class == Complaint {
		return "they called it spam (" + b.Reason + ")"
	}
	if b.Reply == "" {
		return strings.TrimSpace(b.Status + " " + b.Reason)
	}
	return b.Reply
}

func (l *List) writeBounce(ctx context.Context, tx *sql.Tx, b Bounce, d Decided) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO bounces (id, at, subscriber, domain, provider, newsletter, edition, notice, door, class, status, reason, reply, decision, decided_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $2)`,
		b.ID, store.Millis(b.At), b.Subscriber, d.Domain, receiverOf(d.Domain, b.Reply), b.Newsletter, b.Edition, b.Notice, b.Door, string(b.Class), b.Status, b.Reason, b.Reply, string(d.Decision))
	if err != nil {
		return fmt.Errorf("write bounce: %w", err)
	}
	return nil
}

// past reads what is known of an address, but for its domain's other readers.
func (l *List) past(ctx context.Context, tx *sql.Tx, now time.Time, b Bounce, good time.Time) (p past, err error) {
	p = past{good: good, hard: map[mailKey]bool{}, soft: map[int64]bool{}}
	rows, err := tx.QueryContext(ctx, `
		SELECT at, edition, notice, class FROM bounces
		WHERE subscriber = $1 AND at > $2 AND class IN ('hard', 'soft') AND decision IN ('marked', 'suppressed', 'counted', 'resting') ORDER BY at`,
		b.Subscriber, store.Millis(good))
	if err != nil {
		return p, fmt.Errorf("read bounces: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var at int64
		var k mailKey
		var class BounceClass
		if err := rows.Scan(&at, &k.edition, &k.notice, &class); err != nil {
			return p, fmt.Errorf("read bounces: %w", err)
		}
		switch {
		case class == HardBounce:
			p.hard[k] = true
		case k.edition != 0:
			p.soft[k.edition] = true
			if p.softSince.IsZero() {
				p.softSince = store.Time(at)
			}
		}
	}
	if err := rows.Err(); err != nil {
		return p, fmt.Errorf("read bounces: %w", err)
	}
	p.resting, err = resting(ctx, tx, now, b.Subscriber)
	return p, err
}

// Domain is what follows the @, in lower case.
func (a Address) Domain() string {
	_, domain, _ := strings.Cut(a.Key(), "@")
	return domain
}
