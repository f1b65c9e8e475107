package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"
)

// ScopesOf returns what is paused of a newsletter, or all that is paused when
// newsletter is "". The relay's pause holds every newsletter.
func (l *Ledger) ScopesOf(ctx context.Context, newsletter string) ([]PauseInfo, error) {
	all, err := l.AllPauses(ctx)
	if err != nil || newsletter == "" {
		return all, err
	}
	var its []PauseInfo
	for _, p := range all {
		if p.Newsletter == Relay || p.Newsletter == newsletter || p.Newsletter == NoticesOf(newsletter) {
			its = append(its, p)
		}
	}
	return its, nil
}

// ResumeNow has one mail of each paused scope tried at once; when the relay takes
// it, the rest follows. Without a try, and where a pause is held, it ends the pauses:
// all goes out again, and pauses again if need be. It returns those that were resumed:
// one that is over, or that is another one by now, isn't.
func (l *Ledger) ResumeNow(ctx context.Context, now time.Time, scopes []PauseInfo, try bool, who string) (resumed []PauseInfo, err error) {
	err = l.db.Write(ctx, func(tx *sql.Tx) error {
		current, err := l.Pauses(ctx, tx)
		if err != nil {
			return err
		}
		for _, p := range scopes {
			if !slices.ContainsFunc(current, func(c PauseInfo) bool {
				return c.Newsletter == p.Newsletter && c.Since.Equal(p.Since) && c.Held() == p.Held()
			}) {
				continue
			}
			what, goOn := "one mail is tried first", l.probeNow
			if p.Held() || !try {
				what, goOn = "without a try", l.endPause
			}
			if err := goOn(ctx, tx, now, p.Newsletter); err != nil {
				return err
			}
			newsletter, notices := InScope(p.Newsletter)
			if notices {
				what = "its notices; " + what
			}
			if _, err := l.note(ctx, tx, now, Action{Kind: ActionResume, Newsletter: newsletter, Who: who, Detail: what}); err != nil {
				return err
			}
			resumed = append(resumed, p)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("resume: %w", err)
	}
	return resumed, nil
}

// endPause ends a pause, whatever it is: what waits goes out.
func (l *Ledger) endPause(ctx context.Context, tx *sql.Tx, now time.Time, scope string) error {
	if err := l.bringForward(ctx, tx, now, scope); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM pauses WHERE newsletter = $1", scope)
	return err
}
