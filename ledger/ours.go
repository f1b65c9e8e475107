package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"dailytip/editions"
	"dailytip/store"
	"dailytip/subscribers"
	"dailytip/verdict"
)

// What is refused or comes back for a fault of ours is told when it begins. The newsletter is paused
// when it isn't one server's opinion any more: when within oursTime it comes from
// oursMost readers of an edition or more, and from more than one in oursShare of all who
// were sent it, for one reason.
const (
	oursTime  = 24 * time.Hour
	oursMost  = 3
	oursShare = 5
)

// tellOurs tells that mails are refused or come back for a fault of ours, once a day for
// each reason.
func (l *Ledger) tellOurs(ctx context.Context, tx *sql.Tx, now time.Time, b subscribers.Bounce, d subscribers.Decided) error {
	subject := "mails are refused or come back: " + b.Reason
	var told bool
	err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM actions WHERE newsletter = $1 AND local_date = '' AND kind = $2 AND detail = $3 AND at > $4)",
		b.Newsletter, ActionAlert, subject, store.Millis(now.Add(-oursTime))).Scan(&told)
	if err != nil || told {
		return err
	}
	r := verdict.RemedyFor(b.Reason)
	return l.TellOperator(ctx, tx, now, b.Newsletter, subject, fmt.Sprintf(
		"A mail was refused or came back for a reason that isn't its reader's: %s.\nA server for %s said:\n\n    %s\n\n"+
			"What helps: %s.\n\nNobody was suppressed. dailytip bounces list --class ours shows all that is said for such\n"+
			"reasons. When it comes back from more than a fifth of an edition's readers, sending pauses.\n", r.What, d.Domain, b.Reply, r.Then))
}

// ours is what came back of an edition for one reason that is ours.
type ours struct {
	editions.Edition
	reason string
	said   string // the last of the replies
	count  int64  // readers
	sent   int64  // the edition's mails that were accepted
}

// PauseForReturns pauses newsletters of whose mails too many come back for a fault of
// ours, until somebody resumes them: that the relay takes such mails proves nothing.
func (l *Ledger) PauseForReturns(ctx context.Context, now time.Time) error {
	all, err := l.returnedOurs(ctx, now)
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.count*oursShare <= o.sent {
			continue
		}
		if err := l.db.Write(ctx, func(tx *sql.Tx) error { return l.pauseForReturns(ctx, tx, now, o) }); err != nil {
			return fmt.Errorf("pause for what comes back: %w", err)
		}
	}
	return nil
}

// returnedOurs counts what came back lately of each edition for a fault of ours. The +
// keeps SQLite from reading all that ever came back, by the index of editions.
func (l *Ledger) returnedOurs(ctx context.Context, now time.Time) (all []ours, err error) {
	rows, err := l.db.Read().QueryContext(ctx, `
		SELECT e.id, e.newsletter, e.local_date, b.reason, b.readers, (SELECT COALESCE(SUM(c.sent), 0) FROM counters c WHERE c.edition = e.id),
			(SELECT reply FROM bounces WHERE id = b.last)
		FROM editions e JOIN (
			SELECT edition, reason, COUNT(DISTINCT subscriber) AS readers, MAX(id) AS last FROM bounces
			WHERE at > $1 AND class = 'ours' AND +edition > 0 AND door <> $2 AND decision <> 'undone'
			GROUP BY edition, reason HAVING COUNT(DISTINCT subscriber) >= $3) b ON b.edition = e.id
		ORDER BY b.readers DESC`, store.Millis(now.Add(-oursTime)), subscribers.WhileSending, oursMost)
	all, err = store.Collect(rows, err, func(rows *sql.Rows) (o ours, err error) {
		err = rows.Scan(&o.ID, &o.Newsletter, &o.LocalDate, &o.reason, &o.count, &o.sent, &o.said)
		return o, err
	})
	if err != nil {
		return nil, fmt.Errorf("count what came back: %w", err)
	}
	return all, nil
}

// pauseForReturns pauses a newsletter, and says so, unless it is held already, or
// somebody has resumed it and nothing that was sent since has come back so often.
func (l *Ledger) pauseForReturns(ctx context.Context, tx *sql.Tx, now time.Time, o ours) error {
	held, err := isHeld(ctx, tx, o.Newsletter)
	if err != nil || held {
		return err
	}
	if again, err := o.resumedAndAgain(ctx, tx, now); err != nil || !again {
		return err
	}
	r := verdict.RemedyFor(o.reason)
	p := PauseInfo{Newsletter: o.Newsletter, Since: now, Reason: fmt.Sprintf("mails come back: %s; %s", r.What, r.Then), Reply: Reply{Text: o.said}}
	if changed, err := l.pause(ctx, tx, p); err != nil || !changed { // another node was first
		return err
	}
	if err := l.tellPaused(ctx, tx, now, p); err != nil {
		return err
	}
	return l.TellOperator(ctx, tx, now, o.Newsletter, "sending is paused: mails come back", fmt.Sprintf(
		"Sending is paused since %s: %d of the %d mails of %s's edition came\nback for a reason that isn't their readers': %s.\nThe last of the servers said:\n\n    %s\n\n"+
			"What helps: %s.\n\nNobody was suppressed for it. The relay takes such mails all the same, so none is tried by\n"+
			"itself: when you have mended the cause, dailytip resume sends what waits. What isn't out by its\ntime (give_up_after) expires.\n",
		now.UTC().Format("2006-01-02 15:04 UTC"), o.count, o.sent, o.LocalDate, r.What, strings.TrimSpace(o.said), r.Then))
}

// resumedAndAgain tells whether so much comes back of what was sent since somebody
// resumed the newsletter; of all that was sent, when nobody did.
func (o ours) resumedAndAgain(ctx context.Context, tx *sql.Tx, now time.Time) (bool, error) {
	var resumed, again, sent int64
	err := tx.QueryRowContext(ctx, "SELECT COALESCE(MAX(at), 0) FROM actions WHERE newsletter = $1 AND local_date = '' AND kind = $2",
		o.Newsletter, ActionResume).Scan(&resumed)
	if err != nil {
		return false, err
	}
	err = tx.QueryRowContext(ctx, `
		SELECT COUNT(DISTINCT b.subscriber) FROM bounces b JOIN deliveries d ON d.edition = b.edition AND d.subscriber = b.subscriber
		WHERE b.edition = $1 AND b.class = 'ours' AND b.reason = $2 AND b.at > $3 AND b.door <> $4 AND b.decision <> 'undone' AND d.done_at > $5`,
		o.ID, o.reason, store.Millis(now.Add(-oursTime)), subscribers.WhileSending, resumed).Scan(&again)
	if err != nil || again < oursMost {
		return false, err
	}
	err = tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM deliveries WHERE edition = $1 AND state = 'sent' AND done_at > $2", o.ID, resumed).Scan(&sent)
	return again*oursShare > sent, err
}

// isHeld tells whether only a command ends a scope's pause.
func isHeld(ctx context.Context, tx *sql.Tx, scope string) (held bool, err error) {
	err = tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM pauses WHERE newsletter = $1 AND probe_at = 0)", scope).Scan(&held)
	return held, err
}
