package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"dailytip/store"
)

// AlertPost is an alert on its way to the operator's URL.
type AlertPost struct {
	ID       int64
	At       time.Time // when it was raised
	About    string    // a newsletter, or its notices; "": all of them
	Subject  string
	Text     string
	Attempts int // this one included
}

// PostAlerts has alerts posted to a URL as well as mailed; the daemon takes them by
// [Ledger.NextAlertPost]. Set it before the ledger is used.
func (l *Ledger) PostAlerts() { l.alertPosts = true }

// enqueuePost writes an alert down that is to be posted.
func (l *Ledger) enqueuePost(ctx context.Context, tx *sql.Tx, now time.Time, n Notice) error {
	heading, text, _ := strings.Cut(n.Detail, "\n")
	_, subject, _ := strings.Cut(heading, ": ") // behind whom it's about
	_, err := tx.ExecContext(ctx, "INSERT INTO alert_posts (id, at, about, subject, text, next_at) VALUES ($1, $2, $3, $4, $5, $6)",
		l.ids.New(now), store.Millis(now), n.About, plain(subject), plain(text), store.Millis(n.Start))
	if err != nil {
		return fmt.Errorf("write an alert down: %w", err)
	}
	return nil
}

// alertPostTries is how often an alert is posted, and how long the next try waits
// after each.
var alertPostTries = []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, 0}

// NextAlertPost takes an alert that is to be posted now, and whether this is the last
// try; ok false: there's none. The attempt is written down first, so that whoever dies
// over it, it's tried again.
func (l *Ledger) NextAlertPost(ctx context.Context, now time.Time) (p AlertPost, last, ok bool, err error) {
	var waiting bool // looking takes no lock
	err = l.db.Read().QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM alert_posts WHERE next_at <= $1)", store.Millis(now)).Scan(&waiting)
	if err != nil || !waiting {
		return p, false, false, err
	}
	err = l.db.Write(ctx, func(tx *sql.Tx) error {
		var at int64
		err := tx.QueryRowContext(ctx, "SELECT id, at, about, subject, text, attempts + 1 FROM alert_posts WHERE next_at <= $1 ORDER BY id LIMIT 1"+l.db.SkipLocked("alert_posts"),
			store.Millis(now)).Scan(&p.ID, &at, &p.About, &p.Subject, &p.Text, &p.Attempts)
		if errors.Is(err, sql.ErrNoRows) { // another node was first
			return nil
		}
		if err != nil {
			return err
		}
		p.At, ok, last = store.Time(at), true, p.Attempts >= len(alertPostTries)
		wait := alertPostTries[min(p.Attempts, len(alertPostTries))-1]
		if last { // by then it has gone out, or was given up
			wait = time.Hour
		}
		_, err = tx.ExecContext(ctx, "UPDATE alert_posts SET attempts = $2, next_at = $3 WHERE id = $1", p.ID, p.Attempts, store.Millis(now.Add(wait)))
		return err
	})
	if err != nil {
		return p, false, false, fmt.Errorf("take an alert: %w", err)
	}
	return p, last, ok, nil
}

// AlertPosted forgets an alert that was posted, or was given up.
func (l *Ledger) AlertPosted(ctx context.Context, id int64) error {
	return l.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM alert_posts WHERE id = $1", id)
		return err
	})
}

// takeBackPosts forgets the alerts of a pause that was over before they were due.
func takeBackPosts(ctx context.Context, tx *sql.Tx, now time.Time, about string) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM alert_posts WHERE about = $1 AND attempts = 0 AND next_at > $2", about, store.Millis(now))
	if err != nil {
		return fmt.Errorf("take an alert back: %w", err)
	}
	return nil
}
