package membership

import (
	"context"
	"database/sql"
	"time"
)

// Leave ends subscriptions, and returns how many of them it changed: one that had
// ended stays as it is. A delivery that waits for who has left is withdrawn when it would be
// claimed; a notice that they asked for still comes.
func (s *Service) Leave(ctx context.Context, now time.Time, detail string, subscriptions ...int64) (changed int, err error) {
	err = s.DB.Write(ctx, func(tx *sql.Tx) error {
		changed = 0
		for _, id := range subscriptions {
			did, err := s.List.Unsubscribe(ctx, tx, now, id, detail)
			if err != nil {
				return err
			}
			if did {
				changed++
			}
		}
		return nil
	})
	return changed, err
}
