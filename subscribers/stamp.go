package subscribers

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"fmt"
	"time"

	"dailytip/store"
)

// stampTail is how many bits of a stamp's number don't tell the time: they keep
// apart the forms that were made in the same millisecond.
const stampTail = 21

// NewStamp returns the token of a form that is made now.
func (t *Tokens) NewStamp(now time.Time) string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	tail := int64(binary.LittleEndian.Uint32(b[:]) & (1<<stampTail - 1))
	return t.Make(FormStamp, now.UnixMilli()<<stampTail|tail)
}

// StampMade returns when the form of a token was made, or [ErrToken].
func (t *Tokens) StampMade(stamp string) (time.Time, error) {
	number, err := t.Check(FormStamp, stamp)
	return time.UnixMilli(number >> stampTail), err
}

// SpendStamp takes a good stamp out of use for a request. It returns false when
// it was used for another one before; a form that is sent twice is the same. A
// stamp is too old by itself once life has gone by since it was made.
func (l *List) SpendStamp(ctx context.Context, tx *sql.Tx, now time.Time, stamp string, life time.Duration, r Request) (bool, error) {
	number, err := l.tokens.Check(FormStamp, stamp)
	if err != nil {
		return false, err
	}
	use := l.hash("stamp/"+r.Newsletter, r.Address)
	if _, err := tx.ExecContext(ctx, "DELETE FROM spent WHERE until <= $1", store.Millis(now)); err != nil {
		return false, fmt.Errorf("forget old stamps: %w", err)
	}
	res, err := tx.ExecContext(ctx, "INSERT INTO spent (number, use, until) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
		number, use, store.Millis(time.UnixMilli(number>>stampTail).Add(life+time.Millisecond)))
	if err != nil {
		return false, fmt.Errorf("spend a stamp: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return n == 1, err
	}
	var before string
	if err := tx.QueryRowContext(ctx, "SELECT use FROM spent WHERE number = $1", number).Scan(&before); err != nil {
		return false, fmt.Errorf("spend a stamp: %w", err)
	}
	return before == use, nil
}
