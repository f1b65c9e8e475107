package editions

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dailytip/store"
)

// Vote is a reader's answer to whether a tip was useful.
type Vote struct {
	Edition    int64
	Tip        string
	Subscriber int64
	Useful     bool
}

// Tally counts votes.
type Tally struct{ Useful, Useless int64 }

// ErrNotSent means that an edition has nothing that a reader could vote on.
var ErrNotSent = errors.New("the reader wasn't sent such a tip")

// VoteOf returns a reader's vote, if there is one.
func (s *Editions) VoteOf(ctx context.Context, q store.Queryer, edition, subscriber int64, tip string) (useful, voted bool, err error) {
	err = q.QueryRowContext(ctx, "SELECT useful FROM votes WHERE voter = $1 AND edition = $2 AND tip = $3",
		subscriber, edition, tip).Scan(&useful)
	if errors.Is(err, sql.ErrNoRows) {
		return false, false, nil
	}
	if err != nil {
		return false, false, fmt.Errorf("read vote: %w", err)
	}
	return useful, true, nil
}

// Vote counts a reader's vote on a tip of an edition. Each has one: a second
// takes the place of the first. It reports whether something changed.
func (s *Editions) Vote(ctx context.Context, tx *sql.Tx, now time.Time, v Vote) (changed bool, err error) {
	args := []any{v.Subscriber, v.Edition, v.Tip, v.Useful, store.Millis(now)}
	added, err := affected(tx.ExecContext(ctx, `
		INSERT INTO votes (voter, edition, tip, useful, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (voter, edition, tip) DO NOTHING`, args...))
	if err != nil {
		return false, fmt.Errorf("vote: %w", err)
	}
	chosen, other := added, int64(0)
	if added == 0 {
		turned, err := affected(tx.ExecContext(ctx, `
			UPDATE votes SET useful = $4, at = $5 WHERE voter = $1 AND edition = $2 AND tip = $3 AND useful <> $4`, args...))
		if err != nil {
			return false, fmt.Errorf("vote: %w", err)
		}
		if turned == 0 {
			return false, nil
		}
		chosen, other = 1, -1
	}
	useful, useless := chosen, other
	if !v.Useful {
		useful, useless = other, chosen
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO vote_counts (edition, tip, useful, useless) VALUES ($1, $2, $3, $4)
		ON CONFLICT (edition, tip) DO UPDATE SET useful = vote_counts.useful + excluded.useful, useless = vote_counts.useless + excluded.useless`,
		v.Edition, v.Tip, useful, useless)
	if err != nil {
		return false, fmt.Errorf("count vote: %w", err)
	}
	return true, s.tellVote(ctx, tx, now, v)
}

// EraseVoter forgets which votes were a reader's. They stay counted.
func EraseVoter(ctx context.Context, tx *sql.Tx, voter int64) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM votes WHERE voter = $1", voter); err != nil {
		return fmt.Errorf("erase votes: %w", err)
	}
	return nil
}

// Tallies counts the votes on each tip of some newsletters, over all editions.
func (s *Editions) Tallies(ctx context.Context, newsletters []string) (map[string]Tally, error) {
	if len(newsletters) == 0 {
		return nil, nil
	}
	places, args := store.Listed(newsletters)
	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT v.tip, CAST(SUM(v.useful) AS BIGINT), CAST(SUM(v.useless) AS BIGINT) FROM vote_counts v JOIN editions e ON e.id = v.edition
		WHERE e.newsletter IN (`+places+`) GROUP BY v.tip`, args...)
	all, err := store.CollectMap(rows, err, func(rows *sql.Rows) (tip string, t Tally, err error) {
		err = rows.Scan(&tip, &t.Useful, &t.Useless)
		return tip, t, err
	})
	if err != nil {
		return nil, fmt.Errorf("count votes: %w", err)
	}
	return all, nil
}

// TallyEach counts the votes on all tips of each of some editions, by edition. A few
// hundred at a time: each is a parameter of one statement.
func (s *Editions) TallyEach(ctx context.Context, q store.Queryer, which []int64) (map[int64]Tally, error) {
	places, args := store.Listed(which)
	rows, err := q.QueryContext(ctx, `
		SELECT edition, CAST(SUM(useful) AS BIGINT), CAST(SUM(useless) AS BIGINT) FROM vote_counts
		WHERE edition IN (`+places+`) GROUP BY edition`, args...)
	all, err := store.CollectMap(rows, err, func(rows *sql.Rows) (edition int64, t Tally, err error) {
		err = rows.Scan(&edition, &t.Useful, &t.Useless)
		return edition, t, err
	})
	if err != nil {
		return nil, fmt.Errorf("count votes: %w", err)
	}
	return all, nil
}
