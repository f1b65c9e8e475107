package subscribers

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dailytip/store"
)

// Slot is a group of subscriptions that are due together. The scheduler looks
// at slots, so its work grows with the number of groups and not of readers.
type Slot struct {
	ID         int64
	Newsletter string
	Timezone   string // "": the newsletter's default
	SendAt     string // HH:MM; "": the newsletter's
	Days       Days   // 0: the newsletter's
	Cadence    Cadence
	DoneUntil  time.Time // due instants up to this one have been dealt with
}

// Slots returns all slots of a newsletter, also those that nobody is in any more:
// to look into each of them would cost more than all else that a tick does.
func (l *List) Slots(ctx context.Context, newsletter string) ([]Slot, error) {
	rows, err := l.db.Read().QueryContext(ctx, `
		SELECT id, newsletter, timezone, send_at, days, cadence, done_until FROM slots WHERE newsletter = $1 ORDER BY id`, newsletter)
	slots, err := store.Collect(rows, err, func(rows *sql.Rows) (s Slot, err error) {
		var done int64
		err = rows.Scan(&s.ID, &s.Newsletter, &s.Timezone, &s.SendAt, &s.Days, &s.Cadence, &done)
		s.DoneUntil = store.Time(done)
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("read slots: %w", err)
	}
	return slots, nil
}

// HasReaders tells whether a newsletter has active readers who can be due at an
// instant.
func (l *List) HasReaders(ctx context.Context, newsletter string, due time.Time) (there bool, err error) {
	err = l.db.Read().QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM slots JOIN subscriptions ON subscriptions.slot = slots.id
			WHERE slots.newsletter = $1 AND subscriptions.state = 'active' AND subscriptions.due_after < $2)`,
		newsletter, store.Millis(due)).Scan(&there)
	if err != nil {
		return false, fmt.Errorf("look for readers: %w", err)
	}
	return there, nil
}

// ReadersSince returns the earliest instant after which one of a slot's active
// readers is due, and false when it has none.
func (l *List) ReadersSince(ctx context.Context, slot int64) (time.Time, bool, error) {
	var since sql.NullInt64
	err := l.db.Read().QueryRowContext(ctx, "SELECT MIN(due_after) FROM subscriptions WHERE slot = $1 AND state = 'active'", slot).Scan(&since)
	if err != nil {
		return time.Time{}, false, fmt.Errorf("look for readers: %w", err)
	}
	return store.Time(since.Int64), since.Valid, nil
}

// FinishSlot notes that a slot's due instants up to one have been dealt with.
func FinishSlot(ctx context.Context, tx *sql.Tx, slot int64, until time.Time) error {
	_, err := tx.ExecContext(ctx, "UPDATE slots SET done_until = $1 WHERE id = $2 AND done_until < $1", store.Millis(until), slot)
	if err != nil {
		return fmt.Errorf("finish slot: %w", err)
	}
	return nil
}

// slot finds or makes the slot for these preferences. A new one owes nothing
// for the time before it existed.
func (l *List) slot(ctx context.Context, tx *sql.Tx, now time.Time, newsletter string, p Preferences) (id int64, err error) {
	if p.Cadence == "" {
		p.Cadence = Daily
	}
	// Mostly the slot is there, and looking costs a fraction of making it.
	err = l.often.QueryRow(ctx, tx, sqlFindSlot, newsletter, p.Timezone, p.SendAt, p.Days, p.Cadence).Scan(&id)
	if err == nil {
		return id, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("find slot: %w", err)
	}
	// DO UPDATE and not DO NOTHING: only then RETURNING gives the row that was there.
	err = tx.QueryRowContext(ctx, `
		INSERT INTO slots (id, newsletter, timezone, send_at, days, cadence, done_until)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (newsletter, timezone, send_at, days, cadence) DO UPDATE SET newsletter = excluded.newsletter
		RETURNING id`,
		l.ids.New(now), newsletter, p.Timezone, p.SendAt, p.Days, p.Cadence, store.Millis(now)).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("find slot: %w", err)
	}
	return id, nil
}

// moveSlots puts each of a person's subscriptions into the slot that it belongs to
// now: the zone is the person's everywhere, the other preferences are for one
// newsletter. Who changes slots is due only for later instants.
func (l *List) moveSlots(ctx context.Context, tx *sql.Tx, now time.Time, s *Subscriber, newsletter string, p Preferences) error {
	for _, sub := range s.Subscriptions {
		prefs := s.PreferencesIn(sub)
		prefs.Timezone = p.Timezone
		if sub.Newsletter == newsletter {
			prefs = p
		}
		slot, err := l.slot(ctx, tx, now, sub.Newsletter, prefs)
		if err != nil {
			return err
		}
		if slot == sub.Slot.ID {
			continue
		}
		if _, err := tx.ExecContext(ctx, "UPDATE subscriptions SET slot = $1, due_after = $2 WHERE id = $3", slot, store.Millis(now), sub.ID); err != nil {
			return fmt.Errorf("change slots: %w", err)
		}
	}
	return nil
}
