package admins

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
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
	SeenAt, EndsAt time.Time
	hash           string
	mark           string
}

// ErrNoSession means that nobody is signed in with what a browser shows.
var ErrNoSession = errors.New("nobody is signed in")

// Begin signs somebody in, and returns what their browser is to show. before is what it
// has shown so far: that session ends. So does each that the provider began for the same
// person in another role, for it says now that they haven't that role any more.
func (a *Admins) Begin(ctx context.Context, now time.Time, who Who, before string) (s Session, token string, err error) {
	life := passwordLife
	if who.Way == ByOIDC {
		life = oidcLife
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails: crypto/rand ends the program instead
	token = base64.RawURLEncoding.EncodeToString(secret)
	s = Session{Who: who, SeenAt: now, EndsAt: now.Add(life), hash: digest(token), mark: a.mark(who)}
	err = a.DB.Write(ctx, func(tx *sql.Tx) error {
		if err := end(ctx, tx, digest(before)); err != nil {
			return err
		}
		if who.Way == ByOIDC {
			if err := endOthers(ctx, tx, who); err != nil {
				return err
			}
		}
		// began_at is for whoever looks with SQL.
		_, err := tx.ExecContext(ctx, `
			INSERT INTO admin_sessions (hash, way, person, name, role, mark, began_at, seen_at, ends_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)`,
			s.hash, who.Way, who.ID, who.Name, who.Role, s.mark, store.Millis(now), store.Millis(s.EndsAt))
		if err != nil {
			return fmt.Errorf("begin session: %w", err)
		}
		return a.write(ctx, tx, Entry{At: now, Who: who, Action: SignIn, Outcome: Done})
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
	return now.Before(s.EndsAt) && now.Before(s.SeenAt.Add(Idle)) && a.allows(s)
}

// allows tells whether the configuration lets a session's person in as it did when the
// session began.
func (a *Admins) allows(s Session) bool { return s.mark != "" && s.mark == a.mark(s.Who) }

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

// EndAll ends whatever sessions somebody has who isn't let in any more.
func (a *Admins) EndAll(ctx context.Context, who Who) error {
	who.Role = "" // which no session has
	return a.DB.Write(ctx, func(tx *sql.Tx) error { return endOthers(ctx, tx, who) })
}

// endOthers ends somebody's sessions in other roles than the one that they have now.
func endOthers(ctx context.Context, tx *sql.Tx, who Who) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM admin_sessions WHERE way = $1 AND person = $2 AND role <> $3", who.Way, who.ID, who.Role); err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return nil
}

func end(ctx context.Context, tx *sql.Tx, hash string) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM admin_sessions WHERE hash = $1", hash); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// Revoke ends the sessions that the configuration allows no longer: of people who have
// another password or role in it, or aren't there. It's done when a configuration comes
// into force, so that a session doesn't come back to life with somebody's old password.
// Where the configuration names nobody there are no such pages, and other daemons on the
// database may have them: no session is touched.
func (a *Admins) Revoke(ctx context.Context) error {
	if a.Nobody() {
		return nil
	}
	all, err := a.sessions(ctx)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, a.allows)
	if len(all) == 0 {
		return nil
	}
	return a.DB.Write(ctx, func(tx *sql.Tx) error {
		for _, s := range all {
			if err := end(ctx, tx, s.hash); err != nil {
				return err
			}
		}
		return nil
	})
}

func (a *Admins) sessions(ctx context.Context) (all []Session, err error) {
	rows, err := a.DB.Read().QueryContext(ctx, "SELECT "+columns+" FROM admin_sessions")
	all, err = store.Collect(rows, err, func(rows *sql.Rows) (Session, error) { return scan(rows) })
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	return all, nil
}

// ForgetSessions forgets those whose time is over, whatever daemon began them.
func (a *Admins) ForgetSessions(ctx context.Context, now time.Time) error {
	return a.DB.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM admin_sessions WHERE ends_at <= $1 OR seen_at <= $2", store.Millis(now), store.Millis(now.Add(-Idle)))
		if err != nil {
			return fmt.Errorf("forget sessions: %w", err)
		}
		return nil
	})
}

const columns = "hash, way, person, name, role, mark, seen_at, ends_at"

func scan(row interface{ Scan(dest ...any) error }) (s Session, err error) {
	var seen, ends int64
	if err := row.Scan(&s.hash, &s.Way, &s.ID, &s.Name, &s.Role, &s.mark, &seen, &ends); err != nil {
		return s, err
	}
	s.SeenAt, s.EndsAt = store.Time(seen), store.Time(ends)
	return s, nil
}
