package editions

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dailytip/hooks"
	"dailytip/store"
)

// Editions reads and writes what was chosen and sent. Its methods may be called
// from several goroutines.
type Editions struct {
	db     *store.DB
	ids    *store.IDs
	events *hooks.Outbox
}

// New returns the editions in a migrated database.
func New(db *store.DB) *Editions { return &Editions{db: db, ids: &store.IDs{}} }

// Publish has programs elsewhere told of editions and votes. Set it before they are used.
func (s *Editions) Publish(events *hooks.Outbox) { s.events = events }

// Edition is one newsletter on one local date.
type Edition struct {
	ID         int64
	Newsletter string
	LocalDate  string // YYYY-MM-DD
	OpenedAt   time.Time
	State      string    // Open, Paused, Cancelled
	PrunedAt   time.Time // since when its deliveries are kept no longer; zero: they are there
}

// The states of an edition. Only an open one's deliveries are claimed; nothing
// leads out of cancelled.
const (
	Open      = "open"
	Paused    = "paused"
	Cancelled = "cancelled"
)

var (
	// ErrNoEdition means that a newsletter's edition for a date hasn't been opened.
	ErrNoEdition = errors.New("no such edition")
	// ErrCancelled means that an edition was cancelled, which can't be undone.
	ErrCancelled = errors.New("the edition was cancelled")
)

// Edition returns a newsletter's edition for a date, or [ErrNoEdition].
func (s *Editions) Edition(ctx context.Context, q store.Queryer, newsletter, date string) (Edition, error) {
	e := Edition{Newsletter: newsletter, LocalDate: date}
	var opened, pruned int64
	err := q.QueryRowContext(ctx, "SELECT id, opened_at, state, pruned_at FROM editions WHERE newsletter = $1 AND local_date = $2",
		newsletter, date).Scan(&e.ID, &opened, &e.State, &pruned)
	if errors.Is(err, sql.ErrNoRows) {
		return e, ErrNoEdition
	}
	e.OpenedAt, e.PrunedAt = store.Time(opened), store.Time(pruned)
	return e, err
}

// Newest returns the newest editions, newest first.
func (s *Editions) Newest(ctx context.Context, q store.Queryer, limit int) ([]Edition, error) {
	return read(ctx, q, "ORDER BY local_date DESC, newsletter LIMIT $1", limit)
}

// Since returns the editions of a local date (YYYY-MM-DD) and later, newest first.
func (s *Editions) Since(ctx context.Context, q store.Queryer, date string) ([]Edition, error) {
	return read(ctx, q, "WHERE local_date >= $1 ORDER BY local_date DESC, newsletter", date)
}

// After returns editions in the same order from the one on that follows a date's: of
// one newsletter, or, "", of all. The date "" begins with the newest.
func (s *Editions) After(ctx context.Context, q store.Queryer, newsletter, date, of string, limit int) ([]Edition, error) {
	return read(ctx, q, `WHERE ($1 = '' OR newsletter = $1) AND ($2 = '' OR local_date < $2 OR local_date = $2 AND newsletter > $3)
		ORDER BY local_date DESC, newsletter LIMIT $4`, newsletter, date, of, limit)
}

// read returns those that which chooses and orders.
func read(ctx context.Context, q store.Queryer, which string, args ...any) ([]Edition, error) {
	rows, err := q.QueryContext(ctx, "SELECT id, newsletter, local_date, opened_at, state, pruned_at FROM editions "+which, args...)
	all, err := store.Collect(rows, err, func(rows *sql.Rows) (e Edition, err error) {
		var opened, pruned int64
		err = rows.Scan(&e.ID, &e.Newsletter, &e.LocalDate, &opened, &e.State, &pruned)
		e.OpenedAt, e.PrunedAt = store.Time(opened), store.Time(pruned)
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("read editions: %w", err)
	}
	return all, nil
}

// SetState changes an edition's state from one to another, and tells whether it
// was in that one. A cancelled edition is [ErrCancelled].
func SetState(ctx context.Context, tx *sql.Tx, e Edition, from, to string) (changed bool, err error) {
	n, err := affected(tx.ExecContext(ctx, "UPDATE editions SET state = $1 WHERE id = $2 AND state = $3", to, e.ID, from))
	if err != nil || n > 0 {
		return n > 0, err
	}
	return false, UnlessCancelled(ctx, tx, e.ID)
}

// Cancel ends an edition for good, or returns [ErrCancelled] when it has been.
func Cancel(ctx context.Context, tx *sql.Tx, e Edition) error {
	n, err := affected(tx.ExecContext(ctx, "UPDATE editions SET state = $1 WHERE id = $2 AND state <> $1", Cancelled, e.ID))
	if err == nil && n == 0 {
		return ErrCancelled
	}
	return err
}

// UnlessCancelled returns [ErrCancelled] for a cancelled edition.
func UnlessCancelled(ctx context.Context, q store.Queryer, edition int64) error {
	var state string
	if err := q.QueryRowContext(ctx, "SELECT state FROM editions WHERE id = $1", edition).Scan(&state); err != nil {
		return fmt.Errorf("read edition: %w", err)
	}
	if state == Cancelled {
		return ErrCancelled
	}
	return nil
}

// Opened tells whether a date's edition is there.
func (s *Editions) Opened(ctx context.Context, newsletter, date string) (bool, error) {
	_, err := s.Edition(ctx, s.db.Read(), newsletter, date)
	if errors.Is(err, ErrNoEdition) {
		return false, nil
	}
	return err == nil, err
}

// CancelledOn tells whether a date's edition was cancelled: its tip goes into no
// week's mail either.
func (s *Editions) CancelledOn(ctx context.Context, newsletter, date string) (bool, error) {
	e, err := s.Edition(ctx, s.db.Read(), newsletter, date)
	if errors.Is(err, ErrNoEdition) {
		return false, nil
	}
	return e.State == Cancelled, err
}

// Begin notes when sending an edition began, in ms, unless that changed since it
// was read: then another node was first.
func Begin(ctx context.Context, tx *sql.Tx, edition, at, began, ended int64) (bool, error) {
	n, err := affected(tx.ExecContext(ctx, `
		UPDATE editions SET began_at = $2, ended_at = 0, first_began_at = CASE WHEN first_began_at = 0 THEN $2 ELSE first_began_at END
		WHERE id = $1 AND began_at = $3 AND ended_at = $4`, edition, at, began, ended))
	return n > 0, err
}

// End notes when nothing of an edition that began at an instant was left, in ms,
// unless another node was first.
func End(ctx context.Context, tx *sql.Tx, edition, at, began int64) (bool, error) {
	n, err := affected(tx.ExecContext(ctx, "UPDATE editions SET ended_at = $2 WHERE id = $1 AND began_at = $3 AND ended_at = 0", edition, at, began))
	return n > 0, err
}

func affected(res sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
