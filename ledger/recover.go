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
const neverSeen = "'handed to the relay; its answer was never seen'"

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
	var lost bool
	if err := l.db.Read().QueryRowContext(ctx, sqlAnyLost, over).Scan(&lost); err != nil {
		return 0, fmt.Errorf("look for lost claims: %w", err)
	}
	if !lost { // looking takes no lock
		return 0, nil
	}
	err = l.db.Write(ctx, func(tx *sql.Tx) error {
		n = 0
		claims, err := l.claimsOf(ctx, tx, "", over)
		if err != nil {
			return err
		}
		for _, c := range claims {
			lost, err := l.lose(ctx, tx, now, c, slices.Contains(hold, c.newsletter))
			if err != nil {
				return err
			}
			n += lost
		}
		again, err := affected(tx.ExecContext(ctx, `
			UPDATE notices SET state = 'retry', doubts = doubts + 1, owner = '', lease_until = 0, next_at = $1, answer = `+neverSeen+`
			WHERE state = 'sending' AND lease_until <= $2`, store.Millis(now), over))
		if err != nil {
			return fmt.Errorf("resend in doubt: %w", err)
		}
		n += again
		return nil
	})
	return n, err
}

const sqlAnyLost = `
	SELECT EXISTS (SELECT 1 FROM claims WHERE lease_until <= $1)
		OR EXISTS (SELECT 1 FROM notices WHERE state = 'sending' AND lease_until <= $1)`

// unbegun puts back what a claim had ahead, and returns the rest of it.
func unbegun(ctx context.Context, tx *sql.Tx, now time.Time, c claimOf) (claimOf, error) {
	if c.empty() || c.begun >= c.last {
		return c, nil
	}
	_, err := tx.ExecContext(ctx, sqlUnbegun, store.Millis(now), max(c.begun+1, c.first), c.last)
	if err != nil {
		return c, fmt.Errorf("put back what was claimed ahead: %w", err)
	}
	c.last = c.begun
	return c, nil
}

const sqlUnbegun = "UPDATE deliveries SET next_at = $1 WHERE id >= $2 AND id <= $3 AND " + isFresh

// lose ends a claim whose node is gone.
func (l *Ledger) lose(ctx context.Context, tx *sql.Tx, now time.Time, c claimOf, hold bool) (n int64, err error) {
	if c, err = unbegun(ctx, tx, now, c); err != nil {
		return 0, err
	}
	state, next, done := Retry, store.Millis(now), int64(0)
	if hold {
		state, next, done = InDoubt, 0, store.Millis(now)
		if err := l.holdCourses(ctx, tx, now, c); err != nil {
			return 0, fmt.Errorf("hold in doubt: %w", err)
		}
	}
	_, args := c.open(4)
	n, err = affected(tx.ExecContext(ctx, sqlLose(c.claimed), append([]any{string(state), next, done}, args...)...))
	if err != nil {
		return 0, fmt.Errorf("end lost claim: %w", err)
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM claims WHERE id = $1", c.id); err != nil {
		return 0, fmt.Errorf("end lost claim: %w", err)
	}
	return n, nil
}

// holdCourses does for a lost claim what follows from its mails being held.
func (l *Ledger) holdCourses(ctx context.Context, tx *sql.Tx, now time.Time, c claimOf) error {
	where, args := c.open(2)
	rows, err := tx.QueryContext(ctx, `
		SELECT deliveries.edition, deliveries.subscriber, deliveries.content, s.id FROM deliveries
		JOIN subscriptions s ON s.subscriber = deliveries.subscriber AND s.newsletter = $1 WHERE `+where, append([]any{c.newsletter}, args...)...)
	if err != nil {
		return err
	}
	jobs, err := scanDoubted(rows)
	if err != nil {
		return err
	}
	records := l.recorder(tx, now, "")
	for _, j := range jobs {
		if err := records.held(ctx, j); err != nil {
			return err
		}
	}
	return nil
}

func sqlLose(c claimed) string {
	where, _ := c.open(4)
	return `
		UPDATE deliveries SET state = $1, next_at = $2, done_at = $3, claim = 0, attempts = attempts + 1, doubts = doubts + 1, answer = ` + neverSeen + `
		WHERE ` + where
}

// tooLate is what stands for the answer of a mail that expired.
const tooLate = "CASE WHEN answer = '' THEN 'it could not be sent in time' ELSE answer END"

const (
	sqlExpireFresh = `
		UPDATE deliveries SET state = 'expired', done_at = $1, answer = ` + tooLate + ` WHERE id >= $2 AND id <= $3 AND ` + isFresh
	sqlExpireLater = `
		UPDATE deliveries SET state = 'expired', done_at = $1, next_at = 0, answer = ` + tooLate + `
		WHERE id IN (SELECT id FROM deliveries WHERE next_at > 0 AND expires_at <= $1 LIMIT $2 + 0) AND next_at + 0 > 0`
	sqlExpireNotices = `
		UPDATE notices SET state = 'expired', done_at = $1, answer = ` + tooLate + ` WHERE state IN ('pending', 'retry') AND expires_at <= $1`
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
		if n, err = affected(tx.ExecContext(ctx, sqlExpireFresh, at, s.first, s.last)); err != nil {
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
