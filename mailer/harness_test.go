package mailer

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"dailytip/editions"
	"dailytip/inbox"
	"dailytip/ledger"
	"dailytip/mailer/letter"
	"dailytip/mailer/relay"
	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/subscribers"
	"dailytip/test/logtext"
	"dailytip/tips"
)

const (
	from        = "tips@example.com"
	confirmFrom = "hello@example.com"
	tipText     = `---
title: Own the mistake, then move on
emoji: 💡
link: https://example.org/article
---

## Tip

Say what went wrong, what you will do, and get on with it.

## Translations

<details lang="es"><summary>Reconoce el error</summary>

Di qué salió mal y sigue adelante.

</details>
`
)

// tooLarge has a translation whose mind map alone is more than a mail may hold: a
// text would be cut.
var tooLarge = strings.Replace(tipText, "\n</details>", "\n## Mindmap\n\n"+strings.Repeat("- Una idea que llena una línea del mapa.\n", 3000)+"\n</details>", 1)

// harness is a mailer's surroundings, all of them real: a database, an SMTP
// server that keeps what it gets, a relay.
type harness struct {
	testing.TB
	db       *store.DB
	list     *subscribers.List
	editions *editions.Editions
	ledger   *ledger.Ledger
	inbox    *inbox.Server
	log      *logtext.Log
	item     editions.Item
	mailer   *Mailer // the last that was started
}

func setUp(t *testing.T) *harness {
	t.Parallel()
	return setUpOn(t, storetest.SQLite(t))
}

func setUpOn(t *testing.T, db *store.DB) *harness {
	t.Helper()
	list, err := subscribers.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	h := &harness{TB: t, db: db, list: list, editions: editions.New(db), ledger: ledger.New(db, list), log: &logtext.Log{}}
	h.item = h.tip(tipText)
	h.inbox = h.serve(inbox.Options{TLS: inbox.NoTLS})
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the log:\n%s", h.log)
		}
	})
	return h
}

func (h *harness) tip(text string) editions.Item {
	h.Helper()
	tip, faults, ok := tips.Parse("own.md", []byte(text))
	if !ok {
		h.Fatal(faults)
	}
	body, err := json.Marshal(tip)
	if err != nil {
		h.Fatal(err)
	}
	return editions.Item{Tip: tip.ID, Body: body}
}

// serve runs a server until the test ends.
func (h *harness) serve(o inbox.Options) *inbox.Server {
	s, _ := h.serveUntil(o)
	return s
}

func (h *harness) serveUntil(o inbox.Options) (*inbox.Server, func()) {
	h.Helper()
	s, err := inbox.New(o)
	if err != nil {
		h.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	stop := sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			h.Errorf("inbox: %v", err)
		}
	})
	h.Cleanup(stop)
	return s, stop
}

// relayTo makes a relay to a server, with 4 connections.
func (h *harness) relayTo(s *inbox.Server, user string) Relay {
	h.Helper()
	r, err := relay.New(relay.Options{
		Host: "127.0.0.1", Port: s.Port(), TLS: "none", Username: user, Password: "secret",
		Timeout: time.Minute, DotTimeout: time.Minute, Grace: 5 * time.Second,
	})
	if err != nil {
		h.Fatal(err)
	}
	return Relay{Relay: r, Name: s.Addr(), Connections: 4}
}

// quick is a pace for tests.
var quick = pace{
	gather: 2 * time.Millisecond, poll: 60 * time.Millisecond, lease: time.Minute, wire: 5 * time.Second,
	backoff: func(int) time.Duration { return 30 * time.Millisecond },
	probe:   func(string, int) time.Duration { return 100 * time.Millisecond },
	aside:   func(int) time.Duration { return 100 * time.Millisecond },
	beat:    50 * time.Millisecond, narrow: 20 * time.Millisecond, widen: 100 * time.Millisecond,
}

func newsletter(id string) Newsletter {
	return Newsletter{Newsletter: letter.Newsletter{
		ID: id, Title: "Management Tip", Language: "en", BaseURL: "https://tips.example.com",
		From: mail.Address{Name: "Daily Tip", Address: from}, ConfirmFrom: mail.Address{Address: confirmFrom},
	}}
}

type setting struct {
	Options
	pace  pace
	owner string // "": the mailer's own choice
	// stopping is called when the mailer has been told to stop, and hasn't yet.
	stopping func()
}

