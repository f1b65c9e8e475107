package admins

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"dailytip/store"
)

// How long somebody stays signed in: so long without a request, and so long in all. A
// provider's word holds for a day's work, for it tells nobody that it let somebody go.
const (
	Idle         = 12 * time.Hour
	passwordLife = 14 * 24 * time.Hour
	oidcLife     = 12 * time.Hour
)

// seenEvery is how often a session's use is written down, at most.
const seenEvery = time.Minute

// Session is somebody who is signed in, in one browser.
type Session struct {
	Who
	BeganAt, SeenAt, EndsAt time.Time
	hash                    string
	mark                    string
}

// ErrNoSession means that nobody is signed in with what a browser shows.
var ErrNoSession = errors.New("nobody is signed in")

// Begin signs somebody in, and returns what their browser is to show. before is what it
// has shown so far: that session ends.
func (a *Admins) Begin(ctx context.Context, now time.Time, who Who, before string) (s Session, token string, err error) {
	life := passwordLife
	if who.Way == ByOIDC {
		life = oidcLife
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails: crypto/rand ends the program instead
	token = base64.RawURLEncoding.EncodeToString(secret)
	s = Session{Who: who, BeganAt: now, SeenAt: now, EndsAt: now.Add(life), hash: digest(token), mark: a.mark(who)}
	err = a.DB.Write(ctx, func(tx *sql.Tx) error {
		if err := end(ctx, tx, digest(before)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO admin_sessions (hash, way, person, name, role, mark, began_at, seen_at, ends_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)`,
			s.hash, who.Way, who.ID, who.Name, who.Role, s.mark, store.Millis(now), store.Millis(s.EndsAt))
		if err != nil {
			return fmt.Errorf("begin session: %w", err)
		}
		e := Entry{At: now, Who: who, Action: SignIn, Outcome: Done}
		if who.Way == ByOIDC {
			e.Detail = who.ID // what they are called there may change
		}
		return a.write(ctx, tx, e)
	})
	return s, token, err
}

// Find returns the session of what a browser shows, or [ErrNoSession].
func (a *Admins) Find(ctx context.Context, now time.Time, token string) (Session, error) {
	if token == "" {
		return Session{}, ErrNoSession
	}
	s, err := scan(a.DB.Read().QueryRowContext(ctx, "SELECT "+columns+" FROM admin_sessions WHERE hash = $1", digest(token)))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Session{}, ErrNoSession
	case err != nil:
		return Session{}, fmt.Errorf("read session: %w", err)
	case !a.live(now, s):
		return Session{}, ErrNoSession
	}
	return s, nil
}

// live tells whether a session hasn't ended.
func (a *Admins) live(now time.Time, s Session) bool {
	return now.Before(s.EndsAt) && now.Before(s.SeenAt.Add(Idle)) && s.mark != "" && s.mark == a.mark(s.Who)
}

// Seen notes that a session's person did something, at most once a minute.
func (a *Admins) Seen(ctx context.Context, now time.Time, s Session) error {
	if now.Sub(s.SeenAt) < seenEvery {
		return nil
	}
	return a.DB.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE admin_sessions SET seen_at = $1 WHERE hash = $2 AND seen_at < $1", store.Millis(now), s.hash); err != nil {
			return fmt.Errorf("note a session's use: %w", err)
		}
		return nil
	})
}

// End signs somebody out.
func (a *Admins) End(ctx context.Context, now time.Time, s Session) error {
	return a.DB.Write(ctx, func(tx *sql.Tx) error {
		if err := end(ctx, tx, s.hash); err != nil {
			return err
		}
		return a.write(ctx, tx, Entry{At: now, Who: s.Who, Action: SignOut, Outcome: Done})
	})
}

func end(ctx context.Context, tx *sql.Tx, hash string) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM admin_sessions WHERE hash = $1", hash); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// ForgetSessions forgets those that have ended. It's done whenever a configuration comes
// into force, so that a session doesn't come back to life with somebody's old password.
func (a *Admins) ForgetSessions(ctx context.Context, now time.Time) error {
	rows, err := a.DB.Read().QueryContext(ctx, "SELECT "+columns+" FROM admin_sessions")
	if err != nil {
		return fmt.Errorf("read sessions: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var ended []string
	for rows.Next() {
		s, err := scan(rows)
		if err != nil {
			return fmt.Errorf("read sessions: %w", err)
		}
		if !a.live(now, s) {
			ended = append(ended, s.hash)
		}
	}
	if err := rows.Err(); err != nil || len(ended) == 0 {
		return err
	}
	return a.DB.Write(ctx, func(tx *sql.Tx) error {
		for _, hash := range ended {
			if err := end(ctx, tx, hash); err != nil {
				return err
			}
		}
		return nil
	})
}

const columns = "hash, way, person, name, role, mark, began_at, seen_at, ends_at"

func scan(row interface{ Scan(dest ...any) error }) (s Session, err error) {
	var began, seen, ends int64
	if err := row.Scan(&s.hash, &s.Way, &s.ID, &s.Name, &s.Role, &s.mark, &began, &seen, &ends); err != nil {
		return s, err
	}
	s.BeganAt, s.SeenAt, s.EndsAt = store.Time(began), store.Time(seen), store.Time(ends)
	return s, nil
}
