package tokens

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"dailytip/store"
)

// Token is what is known of one: all but its secret.
type Token struct {
	ID         int64
	Name       string
	Prefix     string
	Scopes     []Scope
	Newsletter string // the only one that it knows of; "": all
	CreatedAt  time.Time
	ExpiresAt  time.Time // zero: it doesn't
	UsedAt     time.Time // the last time, to the minute; zero: never
	RevokedAt  time.Time // zero: it hasn't been
}

// LiveAt tells whether it is taken.
func (t Token) LiveAt(now time.Time) bool {
	return t.RevokedAt.IsZero() && (t.ExpiresAt.IsZero() || now.Before(t.ExpiresAt))
}

var (
	// ErrInvalid means that a text isn't taken: it's no token, or one that has expired
	// or was revoked.
	ErrInvalid = errors.New("the token isn't valid")
	// ErrTaken means that another token has that name.
	ErrTaken = errors.New("there is a token of that name")
	// ErrLikePrefix means that a name begins as every token's prefix does: it might be
	// another one's.
	ErrLikePrefix = errors.New("a token's name can't begin with " + mark)
	// ErrUnknown means that no token has that name or prefix.
	ErrUnknown = errors.New("there is no such token")
)

// Tokens makes and checks them. Its methods may be called from several goroutines.
type Tokens struct {
	db  *store.DB
	ids store.IDs

	mu   sync.Mutex
	used map[int64]time.Time // when a use was last written down
}

// New returns the tokens of a migrated database.
func New(db *store.DB) *Tokens { return &Tokens{db: db, used: map[int64]time.Time{}} }

// Make makes a token of a name, scopes, a newsletter and an end, and returns its text,
// which nobody can read again.
func (t *Tokens) Make(ctx context.Context, now time.Time, like Token) (made Token, text string, err error) {
	if strings.HasPrefix(like.Name, mark) {
		return made, "", ErrLikePrefix
	}
	text = newText()
	made = like
	made.ID, made.CreatedAt = t.ids.New(now), now
	made.Prefix, _ = prefixOf(text)
	err = t.db.Write(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `
			INSERT INTO tokens (id, name, prefix, hash, scopes, newsletter, created_at, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
			made.ID, made.Name, made.Prefix, hashOf(text), strings.Join(Names(made.Scopes), ","), made.Newsletter, store.Millis(now), store.Millis(made.ExpiresAt))
		if err != nil {
			return fmt.Errorf("make token: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, ErrTaken)
		}
		return nil
	})
	return made, text, err
}

// Every returns all tokens, those first that are taken, each kind by age.
func (t *Tokens) Every(ctx context.Context) (all []Token, err error) {
	rows, err := t.db.Read().QueryContext(ctx, "SELECT "+columns+" FROM tokens ORDER BY CASE WHEN revoked_at = 0 THEN 0 ELSE 1 END, created_at, id")
	all, err = store.Collect(rows, err, func(rows *sql.Rows) (one Token, err error) {
		one, _, err = scan(rows)
		return one, err
	})
	if err != nil {
		return nil, fmt.Errorf("read tokens: %w", err)
	}
	return all, nil
}

// Revoke ends the token with a name or a prefix at once, and returns it, or
// [ErrUnknown].
func (t *Tokens) Revoke(ctx context.Context, now time.Time, name string) (ended Token, err error) {
	err = t.db.Write(ctx, func(tx *sql.Tx) error {
		ended, _, err = scan(tx.QueryRowContext(ctx,
			"UPDATE tokens SET revoked_at = $1 WHERE revoked_at = 0 AND (name = $2 OR prefix = $2) RETURNING "+columns, store.Millis(now), name))
		if errors.Is(err, sql.ErrNoRows) {
			return ErrUnknown
		}
		if err != nil {
			return fmt.Errorf("revoke token: %w", err)
		}
		return nil
	})
	return ended, err
}

// usedEvery is how often a token's use is written down, at most.
const usedEvery = time.Minute

// Check returns the token with a text, or [ErrInvalid]. A text that isn't even written
// like a token costs no look into the database.
func (t *Tokens) Check(ctx context.Context, now time.Time, text string) (Token, error) {
	prefix, ok := prefixOf(text)
	if !ok {
		return Token{}, ErrInvalid
	}
	found, hash, err := scan(t.db.Read().QueryRowContext(ctx, "SELECT "+columns+" FROM tokens WHERE prefix = $1", prefix))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Token{}, fmt.Errorf("check token: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(hashOf(text)), []byte(hash)) == 0 || !found.LiveAt(now) {
		return Token{}, ErrInvalid
	}
	return found, nil
}

// NoteUse writes down when a token was last used, at most once a minute.
func (t *Tokens) NoteUse(ctx context.Context, now time.Time, used Token) error {
	t.mu.Lock()
	last := t.used[used.ID]
	due := now.Sub(last) >= usedEvery && now.Sub(used.UsedAt) >= usedEvery
	if due {
		t.used[used.ID] = now
	}
	t.mu.Unlock()
	if !due {
		return nil
	}
	return t.db.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE tokens SET used_at = $1 WHERE id = $2 AND used_at < $1", store.Millis(now), used.ID); err != nil {
			return fmt.Errorf("note a token's use: %w", err)
		}
		return nil
	})
}

const columns = "id, name, prefix, hash, scopes, newsletter, created_at, expires_at, used_at, revoked_at"

func scan(row interface{ Scan(dest ...any) error }) (t Token, hash string, err error) {
	var scopes string
	var created, expires, used, revoked int64
	if err := row.Scan(&t.ID, &t.Name, &t.Prefix, &hash, &scopes, &t.Newsletter, &created, &expires, &used, &revoked); err != nil {
		return t, "", err
	}
	if t.Scopes, err = ParseScopes(scopes); err != nil {
		return t, "", err
	}
	t.CreatedAt, t.ExpiresAt, t.UsedAt, t.RevokedAt = store.Time(created), store.Time(expires), store.Time(used), store.Time(revoked)
	return t, hash, nil
}