// run starts a mailer, changed by f, and returns what stops it.
func (h *harness) run(change ...func(*setting)) (stop func()) {
	h.Helper()
	s := setting{pace: quick, Options: Options{
		Editions: h.editions, Ledger: h.ledger, Tokens: h.list.Tokens(), Tags: h.list.Tags(), Newsletters: []Newsletter{newsletter("management")},
		Exclusive: true, Log: slog.New(withoutJournal{slog.NewTextHandler(h.log, nil)}),
	}}
	for _, f := range change {
		f(&s)
	}
	if s.Relays == nil {
		s.Relays = []Relay{h.relayTo(h.inbox, "")}
	}
	m, err := New(s.Options)
	if err != nil {
		h.Fatal(err)
	}
	m.pace, h.mailer = s.pace, m
	if s.owner != "" {
		m.tenure.Store(&tenure{owner: s.owner})
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if s.stopping != nil {
			s.stopping()
		}
		if err := <-ended; err != nil {
			h.Errorf("Run: %v", err)
		}
	})
	h.Cleanup(stop)
	return stop
}

func inFlight(n int) func(*setting) { return func(s *setting) { s.InFlight = n } }

func oneByOne(s *setting) { s.InFlight = 1 }

func hold(s *setting) { s.Newsletters[0].Hold = true }

func (h *harness) write(f func(tx *sql.Tx) error) {
	h.Helper()
	if err := h.db.Write(context.WithoutCancel(h.Context()), f); err != nil {
		h.Fatal(err)
	}
}

// reader gives the address of the i-th reader.
func reader(i int) string { return fmt.Sprintf("reader%03d@example.org", i) }

// open opens an edition for n readers, every third of whom reads Spanish.
func (h *harness) open(n int, change ...func(*ledger.Opening)) {
	h.Helper()
	o := h.opening(change...)
	h.write(func(tx *sql.Tx) error {
		for i := range n {
			r := subscribers.Request{Address: subscribers.Address(reader(i)), Newsletter: o.Newsletter, Consent: subscribers.Vouched}
			if i%3 == 2 {
				r.Preferences.Language = "es"
			}
			if _, err := h.list.Add(h.Context(), tx, o.DueAt.Add(-time.Hour), r); err != nil {
				return err
			}
		}
		return nil
	})
	h.openFor(n, o)
}

func (h *harness) opening(change ...func(*ledger.Opening)) ledger.Opening {
	now := time.Now()
	o := ledger.Opening{
		Newsletter: "management", LocalDate: "2026-11-23", DueAt: now, ExpiresAt: now.Add(time.Hour), Everyone: true,
		Choice: editions.Daily, Reason: "next", Items: []editions.Item{h.item},
	}
	for _, f := range change {
		f(&o)
	}
	return o
}

// openFor opens an edition for the n readers that there are.
func (h *harness) openFor(n int, o ledger.Opening) {
	h.Helper()
	slots, err := h.list.Slots(h.Context(), o.Newsletter)
	if err != nil || len(slots) != 1 {
		h.Fatalf("%d slots, %v", len(slots), err)
	}
	o.Slot = slots[0].ID
	if opened, err := h.ledger.Open(h.Context(), o.DueAt, o); err != nil || opened != int64(n) {
		h.Fatalf("%d deliveries opened, %v; want %d", opened, err, n)
	}
}

// deliveries reads the deliveries of all newsletters, by reader.
func (h *harness) deliveries() map[string]ledger.Delivery {
	h.Helper()
	all := map[string]ledger.Delivery{}
	editions, err := h.ledger.Recent(h.Context(), 10)
	if err != nil {
		h.Fatal(err)
	}
	for _, e := range editions {
		err := h.ledger.EachDelivery(h.Context(), e.Edition.ID, nil, func(d ledger.Delivery) error {
			all[string(d.Email)] = d
			return nil
		})
		if err != nil {
			h.Fatal(err)
		}
	}
	return all
}

