package tokens

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"dailytip/store"
	"dailytip/store/storetest"
)

// What is remembered of requests is forgotten after a day, also when no other comes.
func TestOldRequestsAreForgotten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		all := New(db)
		made, text := create(t, all, Token{Name: "one", Scopes: []Scope{All}})
		remember := func(at time.Time, key string) {
			t.Helper()
			request, _, err := all.Begin(t.Context(), at, made, text, key, []byte("POST"))
			if err == nil {
				err = request.End(t.Context(), Answer{Status: 201})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		remember(time.Now().Add(-RequestLife-time.Hour), "old")
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		ended := make(chan error, 1)
		go func() { ended <- all.Run(ctx, slog.New(slog.DiscardHandler)) }()
		for len(storetest.Texts(t, db, "SELECT name FROM token_requests")) > 0 {
			select { // the test's own limit ends the wait
			case err := <-ended:
				t.Fatalf("it ended before its time: %v", err)
			case <-time.After(time.Millisecond):
			}
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		remember(time.Now(), "new")
		if err := all.ForgetRequests(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		if left := storetest.Texts(t, db, "SELECT name FROM token_requests"); len(left) != 1 {
			t.Errorf("%d requests are left", len(left))
		}
	})
}
