package admin

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dailytip/admins"
	"dailytip/bounces/intake"
	"dailytip/credential"
	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/membership"
	"dailytip/scheduler"
	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/subscribers"
	"dailytip/test/logtext"
	"dailytip/tips"
	"dailytip/web"
)

// now is a Sunday.
var now = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

const password = "four words that differ"

var hash = sync.OnceValue(func() string {
	text, err := credential.Make(password)
	if err != nil {
		panic(err)
	}
	return text
})

// harness is the pages on a real database behind a real listener, with a person in each
// role, who are called as it is.
type harness struct {
	*testing.T
	db     *store.DB
	list   *subscribers.List
	ledger *ledger.Ledger
	admins *admins.Admins

	membership *membership.Service
	intake     *intake.Taker
	admin      *Admin
	url        string
	log        *logtext.Log
	outbox     *outbox
	passed     atomic.Int64 // since now
}

// settings are what a test may change before the pages are opened.
type settings struct {
	baseURL string
	people  []admins.Person
	options Options
}

func open(t *testing.T, db *store.DB, change func(*settings)) *harness {
	t.Helper()
	list, err := subscribers.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	h := &harness{T: t, db: db, list: list, ledger: ledger.New(db, list), log: &logtext.Log{}, outbox: &outbox{}}
	s := settings{baseURL: "http://localhost:8080"}
	for _, role := range admins.Roles() {
		s.people = append(s.people, admins.Person{Name: string(role), Password: hash(), Role: role})
	}
	h.membership = membership.New(membership.Options{DB: db, List: list, Ledger: h.ledger})
	h.intake = intake.New(intake.Options{DB: db, List: list, Ledger: h.ledger, Tags: list.Tags()})
	s.options = Options{List: list, Membership: h.membership, Editions: editions.New(db), Intake: h.intake, Ledger: h.ledger, Mails: h.mails(), Scheduler: scheduler.New(scheduler.Options{
		List: list, Editions: editions.New(db), Ledger: h.ledger, Newsletters: []scheduler.Newsletter{newsletter(t, "management"), newsletter(t, "other")},
	})}
	if change != nil {
		change(&s)
	}
	if h.admins, err = admins.New(admins.Options{DB: db, People: s.people, OIDC: s.options.Provider.Issuer}); err != nil {
		t.Fatal(err)
	}
	s.options.Admins = h.admins
	server := web.New(web.Options{
		DB: db, BaseURL: s.baseURL, Newsletters: []web.Newsletter{{ID: "management", Title: "Management Tip of the Day"}, {ID: "other"}},
		Now: func() time.Time { return now.Add(time.Duration(h.passed.Load())) }, Log: slog.New(slog.NewTextHandler(h.log, nil)),
	})
	if h.admin = AddTo(server, s.options); h.admin != nil {
		h.admin.shelves.patience = time.Minute
	}
	listener := httptest.NewServer(server.Handler())
	t.Cleanup(func() {
		listener.Close()
		if t.Failed() {
			t.Logf("log:\n%s", h.log)
		}
	})
	h.url = listener.URL
	return h
}

// newsletter has two tips; more are names and texts of files in turn.
func newsletter(t *testing.T, id string, more ...string) scheduler.Newsletter {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{
		"first.md":  "---\ntitle: First <b>tip</b>\nlink: https://example.com/1\ncreated: 2026-01-01\n---\nThe first tip.\n",
		"second.md": "---\ntitle: Second\ncreated: 2026-01-02\n---\nThe second tip.\n",
	}
	for i := 0; i < len(more); i += 2 {
		files[more[i]] = more[i+1]
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	library, err := tips.Open(dir, tips.Options{Language: "en"})
	if err != nil {
		t.Fatal(err)
	}
	rule, err := scheduler.ParseRule("0 7 * * MON-FRI")
	if err != nil {
		t.Fatal(err)
	}
	return scheduler.Newsletter{ID: id, Language: "en", Rule: rule, DefaultZone: time.UTC, Library: library, Order: "oldest", Grace: 6 * time.Hour, GiveUpAfter: 12 * time.Hour}
}

// browser is what one person has: it keeps cookies and follows no redirect.
type browser struct {
	*harness
	cookies map[string]*http.Cookie
}

func (h *harness) browser() *browser { return &browser{h, map[string]*http.Cookie{}} }

// answer is what a browser was answered.
type answer struct {
	*http.Response
	body string
}

var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// do sends a request; headers are names and values in turn.
func (b *browser) do(method, path string, form url.Values, headers ...string) answer {
	b.Helper()
	if form != nil {
		headers = append([]string{"Content-Type", "application/x-www-form-urlencoded"}, headers...)
	}
	return b.send(method, path, strings.NewReader(form.Encode()), headers...)
}

// send is do with a body of any kind.
func (b *browser) send(method, path string, body io.Reader, headers ...string) answer {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), method, b.url+path, body)
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	resp, err := client.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range resp.Cookies() {
		b.cookies[c.Name] = c
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	return answer{resp, string(text)}
}

func (b *browser) get(path string, headers ...string) answer {
	b.Helper()
	return b.do(http.MethodGet, path, nil, headers...)
}

func (b *browser) post(path string, form url.Values, headers ...string) answer {
	b.Helper()
	if form == nil {
		form = url.Values{}
	}
	return b.do(http.MethodPost, path, form, headers...)
}

// signIn signs somebody in by the form.
func (b *browser) signIn(name, password string, more ...string) answer {
	b.Helper()
	form := url.Values{"name": {name}, "password": {password}}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return b.post("/admin/signin", form)
}

// as is the browser of somebody in a role, who is signed in.
func (h *harness) as(role admins.Role) *browser {
	h.Helper()
	_, token, err := h.admins.Begin(h.Context(), now.Add(time.Duration(h.passed.Load())), admins.Who{Way: admins.ByPassword, ID: string(role), Name: string(role), Role: role}, "")
	if err != nil {
		h.Fatal(err)
	}
	b := h.browser()
	b.cookies["dailytip"] = &http.Cookie{Name: "dailytip", Value: token}
	return b
}

// want fails the test unless an answer has a status and holds some texts.
func (b *browser) want(a answer, status int, texts ...string) answer {
	b.Helper()
	if a.StatusCode != status {
		b.Fatalf("%s %s: status %d, want %d\n%s", a.Request.Method, a.Request.URL, a.StatusCode, status, a.body)
	}
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			b.Errorf("%s: %q isn't in\n%s", a.Request.URL, text, a.body)
		}
	}
	return a
}

// to fails the test unless an answer leads to an address.
func (b *browser) to(a answer, location string) {
	b.Helper()
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != location {
		b.Errorf("%s %s: status %d to %q, want 303 to %q", a.Request.Method, a.Request.URL, a.StatusCode, a.Header.Get("Location"), location)
	}
}

// sqlite opens the pages on SQLite, as they are.
func sqlite(t *testing.T) *harness {
	t.Helper()
	return open(t, storetest.SQLite(t), nil)
}
