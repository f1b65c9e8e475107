package posting

import (
	"context"
	"encoding/json"
	"time"

	"dailytip/hooks"
)

// Try posts an event of the type test to an endpoint, once, and says what came of it.
func Try(ctx context.Context, now time.Time, e hooks.Endpoint) (hooks.Attempt, error) {
	t, err := newTarget(e, nil)
	if err != nil {
		return hooks.Attempt{}, err
	}
	a, _ := t.post(ctx, now, hooks.Event{ID: now.UnixMilli(), Endpoint: e.Name, Type: hooks.Test, At: now, Data: json.RawMessage("{}")})
	return a, nil
}
