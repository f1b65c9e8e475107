package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sync"
	"time"

	"dailytip/store"
)

// claimed is a claim: those of its span that have no row yet, or, when that is
// empty, the deliveries that carry its number.
type claimed struct {
	id int64
	span
}

// taken counts the mails of each claim whose outcome this process still owes, so
// that a claim can go as soon as it's empty. It's only a hint: claims that it
// doesn't know go when they're renewed.
type taken struct {
	mu   sync.Mutex
	left map[int64]int // by claim
}

// settle learns, after the commit, of new jobs and of outcomes.
func (t *taken) settle(jobs []Job, ended []claimed) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range ended {
		if t.left[c.id]--; t.left[c.id] <= 0 {
			delete(t.left, c.id)
		}
	}
	for _, j := range jobs {
		if j.claim.id != 0 {
			t.left[j.claim.id]++
		}
	}
}

// empty returns the claims that the outcomes of these jobs seem to empty.
func (t *taken) empty(ended []claimed) []claimed {
	t.mu.Lock()
	defer t.mu.Unlock()
	var empty []claimed
	count := make(map[int64]int, 8)
	for _, c := range ended {
		if count[c.id]++; count[c.id] == t.left[c.id] {
			empty = append(empty, c)
		}
	}
	return empty
}

// known tells whether a claim has jobs out.
func (t *taken) known(id int64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.left[id] > 0
}

// dropClaim ends a claim when nothing of it is open any more.
func (l *Ledger) dropClaim(ctx context.Context, tx *sql.Tx, c claimed) error {
	if _, err := tx.ExecContext(ctx, sqlDropClaim(l.db), c.id, c.first, c.last); err != nil {
		return fmt.Errorf("end claim: %w", err)
	}
	return nil
}

// sqlDropClaim skips a claim that a node just takes for lost: that one ends it,
// and waits for the rows that were written here.
func sqlDropClaim(db *store.DB) string {
	return `
	DELETE FROM claims WHERE id IN (SELECT id FROM claims WHERE id = $1` + db.SkipLocked() + `)
		AND (CAST($2 AS BIGINT) = 0 OR (SELECT COUNT(*) FROM deliveries WHERE id >= $2 AND id <= $3) = CAST($3 AS BIGINT) - $2 + 1)
		AND NOT EXISTS (SELECT 1 FROM deliveries WHERE claim = $1 AND claim > 0)`
}

// claimsOf reads claims: of one owner, or ("") of all whose lease has ended.
func (l *Ledger) claimsOf(ctx context.Context, tx *sql.Tx, owner string, now int64) (claims []claimOf, err error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT id, edition, first_id, last_id, begun, (SELECT newsletter FROM editions WHERE id = claims.edition) FROM claims
		WHERE $1 <> '' AND owner = $1 OR $1 = '' AND lease_until <= $2 ORDER BY id`+l.db.SkipLocked(), owner, now)
	if err != nil {
		return nil, fmt.Errorf("read claims: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var c claimOf
		if err := rows.Scan(&c.id, &c.edition, &c.first, &c.last, &c.begun, &c.newsletter); err != nil {
			return nil, fmt.Errorf("read claims: %w", err)
		}
		claims = append(claims, c)
	}
	return claims, rows.Err()
}

type claimOf struct {
	claimed
	edition    int64
	begun      int64 // the last of its span that may have been sent
	newsletter string
}

// Renew keeps the claims of a node from being taken for lost.
func (l *Ledger) Renew(ctx context.Context, now time.Time, c Claiming) error {
	return l.db.Write(ctx, func(tx *sql.Tx) error {
		until := store.Millis(now.Add(c.Lease))
		if _, err := tx.ExecContext(ctx, "UPDATE claims SET lease_until = $1 WHERE owner = $2", until, c.Owner); err != nil {
			return fmt.Errorf("renew claims: %w", err)
		}
		claims, err := l.claimsOf(ctx, tx, c.Owner, 0)
		if err != nil {
			return err
		}
		for _, claim := range claims {
			if l.taken.known(claim.id) {
				continue
			}
			if err := l.dropClaim(ctx, tx, claim.claimed); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, "UPDATE notices SET lease_until = $1 WHERE state = 'sending' AND owner = $2", until, c.Owner)
		if err != nil {
			return fmt.Errorf("renew claims: %w", err)
		}
		return nil
	})
}

// Disown puts back what a node has claimed without knowing it, because it never
// heard that its transaction was committed. known tells which claims it has.
func (l *Ledger) Disown(ctx context.Context, now time.Time, owner string, known func(Key) bool) error {
	return l.db.Write(ctx, func(tx *sql.Tx) error {
		claims, err := l.claimsOf(ctx, tx, owner, 0)
		if err != nil {
			return err
		}
		for _, c := range claims {
			if err := l.disown(ctx, tx, now, c, known); err != nil {
				return err
			}
		}
		return l.disownNotices(ctx, tx, now, owner, known)
	})
}

func (l *Ledger) disown(ctx context.Context, tx *sql.Tx, now time.Time, c claimOf, known func(Key) bool) error {
	if !c.empty() {
		jobs, err := l.unwritten(ctx, tx, c.edition, c.span)
		if err != nil {
			return err
		}
		stray := slices.DeleteFunc(jobs, func(j Job) bool { return known(j.Key) })
		if _, err := l.writeOut(ctx, tx, stray, change{state: Pending, next: store.Millis(now)}); err != nil {
			return err
		}
		return l.dropClaim(ctx, tx, c.claimed)
	}
	rows, err := tx.QueryContext(ctx, "SELECT id, 0, edition, subscriber FROM deliveries WHERE claim = $1 AND claim > 0", c.id)
	if err != nil {
		return fmt.Errorf("read claims: %w", err)
	}
	stray, err := scanStray(rows, known)
	if err != nil {
		return fmt.Errorf("read claims: %w", err)
	}
	for _, number := range stray {
		if _, err := tx.ExecContext(ctx, "UPDATE deliveries SET claim = 0, next_at = $2 WHERE id = $1", number, store.Millis(now)); err != nil {
			return fmt.Errorf("put back: %w", err)
		}
	}
	return l.dropClaim(ctx, tx, c.claimed)
}

func (l *Ledger) disownNotices(ctx context.Context, tx *sql.Tx, now time.Time, owner string, known func(Key) bool) error {
	rows, err := tx.QueryContext(ctx, "SELECT id, id, 0, subscriber FROM notices WHERE state = 'sending' AND owner = $1", owner)
	if err != nil {
		return fmt.Errorf("read claims: %w", err)
	}
	stray, err := scanStray(rows, known)
	if err != nil {
		return fmt.Errorf("read claims: %w", err)
	}
	for _, id := range stray {
		_, err := tx.ExecContext(ctx, `
			UPDATE notices SET state = 'pending', next_at = $2, attempts = attempts - 1, owner = '', lease_until = 0 WHERE id = $1`,
			id, store.Millis(now))
		if err != nil {
			return fmt.Errorf("put back: %w", err)
		}
	}
	return nil
}

// scanStray reads numbers of rows and their keys, and returns the numbers of
// those that aren't known.
func scanStray(rows *sql.Rows, known func(Key) bool) (stray []int64, err error) {
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var row int64
		var k Key
		if err := rows.Scan(&row, &k.Notice, &k.Edition, &k.Subscriber); err != nil {
			return nil, err
		}
		if !known(k) {
			stray = append(stray, row)
		}
	}
	return stray, rows.Err()
}
