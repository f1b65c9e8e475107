//go:build long

package chaos

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dailytip/hooks"
	"dailytip/ledger"
	"dailytip/membership"
	"dailytip/store"
	"dailytip/subscribers"
	"dailytip/test/daemontest"
	"dailytip/test/freeport"
)

const whsec = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// told is a program that is told what happens, and at times answers badly.
type told struct {
	*httptest.Server
	mu    sync.Mutex
	ids   []string
	whose map[string]string // whom each event is about, by its number
}

func newTold(t *testing.T) *told {
	p := &told{whose: map[string]string{}}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // its daemon was killed
		}
		var event struct {
			ID   string
			Data hooks.PersonData
		}
		if err := json.Unmarshal(body, &event); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		p.mu.Lock()
		again := slices.Contains(p.ids, event.ID)
		p.ids, p.whose[event.ID] = append(p.ids, event.ID), event.Data.Subscriber.ID
		n := len(p.ids)
		p.mu.Unlock()
		switch {
		case n == 5 && !again:
			panic(http.ErrAbortHandler) // it has the event, and nobody learns of it
		case n == 15 && !again:
			http.Error(w, "later", http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(p.Close)
	return p
}

// first are the numbers of the events that came, each where it came first.
func (p *told) first() (ids []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, id := range p.ids {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// Whenever a daemon is killed that writes and posts events, each event arrives and in its
// order, and none of what was never done.
func TestEventsOfKilled(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); eventsOfKilled(t, 1, "") })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); eventsOfKilled(t, 2, databaseURL(t, shared(t), "events")) })
}

func eventsOfKilled(t *testing.T, nodes int, database string) {
	program, err := programs.Plain()
	if err != nil {
		t.Fatal(err)
	}
	p := newTold(t)
	w := &writer{T: t, told: p}
	for range nodes {
		port, err := freeport.Find()
		if err != nil {
			t.Fatal(err)
		}
		listen := fmt.Sprintf("127.0.0.1:%d", port)
		in, err := daemontest.Install(daemontest.Options{
			Program: program, Dir: t.TempDir(), Database: database, Newsletter: `schedule: "0 7 * * *"`, Relays: "- {host: 127.0.0.1, port: 1, tls: none}", Listen: listen,
			Top: "signup: {per_network: 0, per_domain: 0, total: 0}\nwebhooks: [{name: crm, url: " + p.URL + ", secret: " + whsec + ", addresses: true, allow_private: true}]",
		})
		if err != nil {
			t.Fatal(err)
		}
		w.nodes, w.pages = append(w.nodes, in), append(w.pages, "http://"+listen)
		w.daemons = append(w.daemons, nil)
		w.serve(len(w.nodes) - 1)
	}
	t.Cleanup(func() {
		for _, d := range w.daemons {
			_ = d.Kill()
		}
	})
	w.open()
	for i := range 60 {
		w.happen(i)
		if i%12 == 11 {
			w.kill(rand.IntN(nodes))
		}
	}
	w.audit()
}

// writer is people who sign up, confirm and leave, and a killer.
type writer struct {
	*testing.T
	told    *told
	nodes   []*daemontest.Installation
	pages   []string
	daemons []*daemontest.Daemon
	db      *store.DB
	list    *subscribers.List
	service *membership.Service
}

func (w *writer) serve(i int) {
	w.Helper()
	d, err := w.nodes[i].Serve(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	w.daemons[i] = d
}

func (w *writer) open() {
	w.Helper()
	var err error
	if w.db, err = w.nodes[0].OpenDatabase(w.Context()); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { _ = w.db.Close() })
	if w.list, err = subscribers.Open(w.Context(), w.db); err != nil {
		w.Fatal(err)
	}
	w.list.Publish(hooks.NewOutbox([]hooks.Endpoint{{Name: "crm", Secret: whsec, Addresses: true}}))
	w.service = membership.New(membership.Options{DB: w.db, List: w.list, Ledger: ledger.New(w.db, w.list)})
}

// kill ends a daemon while it writes, and starts it anew. The other one doesn't wait until
// its lease is over.
func (w *writer) kill(i int) {
	w.Helper()
	stop := make(chan struct{})
	var busy sync.WaitGroup
	for person := range 8 {
		busy.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
					w.signUp(i, fmt.Sprintf("k%d-%d-%d@example.net", rand.IntN(1e9), person, n))
				}
			}
		})
	}
	time.Sleep(time.Duration(rand.IntN(200)) * time.Millisecond) // a moment at random
	if err := w.daemons[i].Kill(); err != nil {
		w.Fatal(err)
	}
	close(stop)
	busy.Wait()
	err := w.db.Write(w.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(w.Context(), "UPDATE hook_endpoints SET owned_until = 0")
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	w.serve(i)
}

