package ledger

import (
	"context"
	"database/sql"
	"time"

	"dailytip/editions"
)

// Approve writes down that a text may go out, for the date that it was seen at ("":
// none), and tells whether that is news. The history says who said so.
func (l *Ledger) Approve(ctx context.Context, a editions.Approval, date string) (isNew bool, err error) {
	err = l.db.Write(ctx, func(tx *sql.Tx) error {
		isNew, err = l.approve(ctx, tx, a, date)
		return err
	})
	return isNew, err
}

func (l *Ledger) approve(ctx context.Context, tx *sql.Tx, a editions.Approval, date string) (isNew bool, err error) {
	isNew, err = editions.Approve(ctx, tx, a)
	if err == nil && isNew {
		_, err = l.note(ctx, tx, a.At, Action{Kind: ActionApprove, Newsletter: a.Newsletter, LocalDate: date, Who: a.Who, Detail: a.Tip})
	}
	return isNew, err
}

// Unapprove takes all approvals of a tip back, and tells whether there were any.
func (l *Ledger) Unapprove(ctx context.Context, now time.Time, newsletter, tip, who string) (there bool, err error) {
	err = l.db.Write(ctx, func(tx *sql.Tx) error {
		there, err = editions.Unapprove(ctx, tx, newsletter, tip)
		if err == nil && there {
			_, err = l.note(ctx, tx, now, Action{Kind: ActionUnapprove, Newsletter: newsletter, Who: who, Detail: tip})
		}
		return err
	})
	return there, err
}
