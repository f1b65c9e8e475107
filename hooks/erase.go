package hooks

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
)

// Erase leaves nothing in a person's events but the number that stands for them. What
// endpoints replied to such an event may quote it, and is forgotten. The events come first:
// who notes a reply meanwhile has locked the event, and is waited for.
func Erase(ctx context.Context, tx *sql.Tx, subscriber int64) error {
	data, err := json.Marshal(PersonData{Subscriber: SubscriberData{ID: strconv.FormatInt(subscriber, 10)}, Subscriptions: []SubscriptionData{}})
	if err != nil {
		return err
	}
	for _, step := range []struct {
		text string
		args []any
	}{
		{"UPDATE hook_events SET data = $2 WHERE subscriber = $1 AND subscriber > 0", []any{subscriber, string(data)}},
		{"UPDATE hook_attempts SET reply = '' WHERE event IN (SELECT id FROM hook_events WHERE subscriber = $1 AND subscriber > 0)", []any{subscriber}},
	} {
		if _, err := tx.ExecContext(ctx, step.text, step.args...); err != nil {
			return fmt.Errorf("erase events: %w", err)
		}
	}
	return nil
}
