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

// A form on our own page carries a token, which tells when the form was made and
// counts once.

// formTokenTail is how many bits of a form token's number don't tell the time: they
// keep apart the forms that were made in the same millisecond.
const formTokenTail = 21

// NewFormToken returns the token of a form that is made now.
func (t *Tokens) NewFormToken(now time.Time) string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	tail := int64(binary.LittleEndian.Uint32(b[:]) & (1<<formTokenTail - 1))
	return t.Make(FormToken, now.UnixMilli()<<formTokenTail|tail)
}

// FormTokenTime returns when the form with a token was made, or [ErrToken].
func (t *Tokens) FormTokenTime(token string) (time.Time, error) {
	number, err := t.Check(FormToken, token)
	return time.UnixMilli(number >> formTokenTail), err
}

// UseFormToken uses a form's token up for a request. It returns false when it was
// used for another request before; a form that is sent twice is the same request.
// After its life, counted from when it was made, a token needn't be remembered.
func (l *List) UseFormToken(ctx context.Context, tx *sql.Tx, now time.Time, token string, life time.Duration, r Request) (bool, error) {
	number, err := l.tokens.Check(FormToken, token)
	if err != nil {
		return false, err
	}
	use := l.hash("form/"+r.Newsletter, r.Address)
	if _, err := tx.ExecContext(ctx, "DELETE FROM spent WHERE until <= $1", store.Millis(now)); err != nil {
		return false, fmt.Errorf("forget old form tokens: %w", err)
	}
	res, err := tx.ExecContext(ctx, "INSERT INTO spent (number, use, until) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
		number, use, store.Millis(time.UnixMilli(number>>formTokenTail).Add(life+time.Millisecond)))
	if err != nil {
		return false, fmt.Errorf("use a form token: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return n == 1, err
	}
	var before string
	if err := tx.QueryRowContext(ctx, "SELECT use FROM spent WHERE number = $1", number).Scan(&before); err != nil {
		return false, fmt.Errorf("use a form token: %w", err)
	}
	return before == use, nil
}
