package subscribers

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"dailytip/store"
)

// UnconfirmedLife is how long a sign-up waits for its confirmation, counted from
// the last time that somebody asked for it.
const UnconfirmedLife = 30 * 24 * time.Hour

// pruneStep is how many people one call of [List.Prune] forgets at most.
const pruneStep = 500

// Pruned is what one step of [List.Prune] did.
type Pruned struct {
	People    int     // whose sign-ups ended
	Forgotten []int64 // those of them of whom there was nothing else
}

// PruneDue tells whether there is something for [List.Prune] to do.
func (l *List) PruneDue(ctx context.Context, now time.Time) (due bool, err error) {
	err = l.db.Read().QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM subscriptions WHERE state = 'pending' AND asked_at > 0 AND asked_at <= $1) OR EXISTS (SELECT 1 FROM asked WHERE last_at <= $1)`,
		store.Millis(now.Add(-UnconfirmedLife))).Scan(&due)
	if err != nil {
		return false, fmt.Errorf("look for old sign-ups: %w", err)
	}
	return due, nil
}

// Prune ends sign-ups that nobody has confirmed in time: who had left, or is
// suppressed, is that again, and of whom there's nothing else is forgotten. It
// takes a small step; the next call goes on.
func (l *List) Prune(ctx context.Context, tx *sql.Tx, now time.Time) (pruned Pruned, err error) {
	before := store.Millis(now.Add(-UnconfirmedLife))
	people, err := l.unconfirmed(ctx, tx, before)
	if err != nil {
		return pruned, fmt.Errorf("read old sign-ups: %w", err)
	}
	pruned.People = len(people)
	for _, id := range people {
		forgotten, err := l.prunePerson(ctx, tx, now, before, id)
		if err != nil {
			return pruned, err
		}
		if forgotten {
			pruned.Forgotten = append(pruned.Forgotten, id)
		}
	}
	// A count that is over counts for nothing any more.
	_, err = tx.ExecContext(ctx, `
		DELETE FROM asked WHERE email_hash IN (SELECT email_hash FROM asked WHERE last_at <= $1 ORDER BY last_at LIMIT $2) AND last_at <= $1`,
		before, pruneStep)
	if err != nil {
		return pruned, fmt.Errorf("forget how often was asked: %w", err)
	}
	return pruned, nil
}

// unconfirmed returns people with old sign-ups. On PostgreSQL their rows are
// locked: who is about to sign up again waits, or isn't among them.
func (l *List) unconfirmed(ctx context.Context, tx *sql.Tx, before int64) (people []int64, err error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT id FROM subscribers
		WHERE id IN (SELECT subscriber FROM subscriptions WHERE state = 'pending' AND asked_at > 0 AND asked_at <= $1 ORDER BY asked_at LIMIT $2)`+l.db.SkipLocked("subscribers"),
		before, pruneStep)
	return store.Collect(rows, err, store.Column[int64])
}

const oldSignUp = "subscriber = $1 AND state = 'pending' AND asked_at > 0 AND asked_at <= $2"

// sqlEndPending makes pending subscriptions what they were before, where they were
// anything.
const sqlEndPending = `
	UPDATE subscriptions SET state = CASE WHEN state_before = 'unsubscribed' THEN state_before ELSE 'suppressed' END,
		state_before = CASE WHEN state_before = 'unsubscribed' THEN '' ELSE state_before END
	WHERE state = 'pending' AND state_before <> '' AND `

// isGone is a condition that person $1 has just been forgotten.
const isGone = " AND NOT EXISTS (SELECT 1 FROM subscribers WHERE id = $1)"

// prunePerson ends one person's old sign-ups, and tells whether the person is
// forgotten.
func (l *List) prunePerson(ctx context.Context, tx *sql.Tx, now time.Time, before, id int64) (forgotten bool, err error) {
	person, err := l.toTell(ctx, tx, id)
	if err != nil {
		return false, err
	}
	newsletters, err := l.everIn(ctx, tx, id)
	if err != nil {
		return false, err
	}
	var changed [7]int64
	for i, step := range []struct {
		text string
		args []any
	}{
		{sqlEndPending + oldSignUp, []any{id, before}},
		{"DELETE FROM subscriptions WHERE " + oldSignUp, []any{id, before}},
		{`DELETE FROM subscribers WHERE id = $1 AND suppressed_at = 0
			AND NOT EXISTS (SELECT 1 FROM subscriptions WHERE subscriber = $1)`, []any{id}},
		{sqlKeepEvents + isGone + keepGrowth, []any{id}},
		{`DELETE FROM subscription_events WHERE subscriber = $1` + isGone, []any{id}},
		{sqlKeepBounces + isGone + keepGrowth, []any{id}},
		{`DELETE FROM bounces WHERE subscriber = $1` + isGone, []any{id}},
	} {
		res, err := tx.ExecContext(ctx, step.text, step.args...)
		if err == nil {
			changed[i], err = res.RowsAffected()
		}
		if err != nil {
			return false, fmt.Errorf("prune sign-up: %w", err)
		}
	}
	back, forgotten := changed[0] > 0, changed[2] > 0
	if back && !forgotten {
		if err := l.note(ctx, tx, now, id, "", unconfirmed, ""); err != nil {
			return false, err
		}
	}
	if forgotten {
		return true, l.tellErased(ctx, tx, now, person, newsletters)
	}
	return false, l.tellEnded(ctx, tx, now, person)
}
