package intake

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"dailytip/store"
)

// worthTelling is how long a door fails before the operator is told: mail servers and
// mailboxes keep what comes back meanwhile.
const worthTelling = 15 * time.Minute

// FailingDoor is a way in that doesn't work.
type FailingDoor struct {
	Name  string
	Since time.Time
	Fault string
}

// Fails notes that a door doesn't work, each time that it's tried.
func (t *Taker) Fails(ctx context.Context, now time.Time, door string, fault error) error {
	text := store.Text(fault.Error())
	err := t.DB.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO failing_doors (name, since, fault) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET fault = excluded.fault`, door, store.Millis(now), text)
		return err
	})
	if err != nil {
		return fmt.Errorf("note that a door fails: %w", err)
	}
	return nil
}

// Works notes that a door works, and tells the operator who was told that it didn't.
// While all is well it writes nothing.
func (t *Taker) Works(ctx context.Context, now time.Time, door string) error {
	var failed bool
	err := t.DB.Read().QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM failing_doors WHERE name = $1)", door).Scan(&failed)
	if err == nil && failed {
		err = t.DB.Write(ctx, func(tx *sql.Tx) error { return t.works(ctx, tx, now, door) })
	}
	if err != nil {
		return fmt.Errorf("note that a door works: %w", err)
	}
	return nil
}

func (t *Taker) works(ctx context.Context, tx *sql.Tx, now time.Time, door string) error {
	var since, told int64
	err := tx.QueryRowContext(ctx, "DELETE FROM failing_doors WHERE name = $1 RETURNING since, told_at", door).Scan(&since, &told)
	if errors.Is(err, sql.ErrNoRows) || err == nil && told == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	return t.Ledger.TellOperator(ctx, tx, now, t.Newsletter, "bounces are taken again: "+door, fmt.Sprintf(
		"What comes back is taken again by %s since %s. It couldn't be since %s.\n", door, stamp(now), stamp(store.Time(since))))
}

// OnlyDoors forgets what was noted of doors that are in use no more. That one of the
// others fails stays noted until it works.
func (t *Taker) OnlyDoors(ctx context.Context, inUse ...string) error {
	failing, err := t.FailingDoors(ctx)
	if err != nil {
		return err
	}
	failing = slices.DeleteFunc(failing, func(d FailingDoor) bool { return slices.Contains(inUse, d.Name) })
	if len(failing) == 0 {
		return nil
	}
	return t.DB.Write(ctx, func(tx *sql.Tx) error {
		for _, d := range failing {
			if _, err := tx.ExecContext(ctx, "DELETE FROM failing_doors WHERE name = $1", d.Name); err != nil {
				return err
			}
		}
		return nil
	})
}

// FailingDoors returns the doors that don't work, in the order of their names.
func (t *Taker) FailingDoors(ctx context.Context) ([]FailingDoor, error) {
	return t.failingDoors(ctx, "TRUE")
}

func (t *Taker) failingDoors(ctx context.Context, where string, args ...any) (all []FailingDoor, err error) {
	rows, err := t.DB.Read().QueryContext(ctx, "SELECT name, since, fault FROM failing_doors WHERE "+where+" ORDER BY name", args...)
	all, err = store.Collect(rows, err, func(rows *sql.Rows) (d FailingDoor, err error) {
		var at int64
		err = rows.Scan(&d.Name, &at, &d.Fault)
		d.Since = store.Time(at)
		return d, err
	})
	if err != nil {
		return nil, fmt.Errorf("read which doors fail: %w", err)
	}
	return all, nil
}

// tellDoors tells the operator, once, of doors that have failed for a while.
func (t *Taker) tellDoors(ctx context.Context, now time.Time) error {
	due, err := t.failingDoors(ctx, "since <= $1 AND told_at = 0", store.Millis(now.Add(-worthTelling)))
	if err != nil || len(due) == 0 {
		return err
	}
	return t.DB.Write(ctx, func(tx *sql.Tx) error {
		for _, d := range due {
			res, err := tx.ExecContext(ctx, "UPDATE failing_doors SET told_at = $2 WHERE name = $1 AND told_at = 0", d.Name, store.Millis(now))
			if err != nil {
				return err
			}
			if n, err := res.RowsAffected(); err != nil || n == 0 { // another node was first, or it works
				return err
			}
			err = t.Ledger.TellOperator(ctx, tx, now, t.Newsletter, "bounces can't be taken: "+d.Name, fmt.Sprintf(
				"What comes back can't be taken by %s since %s:\n\n    %s\n\nIt's tried again by itself, and nothing is lost as long as the mails stay where they are. But\n"+
					"until then dead addresses go on getting mail. dailytip check tries it now.\n", d.Name, stamp(d.Since), d.Fault))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
