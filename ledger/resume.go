package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
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
// it, the rest follows. Without a try, it ends the pauses: all goes out again,
// and pauses again if need be.
func (l *Ledger) ResumeNow(ctx context.Context, now time.Time, scopes []PauseInfo, try bool, who string) error {
	detail := "without a try"
	if try {
		detail = "one mail is tried first"
	}
	err := l.db.Write(ctx, func(tx *sql.Tx) error {
		for _, p := range scopes {
			if err := l.probeNow(ctx, tx, now, p.Newsletter); err != nil {
				return err
			}
			if !try {
				if err := l.bringForward(ctx, tx, now, p.Newsletter); err != nil {
					return err
				}
				if _, err := tx.ExecContext(ctx, "DELETE FROM pauses WHERE newsletter = $1", p.Newsletter); err != nil {
					return err
				}
			}
			newsletter, notices := strings.CutSuffix(p.Newsletter, NoticesOf(""))
			what := detail
			if notices {
				what = "its notices; " + detail
			}
			if _, err := l.note(ctx, tx, now, Action{Kind: ActionResume, Newsletter: newsletter, Who: who, Detail: what}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	return nil
}
