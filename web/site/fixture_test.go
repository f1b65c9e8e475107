package site_test

import (
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/membership"
	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/subscribers"
	"dailytip/test/logtext"
	"dailytip/web"
	"dailytip/web/site"
)

var now = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

const title = "Management Tip of the Day"

// fixture is the pages on a real database behind a real listener.
type fixture struct {
	t    *testing.T
	db   *store.DB
	list *subscribers.List
	url  string // where it listens
	log  *logtext.Log
	http *http.Client

	server  *site.Site
	service *membership.Service
	passed  atomic.Int64 // since now, for [fixture.wait]
}

// options are what a test may change before the pages are opened.
type options struct {
	site.Options
	Web web.Options
}

// serve returns a server with the readers' pages.
func (o options) serve() *site.Site {
	o.Web.Newsletters = site.Headings(o.Newsletters)
	return site.AddTo(web.New(o.Web), o.Options)
}

// wait lets time go by on the server's clock.
func (s *fixture) wait(d time.Duration) { s.passed.Add(int64(d)) }

// both opens a site on each engine.
func both(t *testing.T, change func(*options), f func(t *testing.T, s *fixture)) {
	storetest.Each(t, func(t *testing.T, db *store.DB) { f(t, openOn(t, db, change)) })
}

func open(t *testing.T, change func(*options)) *fixture {
	t.Helper()
	return openOn(t, storetest.SQLite(t), change)
}

func openOn(t *testing.T, db *store.DB, change func(*options)) *fixture {
	t.Helper()
	list, err := subscribers.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	s := &fixture{t: t, db: db, list: list, log: &logtext.Log{}}
	s.http = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	book := ledger.New(db, list)
	o := options{
		Options: site.Options{
			List: list, Editions: editions.New(db), Ledger: book, Membership: membership.New(membership.Options{DB: db, List: list, Ledger: book}),
			Newsletters: []site.Newsletter{{ID: "management", Title: title, Language: "en"}},
		},
		Web: web.Options{
			DB: db, BaseURL: "http://tips.example.com", Now: func() time.Time { return now.Add(time.Duration(s.passed.Load())) },
			Log: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		},
	}
	if change != nil {
		change(&o)
	}
	s.server, s.service = o.serve(), o.Membership
	s.server.Hasten(0)
	server := httptest.NewServer(s.server.Handler())
	t.Cleanup(func() {
		server.Close()
		t.Logf("log:\n%s", s.log)
	})
	s.url = server.URL
	return s
}

func (s *fixture) write(f func(tx *sql.Tx) error) {
	s.t.Helper()
	if err := s.db.Write(s.t.Context(), f); err != nil {
		s.t.Fatal(err)
	}
}

// add makes somebody who hasn't confirmed yet and returns their subscription.
func (s *fixture) add(address, language string) subscribers.Added {
	s.t.Helper()
	return s.addTo("management", address, language)
}

func (s *fixture) addTo(newsletter, address, language string) (added subscribers.Added) {
	s.t.Helper()
	s.write(func(tx *sql.Tx) (err error) {
		added, err = s.list.Add(s.t.Context(), tx, now.Add(-time.Hour), subscribers.Request{
			Address: subscribers.Address(address), Newsletter: newsletter, Consent: subscribers.ByReader, Detail: "test",
			Preferences: subscribers.Preferences{Language: language},
		})
		return err
	})
	return added
}

// bring moves a new subscription to a state.
func (s *fixture) bring(a subscribers.Added, state subscribers.State) {
	s.t.Helper()
	s.write(func(tx *sql.Tx) error {
		ctx, before := s.t.Context(), now.Add(-time.Minute)
		var err error
		switch state {
		case subscribers.Active:
			_, err = s.list.Confirm(ctx, tx, before, a.Subscription, "test")
		case subscribers.Paused:
			if _, err = s.list.Confirm(ctx, tx, before, a.Subscription, "test"); err == nil {
				_, err = s.list.Pause(ctx, tx, before, time.Time{}, a.Subscription, "test")
			}
		case subscribers.Unsubscribed:
			_, err = s.list.Unsubscribe(ctx, tx, before, a.Subscription, "test")
		case subscribers.Suppressed:
			err = s.list.Suppress(ctx, tx, before, a.Subscriber, "test")
		}
		return err
	})
}

func (s *fixture) erase(a subscribers.Added) {
	s.t.Helper()
	person, err := s.list.Get(s.t.Context(), s.db.Read(), a.Subscriber)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.service.Erase(s.t.Context(), now, person.ID); err != nil {
		s.t.Fatal(err)
	}
}

