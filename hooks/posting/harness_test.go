package posting

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"dailytip/hooks"
	"dailytip/ledger"
	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/subscribers"
)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

var start = time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)

// receiver is a program that gets events. It answers 204 while it's up.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	answer http.HandlerFunc // nil: 204
	got    []string         // the numbers of those that it took
}

type posted struct{ Type, ID string }

func newReceiver(t *testing.T) *receiver {
	r := &receiver{}
	signed, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.answer != nil {
			r.answer(w, req)
			return
		}
		body, err := io.ReadAll(req.Body)
		if err != nil {
			t.Error(err)
		}
		if err := signed.VerifyIgnoringTimestamp(body, req.Header); err != nil {
			t.Error(err)
		}
		var p posted
		if err := json.Unmarshal(body, &p); err != nil || p.ID != req.Header.Get("webhook-id") {
			t.Errorf("%s: %v, header %s", body, err, req.Header.Get("webhook-id"))
		}
		r.got = append(r.got, p.ID)
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) answers(f http.HandlerFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = f
}

func (r *receiver) taken() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.got...)
}

// await waits until so many events were taken.
func (r *receiver) await(t *testing.T, n int) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); len(r.taken()) < n; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d events were taken, want %d", len(r.taken()), n)
		}
	}
}

// status answers with a status and a text.
func status(code int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		_, _ = io.WriteString(w, text)
	}
}

type harness struct {
	*testing.T
	db     *store.DB
	queue  *hooks.Queue
	ledger *ledger.Ledger
}

func open(t *testing.T, db *store.DB) *harness {
	list, err := subscribers.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	book := ledger.New(db, list)
	book.AlertTo("ops@example.com")
	return &harness{t, db, hooks.NewQueue(db), book}
}

// poster returns one for some endpoints.
func (h *harness) poster(endpoints ...hooks.Endpoint) *Poster {
	h.Helper()
	p, err := New(Options{
		DB: h.db, Queue: h.queue, Ledger: h.ledger, Endpoints: endpoints, Newsletter: "management", Log: slog.New(slog.NewTextHandler(logWriter{h.T}, nil)),
	})
	if err != nil {
		h.Fatal(err)
	}
	return p
}

// begin returns a database in which some events wait for an endpoint, the endpoint's
// receiver, and a poster.
func begin(t *testing.T, db *store.DB, subjects ...string) (*harness, *receiver, *Poster) {
	h, r := open(t, db), newReceiver(t)
	endpoints := at(r.URL)
	h.happen(start, endpoints, subjects...)
	return h, r, h.poster(endpoints...)
}

// failing has a poster post to an endpoint until it's given up, and returns what is logged.
func (h *harness) failing(p *Poster) string {
	h.Helper()
	var log bytes.Buffer
	p.Log = slog.New(slog.NewTextHandler(&log, nil))
	h.turns(p, start, 10*24*time.Hour)
	return log.String()
}

// first is the first event that waits.
func (h *harness) first() hooks.Event {
	h.Helper()
	e, _, err := h.queue.First(h.Context(), "crm")
	if err != nil {
		h.Fatal(err)
	}
	return e
}

type logWriter struct{ t *testing.T }

func (w logWriter) Write(b []byte) (int, error) {
	w.t.Logf("%s", b)
	return len(b), nil
}

// happen writes alerts down, one for each subject.
func (h *harness) happen(now time.Time, endpoints []hooks.Endpoint, subjects ...string) {
	h.Helper()
	outbox := hooks.NewOutbox(endpoints)
	for _, s := range subjects {
		h.write(func(tx *sql.Tx) error {
			return outbox.Alert(h.Context(), tx, now, hooks.Alert{Newsletter: "management", Subject: s})
		})
	}
}

func (h *harness) write(f func(tx *sql.Tx) error) {
	h.Helper()
	if err := h.db.Write(h.Context(), f); err != nil {
		h.Fatal(err)
	}
}

// waiting are the numbers of events that an endpoint has still to get, in their order.
func (h *harness) waiting(endpoint string) (ids []string) {
	h.Helper()
	for _, id := range storetest.Texts(h.T, h.db, "SELECT id FROM hook_events WHERE endpoint = $1 AND done_at = 0 ORDER BY id", endpoint) {
		ids = append(ids, "evt_"+id)
	}
	return ids
}

// turns has the poster's first endpoint served for a while by a virtual clock, as Run
// would, and returns the instant that it has come to.
func (h *harness) turns(p *Poster, from time.Time, long time.Duration) time.Time {
	h.Helper()
	for now := from; now.Before(from.Add(long)); {
		more, err := p.turn(h.Context(), now, p.targets[0])
		if err != nil {
			h.Fatal(err)
		}
		if more {
			continue
		}
		s := h.state(p.targets[0].Name)
		if !s.DisabledAt.IsZero() || s.Tries == 0 {
			return now
		}
		now = s.NextAt
	}
	return from.Add(long)
}

func (h *harness) state(endpoint string) hooks.State {
	h.Helper()
	s, err := h.queue.State(h.Context(), endpoint)
	if err != nil {
		h.Fatal(err)
	}
	return s
}

// count runs a query that counts.
func (h *harness) count(query string, args ...any) (n int) {
	h.Helper()
	if err := h.db.Read().QueryRowContext(context.Background(), query, args...).Scan(&n); err != nil {
		h.Fatal(err)
	}
	return n
}
