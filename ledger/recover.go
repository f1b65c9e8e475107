package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"dailytip/store"
)

// neverSeen is what stands for the answer of a mail in doubt.
const neverSeen = "handed to the relay; its answer was never seen"

// Recover deals with claims whose node is gone: what may have been on the wire
// goes out again, under the same Message-ID, or is held for the operator when
// its newsletter is among hold. dead says that no other node can be alive, and
// every claim is taken for lost whatever its lease. It returns how many were in
// doubt.
func (l *Ledger) Recover(ctx context.Context, now time.Time, hold []string, dead bool) (n int64, err error) {
	over := store.Millis(now)
	if dead {
		over = forever
	}
	for more := true; more; {
		if err := l.db.Read().QueryRowContext(ctx, sqlAnyLost, over).Scan(&more); err != nil {
			return n, fmt.Errorf("look for lost claims: %w", err)
		}
		if !more { // looking takes no lock
			break
		}
		var some int64
		err := l.db.Write(ctx, func(tx *sql.Tx) (err error) {
			some, more, err = l.recoverOne(ctx, tx, now, over, hold)
			return err
		})
		if err != nil {
			return n, err
		}
		n += some
	}
	return n, nil
}

// recoverOne ends one lost claim, and after the last of them what was lost of the
// notices. It tells whether there may be more.
func (l *Ledger) recoverOne(ctx context.Context, tx *sql.Tx, now time.Time, over int64, hold []string) (n int64, more bool, err error) {
	claims, err := l.claimsOf(ctx, tx, "", over)
	if err != nil {
		return 0, false, err
	}
	if len(claims) > 0 {
		n, err = l.lose(ctx, tx, now, claims[0], slices.Contains(hold, claims[0].newsletter))
		return n, true, err
	}
	n, err = affected(tx.ExecContext(ctx, `
		UPDATE notices SET state = 'retry', doubts = doubts + 1, owner = '', lease_until = 0, next_at = $1, answer = '`+neverSeen+`'
		WHERE state = 'sending' AND lease_until <= $2`, store.Millis(now), over))
	if err != nil {
		return 0, false, fmt.Errorf("resend in doubt: %w", err)
	}
	return n, false, nil
}

const sqlAnyLost = `
	SELECT EXISTS (SELECT 1 FROM claims WHERE lease_until <= $1)
		OR EXISTS (SELECT 1 FROM notices WHERE state = 'sending' AND lease_until <= $1)`

// lose ends a claim whose node is gone. What it had only claimed ahead is put
// back.
func (l *Ledger) lose(ctx context.Context, tx *sql.Tx, now time.Time, c claimOf, hold bool) (n int64, err error) {
	lost := change{state: Retry, next: store.Millis(now), attempts: 1, doubts: 1, answer: neverSeen}
	if hold {
		lost.state, lost.next, lost.end = InDoubt, 0, store.Millis(now)
	}
	if ahead := (span{max(c.begun+1, c.first), c.last}); !c.empty() {
		if _, err := l.writeOutSpan(ctx, tx, c.edition, ahead, change{state: Pending, next: store.Millis(now)}); err != nil {
			return 0, err
		}
		c.last = min(c.begun, c.last)
	}
	var held []Job
	if hold {
		if held, err = l.claimedBy(ctx, tx, c); err != nil {
			return 0, fmt.Errorf("hold in doubt: %w", err)
		}
	}
	if !c.empty() {
		n, err = l.writeOutSpan(ctx, tx, c.edition, c.span, lost)
	} else {
		n, err = affected(tx.ExecContext(ctx, sqlLose, c.id, string(lost.state), lost.next, lost.end))
	}
	if err != nil {
		return 0, fmt.Errorf("end lost claim: %w", err)
	}
	records := l.recorder(tx, now, "")
	for _, j := range held {
		if err := records.held(ctx, j); err != nil {
			return 0, fmt.Errorf("hold in doubt: %w", err)
		}
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM claims WHERE id = $1", c.id); err != nil {
		return 0, fmt.Errorf("end lost claim: %w", err)
	}
	return n, nil
}

const sqlLose = `
	UPDATE deliveries SET state = $2, next_at = $3, done_at = $4, claim = 0, attempts = attempts + 1, doubts = doubts + 1, answer = '` + neverSeen + `'
	WHERE claim = $1 AND claim > 0`

