package editions

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"dailytip/hooks"
)

// tellOpened tells programs elsewhere that an edition was opened, and with which tips.
func (s *Editions) tellOpened(ctx context.Context, tx *sql.Tx, now time.Time, e Edition, items []Item) error {
	if !s.events.Wants(hooks.EditionOpened) {
		return nil
	}
	told := hooks.Edition{ID: e.ID, Newsletter: e.Newsletter, LocalDate: e.LocalDate}
	for _, item := range items {
		tip := hooks.Tip{ID: item.Tip}
		_ = json.Unmarshal(item.Body, &tip) // of a body that is no tip the title is missing
		tip.ID = item.Tip
		told.Tips = append(told.Tips, tip)
	}
	return s.events.Edition(ctx, tx, now, hooks.EditionOpened, told)
}

// tellVote tells them of a vote, and how a tip's stand with it.
func (s *Editions) tellVote(ctx context.Context, tx *sql.Tx, now time.Time, v Vote) error {
	if !s.events.Wants(hooks.Voted) {
		return nil
	}
	told := hooks.Vote{Edition: v.Edition, Tip: v.Tip, IsUseful: v.Useful}
	err := tx.QueryRowContext(ctx, `
		SELECT e.newsletter, e.local_date, c.useful, c.useless FROM editions e JOIN vote_counts c ON c.edition = e.id
		WHERE e.id = $1 AND c.tip = $2`, v.Edition, v.Tip).Scan(&told.Newsletter, &told.LocalDate, &told.Useful, &told.Useless)
	if err != nil {
		return fmt.Errorf("tell of a vote: %w", err)
	}
	return s.events.Vote(ctx, tx, now, told)
}
