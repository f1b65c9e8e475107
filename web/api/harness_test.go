package api_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dailytip/bounces/intake"
	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/mailer/letter"
	"dailytip/membership"
	"dailytip/scheduler"
	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/subscribers"
	"dailytip/test/logtext"
	"dailytip/tips"
	"dailytip/tokens"
	"dailytip/web"
	"dailytip/web/api"
)

// now is a Sunday.
var now = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

// harness is the API on a real database behind a real listener, with two newsletters.
type harness struct {
	testing.TB
	db      *store.DB
	list    *subscribers.List
	ledger  *ledger.Ledger
	tokens  *tokens.Tokens
	service *membership.Service
	intake  *intake.Taker
	plan    *scheduler.Scheduler
	server  *web.Server
	url     string
	log     *logtext.Log
	passed  atomic.Int64
	copies  []subscribers.Address
	token   string // of scope all, for all newsletters
}

// both runs f on each engine.
func both(t *testing.T, f func(h *harness)) {
	storetest.Each(t, func(t *testing.T, db *store.DB) { f(open(t, db)) })
}

func open(t testing.TB, db *store.DB) *harness {
	t.Helper()
	list, err := subscribers.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	h := &harness{TB: t, db: db, list: list, ledger: ledger.New(db, list), tokens: tokens.New(db), log: &logtext.Log{}}
	log := slog.New(slog.NewTextHandler(h.log, nil))
	h.service = membership.New(membership.Options{DB: db, List: list, Ledger: h.ledger})
	h.intake = intake.New(intake.Options{DB: db, List: list, Ledger: h.ledger, Tags: list.Tags(), Domain: "bounces.example.com", Keep: 24 * time.Hour})
	library := openLibrary(t)
	h.plan = scheduler.New(scheduler.Options{List: list, Editions: editions.New(db), Ledger: h.ledger, Newsletters: []scheduler.Newsletter{newsletter(t, "management", library), newsletter(t, "other", library)}})
	h.server = web.New(web.Options{DB: db, BaseURL: "http://tips.example.com", Now: func() time.Time { return now.Add(time.Duration(h.passed.Load())) }, Log: log})
	api.AddTo(h.server, api.Options{
		DB: db, Tokens: h.tokens, List: list, Editions: editions.New(db), Ledger: h.ledger, Membership: h.service, Scheduler: h.plan, Intake: h.intake, Version: "1.0",
		Findings: func(n *scheduler.Newsletter) *tips.Findings {
			return tips.NewFindings(n.Library, n.Library.Lint)
		},
		Preview:  preview,
		SendTest: h.sendTest,
	})
	server := httptest.NewServer(h.server.Handler())
	t.Cleanup(func() {
		server.Close()
		if t.Failed() {
			t.Logf("log:\n%s", h.log)
		}
	})
	h.url = server.URL + "/api/v1"
	h.token = h.makeToken("all", "")
	return h
}

func openLibrary(t testing.TB) *tips.Library {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"first.md":  "---\ntitle: First\nlink: https://example.com/1\ncreated: 2026-01-01\n---\nThe first tip.\n",
		"second.md": "---\ntitle: Second\ncreated: 2026-01-02\n---\nThe second tip.\n",
		"draft.md":  "---\ntitle: Draft\ndraft: true\n---\nNot yet.\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	library, err := tips.Open(dir, tips.Options{Language: "en"})
	if err != nil {
		t.Fatal(err)
	}
	return library
}

func newsletter(t testing.TB, id string, library *tips.Library) scheduler.Newsletter {
	t.Helper()
	rule, err := scheduler.ParseRule("0 7 * * MON-FRI")
	if err != nil {
		t.Fatal(err)
	}
	return scheduler.Newsletter{
		ID: id, Language: "en", Rule: rule, DefaultZone: time.UTC, Library: library, Order: "oldest", Grace: 6 * time.Hour, GiveUpAfter: 12 * time.Hour,
	}
}

func preview(_ context.Context, n *scheduler.Newsletter, date scheduler.Date, tip, language string) (*letter.Letter, error) {
	t, ok := n.Library.Tip(tip)
	if !ok {
		return nil, api.Refuse(http.StatusConflict, "there is no tip %q in the library", tip)
	}
	look := letter.Newsletter{ID: n.ID, Title: "Tips", BaseURL: "http://tips.example.com", Language: "en", From: mail.Address{Address: "tips@example.com"}}
	return letter.Compose(look, letter.Content{LocalDate: date.String(), Tips: []tips.Tip{t}}, language)
}

func (h *harness) sendTest(_ context.Context, _ *scheduler.Newsletter, _ scheduler.Date, to []subscribers.Address) (copies []api.Copy, _ error) {
	h.copies = append(h.copies, to...)
	for _, address := range to {
		copies = append(copies, api.Copy{To: string(address), State: "sent", Reply: "250 ok"})
	}
	return copies, nil
}