// claimedBy reads what is open of a claim, as far as holding it in doubt needs.
func (l *Ledger) claimedBy(ctx context.Context, tx *sql.Tx, c claimOf) ([]Job, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT claimed.edition, claimed.subscriber, claimed.content, s.id FROM `+sqlClaimed(l.db, c.claimed)+` AS claimed
		JOIN subscriptions s ON s.subscriber = claimed.subscriber AND s.newsletter = $3`, append(c.args(), c.newsletter)...)
	if err != nil {
		return nil, err
	}
	return scanDoubted(rows)
}

// sqlClaimed is a table of a claim's open deliveries. Its $1 and $2 are what
// [claimed.args] gives.
func sqlClaimed(db *store.DB, c claimed) string {
	if c.empty() {
		return "(SELECT * FROM deliveries WHERE claim = $1 AND claim > 0 AND CAST($2 AS BIGINT) = 0)"
	}
	return sqlListed(db, ofSpan)
}

func (c claimed) args() []any {
	if c.empty() {
		return []any{c.id, 0}
	}
	return []any{c.first, c.last}
}

// tooLate is what stands for the answer of a mail that expired.
const tooLate = "it could not be sent in time"

const (
	orTooLate      = "CASE WHEN answer = '' THEN '" + tooLate + "' ELSE answer END"
	sqlExpireLater = `
		UPDATE deliveries SET state = 'expired', done_at = $1, next_at = 0, answer = ` + orTooLate + `
		WHERE id IN (SELECT id FROM deliveries WHERE next_at > 0 AND expires_at <= $1 LIMIT $2 + 0) AND next_at + 0 > 0`
	sqlExpireNotices = `
		UPDATE notices SET state = 'expired', done_at = $1, answer = ` + orTooLate + ` WHERE state IN ('pending', 'retry') AND expires_at <= $1`
	// sqlOverdue tells what has come to its end: an edition with such deliveries
	// since they were opened (0: none), and whether there are others. MIN and not
	// EXISTS: PostgreSQL, which may know nothing of the table yet, would hope to
	// meet one soon and pass over all of it.
	sqlOverdue = `
		SELECT COALESCE((SELECT MIN(edition) FROM fresh WHERE expires_at <= $1), 0),
			COALESCE((SELECT MIN(expires_at) FROM deliveries WHERE next_at > 0) <= $1, FALSE),
			EXISTS (SELECT 1 FROM notices WHERE state IN ('pending', 'retry') AND expires_at <= $1)`
)

// Expire ends what could not be delivered in time (P7) and returns how many.
func (l *Ledger) Expire(ctx context.Context, now time.Time) (n int64, err error) {
	for {
		// Mostly there's none: then nobody waits for the right to write.
		var edition int64
		var later, notices bool
		err := l.db.Read().QueryRowContext(ctx, sqlOverdue, store.Millis(now)).Scan(&edition, &later, &notices)
		if err != nil {
			return n, fmt.Errorf("look for what expires: %w", err)
		}
		if edition == 0 && !later && !notices {
			return n, nil
		}
		var some int64
		err = l.db.Write(ctx, func(tx *sql.Tx) error {
			some, err = l.expireSome(ctx, tx, now, edition)
			return err
		})
		if err != nil {
			return n, fmt.Errorf("expire: %w", err)
		}
		n += some
		l.db.GiveWay(ctx)
	}
}

// expireSome expires no more than one transaction should.
func (l *Ledger) expireSome(ctx context.Context, tx *sql.Tx, now time.Time, edition int64) (n int64, err error) {
	at := store.Millis(now)
	if edition != 0 {
		s, err := l.take(ctx, tx, edition, controlChunk, 0, at)
		if err != nil {
			return 0, err
		}
		if n, err = l.writeOutSpan(ctx, tx, edition, s, change{state: Expired, answer: tooLate, end: at}); err != nil {
			return 0, err
		}
	}
	later, err := affected(tx.ExecContext(ctx, sqlExpireLater, at, controlChunk))
	if err != nil {
		return 0, err
	}
	others, err := affected(tx.ExecContext(ctx, sqlExpireNotices, at))
	return n + later + others, err
}
