package intake

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"dailytip/bounces"
	"dailytip/subscribers"
)

// Undo takes back what a bounce did, on the operator's word. seen is the decision that
// they go by; "": whichever it is. When it's another by now, nothing is done, and the
// error is [subscribers.ErrNoBounce].
func (t *Taker) Undo(ctx context.Context, now time.Time, id int64, seen subscribers.Decision) error {
	return t.DB.Write(ctx, func(tx *sql.Tx) error {
		b, err := t.decided(ctx, tx, id, seen)
		if err != nil {
			return err
		}
		return t.List.UndoBounce(ctx, tx, now, b)
	})
}

// Retry decides a bounce anew, on the operator's word: from the message as it is read
// now, where it's kept, and whatever others of its domain heard. seen is as for [Taker.Undo].
func (t *Taker) Retry(ctx context.Context, now time.Time, id int64, seen subscribers.Decision) (d subscribers.Decision, err error) {
	err = t.DB.Write(ctx, func(tx *sql.Tx) error {
		b, err := t.decided(ctx, tx, id, seen)
		if err != nil {
			return err
		}
		read := b.Bounce
		raw, err := t.Raw(ctx, tx, id)
		switch {
		case err == nil && read.Reason != subscribers.Unsubscribing:
			f := choose(bounces.Read(raw), string(b.Email))
			if f.Class != bounces.None { // a provider's event says nothing by itself
				read.Class, read.Status, read.Reason, read.Reply = subscribers.BounceClass(f.Class), f.Status, f.Reason, f.Reply
			}
			if f.Delayed {
				read.Class = delayed
			}
		case err != nil && !errors.Is(err, ErrForgotten):
			return err
		}
		good, err := t.Ledger.LastGood(ctx, tx, b.At, b.Subscriber)
		if err != nil {
			return err
		}
		d, err = t.List.RetryBounce(ctx, tx, now, b, read, good)
		return err
	})
	return d, err
}

// decided reads a bounce of which that was decided.
func (t *Taker) decided(ctx context.Context, tx *sql.Tx, id int64, seen subscribers.Decision) (subscribers.BounceRecord, error) {
	b, err := t.List.Bounce(ctx, tx, id)
	if err == nil && seen != "" && b.Decision != seen {
		err = subscribers.ErrNoBounce
	}
	return b, err
}