// signUp has a daemon sign somebody up; it may be dead.
func (w *writer) signUp(i int, address string) {
	r, err := http.NewRequestWithContext(w.Context(), http.MethodPost, w.pages[i]+"/api/subscribe", strings.NewReader(`{"email":"`+address+`"}`))
	if err != nil {
		w.Error(err)
		return
	}
	r.Header.Set("Content-Type", "application/json")
	if answer, err := http.DefaultClient.Do(r); err == nil {
		_ = answer.Body.Close()
	}
}

var errChanged = errors.New("somebody has thought better of it")

// happen has somebody sign up, or what was begun taken back; and confirm, and leave.
func (w *writer) happen(i int) {
	w.Helper()
	address := subscribers.Address(fmt.Sprintf("p%d@example.net", i))
	if i%3 == 0 {
		err := w.db.Write(w.Context(), func(tx *sql.Tx) error {
			_, err := w.list.Add(w.Context(), tx, time.Now(), subscribers.Request{Address: address, Newsletter: "management", Consent: subscribers.ByReader})
			return errors.Join(err, errChanged)
		})
		if !errors.Is(err, errChanged) {
			w.Fatal(err)
		}
		return
	}
	added, err := w.service.SignUp(w.Context(), time.Now(), subscribers.Request{Address: address, Newsletter: "management", Consent: subscribers.ByReader}, membership.Form{})
	if err == nil {
		_, err = w.service.Confirm(w.Context(), time.Now(), membership.Confirmation{Subscription: added.Subscription})
	}
	if err == nil && i%2 == 0 {
		_, err = w.service.Leave(w.Context(), time.Now(), "x", added.Subscription)
	}
	if err != nil {
		w.Fatal(err)
	}
}

// audit compares what was told with what is.
func (w *writer) audit() {
	w.Helper()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if w.number("SELECT COUNT(*) FROM hook_events WHERE done_at = 0") == 0 {
			break
		}
		if time.Now().After(end) {
			w.Fatalf("events still wait\n%s", tail(w.daemons[0].Log()))
		}
	}
	rows, err := w.db.Read().QueryContext(w.Context(), "SELECT id, subscriber FROM hook_events ORDER BY id")
	if err != nil {
		w.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var want []string
	whose := map[string]string{}
	for rows.Next() {
		var e hooks.Event
		var subscriber string
		if err := rows.Scan(&e.ID, &subscriber); err != nil {
			w.Fatal(err)
		}
		want = append(want, e.MessageID())
		whose[e.MessageID()] = subscriber
	}
	if err := rows.Err(); err != nil {
		w.Fatal(err)
	}
	got := w.told.first()
	if w.db.Postgres() { // two commits at once have no order; those about one person have
		byPerson := func(a, b string) int { return cmp.Compare(whose[a], whose[b]) }
		slices.SortStableFunc(got, byPerson)
		slices.SortStableFunc(want, byPerson)
	}
	if !slices.Equal(got, want) {
		w.Errorf("%d events came, want %d, or their order differs:\n%v\n%v", len(got), len(want), got, want)
	}
	w.told.mu.Lock()
	posts := len(w.told.ids)
	if !maps.Equal(w.told.whose, whose) {
		w.Errorf("the events that came are about\n%v, want\n%v", w.told.whose, whose)
	}
	w.told.mu.Unlock()
	people := w.number("SELECT COUNT(*) FROM subscribers")
	begun := w.number("SELECT COUNT(DISTINCT subscriber) FROM hook_events WHERE type = 'subscriber.subscribed' AND subscriber IN (SELECT id FROM subscribers)")
	all := w.number("SELECT COUNT(*) FROM hook_events WHERE type = 'subscriber.subscribed'")
	if people != begun || begun != all {
		w.Errorf("%d people are on the list; %d of them were told, in %d events", people, begun, all)
	}
	w.Logf("%d events arrived in %d posts, of %d people", len(got), posts, people)
}

func (w *writer) number(query string) (n int) {
	w.Helper()
	if err := w.db.Read().QueryRowContext(w.Context(), query).Scan(&n); err != nil {
		w.Fatal(err)
	}
	return n
}