func (s *fixture) state(a subscribers.Added) subscribers.State {
	s.t.Helper()
	sub, err := s.list.Subscription(s.t.Context(), s.db.Read(), a.Subscription)
	if err != nil {
		s.t.Fatal(err)
	}
	return sub.State
}

func (s *fixture) confirmLink(a subscribers.Added) string {
	return "/confirm/" + s.list.Tokens().Make(subscribers.ConfirmLink, a.Subscription)
}

func (s *fixture) leaveLink(a subscribers.Added) string {
	return "/u/" + s.list.Tokens().Make(subscribers.UnsubscribeLink, a.Subscription)
}

func (s *fixture) preferencesLink(a subscribers.Added) string {
	return "/preferences/" + s.list.Tokens().Make(subscribers.PreferencesLink, a.Subscription)
}

// accountLink is the path of the last link to an account that was mailed.
func (s *fixture) accountLink() string {
	s.t.Helper()
	var number int64
	err := s.db.Read().QueryRowContext(s.t.Context(), "SELECT CAST(detail AS BIGINT) FROM notices WHERE kind = 'account' ORDER BY id DESC LIMIT 1").Scan(&number)
	if err != nil {
		s.t.Fatal(err)
	}
	return "/open/" + s.list.Tokens().Make(subscribers.AccountLink, number)
}

// openAccount has the link mailed that the settings offer, opens it, and returns
// the path of the page behind it.
func (s *fixture) openAccount(settings string) string {
	s.t.Helper()
	s.post(settings, "do=account").must(s.t, 200)
	a := s.post(s.accountLink(), "")
	a.must(s.t, 303)
	return a.Header.Get("Location")
}

// answer is a response that has been read.
type answer struct {
	*http.Response
	body string
}

func (s *fixture) do(method, path, contentType, body string, header ...string) answer {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := s.http.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer{resp, string(text)}
}

func (s *fixture) get(path string, header ...string) answer {
	s.t.Helper()
	return s.do("GET", path, "", "", header...)
}

const formType = "application/x-www-form-urlencoded"

func (s *fixture) post(path, body string, header ...string) answer {
	s.t.Helper()
	return s.do("POST", path, formType, body, header...)
}

// must fails the test unless the answer has a status and holds texts.
func (a answer) must(t *testing.T, status int, texts ...string) {
	t.Helper()
	if a.StatusCode != status {
		t.Fatalf("status %d, want %d\n%s", a.StatusCode, status, a.body)
	}
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			t.Errorf("the page lacks %q:\n%s", text, a.body)
		}
	}
}

func (a answer) mustNot(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(a.body, text) {
			t.Errorf("the page holds %q:\n%s", text, a.body)
		}
	}
}

// dump writes out every row that a page could change.
func (s *fixture) dump() string {
	s.t.Helper()
	var b strings.Builder
	for _, table := range []string{"subscribers", "subscriptions", "subscription_events", "slots", "notices", "erased", "link_keys", "accounts"} {
		s.dumpTable(&b, table)
	}
	return b.String()
}

func (s *fixture) dumpTable(b *strings.Builder, table string) {
	s.t.Helper()
	rows, err := s.db.Read().QueryContext(s.t.Context(), "SELECT * FROM "+table+" ORDER BY 1")
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		s.t.Fatal(err)
	}
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			s.t.Fatal(err)
		}
		fmt.Fprint(b, table)
		for _, v := range values {
			fmt.Fprintf(b, " %v", *v.(*any))
		}
		b.WriteByte('\n')
	}
	if err := rows.Err(); err != nil {
		s.t.Fatal(err)
	}
}

// events lists what happened to a person, newest first, as "kind: detail".
func (s *fixture) events(a subscribers.Added) (all []string) {
	s.t.Helper()
	events, err := s.list.Events(s.t.Context(), s.db.Read(), a.Subscriber, 100)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, e := range events {
		all = append(all, e.Kind+": "+e.Detail)
	}
	return all
}

// notices lists the kinds of the mails that wait.
func (s *fixture) notices() (kinds []string) {
	s.t.Helper()
	rows, err := s.db.Read().QueryContext(s.t.Context(), "SELECT kind || ' ' || email || ' ' || language FROM notices ORDER BY id")
	kinds, err = store.Collect(rows, err, store.Column[string])
	if err != nil {
		s.t.Fatal(err)
	}
	return kinds
}