// makeToken makes a token of some scopes, for one newsletter or, "", for all.
func (h *harness) makeToken(scopes, newsletter string) string {
	h.Helper()
	parsed, err := tokens.ParseScopes(scopes)
	if err != nil {
		h.Fatal(err)
	}
	_, text, err := h.tokens.Make(h.Context(), now, tokens.Token{Name: fmt.Sprint(scopes, newsletter, h.passed.Add(1)), Scopes: parsed, Newsletter: newsletter})
	if err != nil {
		h.Fatal(err)
	}
	return text
}

// answer is what a request was answered.
type answer struct {
	h      *harness
	status int
	header http.Header
	body   []byte
}

// ask sends a request with the token of all scopes. body is JSON, "" for none; headers
// are names and values in turn.
func (h *harness) ask(method, path, body string, headers ...string) answer {
	h.Helper()
	return h.askWith(h.token, method, path, body, headers...)
}

func (h *harness) askWith(token, method, path, body string, headers ...string) answer {
	h.Helper()
	r, err := http.NewRequestWithContext(h.Context(), method, h.url+path, strings.NewReader(body))
	if err != nil {
		h.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		h.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		h.Fatal(err)
	}
	h.passed.Add(int64(time.Second)) // so that no limit is reached
	return answer{h, resp.StatusCode, resp.Header, text}
}

// want fails the test unless an answer has a status; an error must be a problem.
func (a answer) want(status int) answer {
	a.h.Helper()
	if a.status != status {
		a.h.Errorf("status %d, want %d: %s", a.status, status, a.body)
	}
	if a.status >= 400 {
		var p struct {
			Title, Detail string
			Status        int
		}
		if err := json.Unmarshal(a.body, &p); err != nil || a.header.Get("Content-Type") != "application/problem+json" || p.Status != a.status || p.Title == "" || p.Detail == "" {
			a.h.Errorf("no problem: %s %s", a.header.Get("Content-Type"), a.body)
		}
	}
	return a
}

// into reads a JSON body.
func (a answer) into(v any) {
	a.h.Helper()
	if err := json.Unmarshal(a.body, v); err != nil {
		a.h.Errorf("%v in %s", err, a.body)
	}
}

// says fails the test unless an answer holds some texts.
func (a answer) says(texts ...string) answer {
	a.h.Helper()
	for _, text := range texts {
		if !strings.Contains(string(a.body), text) {
			a.h.Errorf("%q isn't in %.2000s", text, a.body)
		}
	}
	return a
}

// hides fails the test if an answer holds one of some texts.
func (a answer) hides(texts ...string) answer {
	a.h.Helper()
	for _, text := range texts {
		if strings.Contains(string(a.body), text) {
			a.h.Errorf("%q is in %.2000s", text, a.body)
		}
	}
	return a
}

func (h *harness) write(f func(tx *sql.Tx) error) {
	h.Helper()
	if err := h.db.Write(h.Context(), f); err != nil {
		h.Fatal(err)
	}
}

// reader adds an active reader and returns their number.
func (h *harness) reader(address, newsletter string) string {
	h.Helper()
	var added subscribers.Added
	h.write(func(tx *sql.Tx) (err error) {
		added, err = h.list.Add(h.Context(), tx, now.Add(-time.Hour), subscribers.Request{
			Address: subscribers.Address(address), Newsletter: newsletter, Consent: subscribers.Vouched, Detail: "test",
		})
		return err
	})
	return fmt.Sprint(added.Subscriber)
}

// edition opens Friday's edition of a newsletter for its readers.
func (h *harness) edition(newsletter string) {
	h.Helper()
	slots, err := h.list.Slots(h.Context(), newsletter)
	if err != nil {
		h.Fatal(err)
	}
	for _, slot := range slots {
		_, err := h.ledger.Open(h.Context(), now, ledger.Opening{
			Newsletter: newsletter, LocalDate: "2026-11-20", Slot: slot.ID, DueAt: now, ExpiresAt: now.Add(12 * time.Hour),
			Choice: editions.Daily, Reason: "next", Items: []editions.Item{{Tip: "first", Body: []byte(`{"ID":"first"}`)}},
		})
		if err != nil {
			h.Fatal(err)
		}
	}
}

// refuse records a reply of the far end's for everything that waits.
func (h *harness) refuse(code int, enhanced, text string) {
	h.Helper()
	claiming := ledger.Claiming{Owner: "test", Limit: 100}
	jobs, err := h.ledger.Exchange(h.Context(), now, nil, claiming)
	if err != nil || len(jobs) == 0 {
		h.Fatalf("%d jobs, %v", len(jobs), err)
	}
	var outcomes []ledger.Outcome
	for _, j := range jobs {
		outcomes = append(outcomes, ledger.Outcome{Job: j, State: ledger.Failed, Dead: true, Reply: ledger.Reply{Code: code, Enhanced: enhanced, Text: text}})
	}
	if _, err := h.ledger.Exchange(h.Context(), now, outcomes, ledger.Claiming{Owner: "test"}); err != nil {
		h.Fatal(err)
	}
}