// states counts all deliveries by state; those in a claim as being sent.
func (h *harness) states() map[ledger.State]int {
	h.Helper()
	ctx := context.WithoutCancel(h.Context())
	rows, err := h.db.Read().QueryContext(ctx, "SELECT state, COUNT(*) FROM deliveries GROUP BY state")
	if err != nil {
		h.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	n := map[ledger.State]int{}
	for rows.Next() {
		var s ledger.State
		var count int
		if err := rows.Scan(&s, &count); err != nil {
			h.Fatal(err)
		}
		n[s] = count
	}
	if err := rows.Err(); err != nil {
		h.Fatal(err)
	}
	return n
}

// wait waits until something holds, however slow the machine is. It looks ever
// more rarely, since looking costs more than what most tests do.
func (h *harness) wait(what string, holds func() bool) {
	h.Helper()
	rest := 10 * time.Millisecond
	for end := time.Now().Add(3 * time.Minute); !holds(); time.Sleep(rest) {
		rest = min(rest*3/2, 150*time.Millisecond)
		if time.Now().After(end) {
			h.Fatalf("waited in vain until %s; states %v, pauses %+v", what, h.states(), h.pauses())
		}
	}
}

// looks has the mailer look for work so many times, to the end.
func (h *harness) looks(times int) {
	h.Helper()
	for range times + 1 { // what it hears when it's looking tells that the look before is over
		h.mailer.Wake()
		h.wait("it looks", func() bool { return len(h.mailer.wake) == 0 })
	}
}

func (h *harness) waitFor(state ledger.State, n int) {
	h.Helper()
	h.wait(fmt.Sprintf("%d are %s", n, state), func() bool { return h.states()[state] == n })
}

func (h *harness) waitLog(text string) {
	h.Helper()
	h.wait(fmt.Sprintf("the log says %q", text), func() bool { return strings.Contains(h.log.String(), text) })
}

func (h *harness) pauses() []ledger.PauseInfo {
	h.Helper()
	pauses, err := h.ledger.AllPauses(context.WithoutCancel(h.Context()))
	if err != nil {
		h.Fatal(err)
	}
	return pauses
}

// wantCopies checks what came in: each delivery as often as copies says.
func (h *harness) wantCopies(counts map[string]int, copies func(ledger.Delivery) int) {
	h.Helper()
	for email, d := range h.deliveries() {
		id := MessageID(h.list.Tags(), d.Key, d.OpenedAt, from)
		if got, want := counts[id], copies(d); got != want {
			h.Errorf("%s (%s) got %d copies, want %d", email, d.State, got, want)
		}
		delete(counts, id)
	}
	for id, n := range counts {
		h.Errorf("%d mails of unknown id %s", n, id)
	}
}

// wantOnce checks that everybody got exactly one, and nobody was touched.
func (h *harness) wantOnce() {
	h.Helper()
	h.wantCopies(h.inbox.Counts(), func(ledger.Delivery) int { return 1 })
	h.wantActive()
}

func (h *harness) wantActive(but ...string) {
	h.Helper()
	err := h.list.Each(h.Context(), subscribers.Filter{}, func(s subscribers.Subscriber, sub subscribers.Subscription) error {
		want := subscribers.Active
		for _, b := range but {
			if string(s.Email) == b {
				want = subscribers.Suppressed
			}
		}
		if sub.State != want {
			h.Errorf("%s is %s, want %s", s.Email, sub.State, want)
		}
		return nil
	})
	if err != nil {
		h.Fatal(err)
	}
}

func (h *harness) wantLog(texts ...string) {
	h.Helper()
	for _, text := range texts {
		if !strings.Contains(h.log.String(), text) {
			h.Errorf("the log doesn't say %q", text)
		}
	}
}

func (h *harness) wantQuiet() {
	h.Helper()
	if s := h.log.String(); s != "" {
		h.Errorf("the log says, without need:\n%s", s)
	}
}

// wantCalm checks that nothing is said that somebody should look at.
func (h *harness) wantCalm() {
	h.Helper()
	if s := h.log.String(); strings.Contains(s, "level=WARN") || strings.Contains(s, "level=ERROR") {
		h.Errorf("the log says, without need:\n%s", s)
	}
}

// withoutJournal leaves out that editions begin and end, for what tests look for is what
// needs somebody; and that mails are refused for a fault of ours, which the journal tells
// after up to a second: some tests are over by then.
type withoutJournal struct{ slog.Handler }

func (l withoutJournal) Handle(ctx context.Context, r slog.Record) error {
	if strings.HasPrefix(r.Message, "an edition ") || strings.HasPrefix(r.Message, "mails are refused or come back: ") {
		return nil
	}
	return l.Handler.Handle(ctx, r)
}

func (l withoutJournal) WithAttrs(attrs []slog.Attr) slog.Handler {
	return withoutJournal{l.Handler.WithAttrs(attrs)}
}
