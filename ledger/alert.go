package ledger

import (
	"context"
	"database/sql"
	"time"

	"dailytip/store"
	"dailytip/subscribers"
)

// AlertTo sets who gets a mail when something needs the operator; "": nobody, and only
// the log tells. Set it before the ledger is used.
func (l *Ledger) AlertTo(operator subscribers.Address) { l.alertTo = operator }

// TellOperator tells the operator something in the name of a newsletter, by mail and in
// the log of a daemon: a line, and what there is to say and to do about it.
func (l *Ledger) TellOperator(ctx context.Context, tx *sql.Tx, now time.Time, newsletter, subject, text string) error {
	return l.tellOf(ctx, tx, now, l.alertTo, Action{Kind: ActionAlert, Newsletter: newsletter, Who: "dailytip", Detail: subject}, text)
}

// tellOf is TellOperator with whom it tells, and the action that it leaves in the history.
func (l *Ledger) tellOf(ctx context.Context, tx *sql.Tx, now time.Time, to subscribers.Address, a Action, text string) error {
	if _, err := l.note(ctx, tx, now, a); err != nil {
		return err
	}
	return l.Enqueue(ctx, tx, now, Notice{
		Kind: Alert, Newsletter: a.Newsletter, Email: to, Detail: "[dailytip] " + a.Newsletter + ": " + a.Detail + "\n" + store.Text(text),
	})
}
