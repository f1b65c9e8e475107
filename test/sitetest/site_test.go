package sitetest_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"dailytip/editions"
	"dailytip/inbox"
	"dailytip/ledger"
	"dailytip/store"
	"dailytip/subscribers"
	"dailytip/test/daemontest"
	"dailytip/test/freeport"
	"dailytip/tips"
)

const root = "../.."

// today is the date of the newest edition.
var today = time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)

// site is the real program with something in its database.
type site struct {
	t        testing.TB
	dir      string
	url      string
	db       *store.DB
	list     *subscribers.List
	editions *editions.Editions
	ledger   *ledger.Ledger
	inbox    *inbox.Server

	readers map[string]subscribers.Added // by the first part of their address
	vote    map[string]string            // paths of vote pages, by what they are about
}

// start fills a database and serves it. All of it is gone
// when the test ends.
func start(t testing.TB) *site {
	t.Helper()
	s := &site{t: t, dir: t.TempDir(), readers: map[string]subscribers.Added{}, vote: map[string]string{}}
	program, err := daemontest.Build(t.Context())
	s.must(err)
	s.receive()
	config := s.configure()
	s.fill()
	s.serve(program, config)
	return s
}

func (s *site) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// receive starts the SMTP server that the program sends to.
func (s *site) receive() {
	var err error
	s.inbox, err = inbox.New(inbox.Options{UTF8: true})
	s.must(err)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.inbox.Run(ctx) }()
	s.t.Cleanup(func() { stop(); <-done })
}

// configure writes config.yaml and the libraries, and picks a port.
func (s *site) configure() string {
	free, err := freeport.Find()
	s.must(err)
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(free))
	s.url = "http://" + address
	s.must(os.CopyFS(filepath.Join(s.dir, "library"), os.DirFS(filepath.Join(root, "library"))))
	s.must(os.CopyFS(filepath.Join(s.dir, "gallery"), os.DirFS(filepath.Join(root, "render", "testdata", "gallery"))))
	s.must(os.WriteFile(filepath.Join(s.dir, "ca.pem"), s.inbox.CA().PEM(), 0o600))
	host, port, err := net.SplitHostPort(s.inbox.Addr())
	s.must(err)
	config := filepath.Join(s.dir, "config.yaml")
	s.must(os.WriteFile(config, fmt.Appendf(nil, `
base_url: %s
listen: %s
from: Daily Tip <tips@example.com>
postal_address: Example Press, 1 Example Street, Springfield
smtp: [{host: %s, port: %s, ca_file: ca.pem}]
newsletters:
  - {id: management, title: Management Tip of the Day, tips: library, schedule: "0 7 1 1 *"}
  - {id: gallery, title: The Gallery, tips: gallery, accent: "#0b6e5f", schedule: "0 7 1 1 *"}
  - {id: course, title: A Course in Meetings, tips: library, order: course, schedule: "0 7 1 1 *"}
`, s.url, address, host, port), 0o600))
	return config
}

// fill writes what the pages show: readers in every state, forty-eight editions
// of the starter library, one of each tip of the gallery, a course and a week.
func (s *site) fill() {
	var err error
	ctx := s.t.Context()
	s.db, err = store.Open(ctx, filepath.Join(s.dir, "dailytip.db"))
	s.must(err)
	s.t.Cleanup(func() { _ = s.db.Close() })
	_, err = s.db.Migrate(ctx)
	s.must(err)
	s.list, err = subscribers.Open(ctx, s.db)
	s.must(err)
	s.editions, s.ledger = editions.New(s.db), ledger.New(s.db, s.list)
	for _, r := range []struct{ name, newsletter, language string }{
		{"active", "management", "en"},
		{"zh-cn", "management", "zh-CN"},
		{"ar", "management", "ar"},
		{"again", "management", ""},
		{"pending", "management", ""},
		{"paused", "management", ""},
		{"left", "management", ""},
		{"bounced", "management", ""},
		{"gallery", "gallery", ""},
		{"course", "course", ""},
	} {
		s.readers[r.name] = s.add(r.name, r.newsletter, r.language)
	}
	library, gallery := s.tips("library"), s.tips("gallery")
	for i := range 48 {
		s.send("management", today.AddDate(0, 0, i-47), editions.Daily, library[i%len(library)])
	}
	for i, tip := range gallery {
		s.send("gallery", today.AddDate(0, 0, i+1-len(gallery)), editions.Daily, tip)
	}
	s.vote["a tip with everything"] = s.voteLink("gallery", today, "gallery")
	for _, tip := range library[:2] {
		s.send("course", today, editions.Course(tip.ID), tip)
	}
	s.vote["a tip"] = s.voteLink("management", today, "active")
	s.vote["a tip in Chinese"] = s.voteLink("management", today, "zh-cn")
	s.vote["a tip in Arabic"] = s.voteLink("management", today, "ar")
	s.vote["of nobody"] = s.voteLink("management", today, "erased")
	s.send("gallery", today.AddDate(0, 0, 1), editions.Weekly, library[:3]...)
	s.vote["a week"] = s.voteLink("gallery", today.AddDate(0, 0, 1), "gallery")
	for name, state := range map[string]func(tx *sql.Tx, a subscribers.Added) error{
		"paused": func(tx *sql.Tx, a subscribers.Added) error {
			_, err := s.list.Pause(ctx, tx, today, time.Time{}, a.Subscription, "test")
			return err
		},
		"left": func(tx *sql.Tx, a subscribers.Added) error {
			_, err := s.list.Unsubscribe(ctx, tx, today, a.Subscription, "test")
			return err
		},
		"bounced": func(tx *sql.Tx, a subscribers.Added) error {
			return s.list.Suppress(ctx, tx, today, a.Subscriber, "test")
		},
	} {
		s.must(s.db.Write(ctx, func(tx *sql.Tx) error { return state(tx, s.readers[name]) }))
	}
}

func (s *site) tips(folder string) []tips.Tip {
	shelf, err := tips.Open(filepath.Join(s.dir, folder), tips.Options{})
	s.must(err)
	return shelf.Tips()
}

func (s *site) add(name, newsletter, language string) (added subscribers.Added) {
	consent, at := subscribers.Vouched, today.AddDate(0, 0, -100)
	if name == "pending" {
		consent, at = subscribers.ByReader, time.Now() // the daemon forgets sign-ups that nobody confirms
	}
	s.must(s.db.Write(s.t.Context(), func(tx *sql.Tx) (err error) {
		added, err = s.list.Add(s.t.Context(), tx, at, subscribers.Request{
			Address: subscribers.Address(name + "@example.com"), Newsletter: newsletter, Consent: consent, Detail: "test",
			Preferences: subscribers.Preferences{Language: language, Timezone: "Europe/Berlin"},
		})
		return err
	}))
	return added
}

// send opens an edition for all readers of a newsletter who haven't got it, and
// has it accepted.
func (s *site) send(newsletter string, date time.Time, choice string, all ...tips.Tip) {
	ctx := s.t.Context()
	slots, err := s.list.Slots(ctx, newsletter)
	s.must(err)
	o := ledger.Opening{
		Newsletter: newsletter, LocalDate: date.Format(time.DateOnly), DueAt: date, ExpiresAt: date.Add(12 * time.Hour),
		Choice: choice, Reason: "next", Everyone: true,
	}
	for _, tip := range all {
		body, err := json.Marshal(tip)
		s.must(err)
		o.Items = append(o.Items, editions.Item{Tip: tip.ID, Body: body})
	}
	for _, slot := range slots {
		o.Slot = slot.ID
		_, err := s.ledger.Open(ctx, date, o)
		s.must(err)
	}
	claim := ledger.Claiming{Owner: "test", Limit: 1000}
	jobs, err := s.ledger.Exchange(ctx, date, nil, claim)
	s.must(err)
	outcomes := make([]ledger.Outcome, len(jobs))
	for i, j := range jobs {
		outcomes[i] = ledger.Outcome{Job: j, State: ledger.Sent}
	}
	_, err = s.ledger.Exchange(ctx, date, outcomes, ledger.Claiming{Owner: "test"})
	s.must(err)
}

// link is the path of a reader's page.
func (s *site) link(kind string, p subscribers.Purpose, name string) string {
	return "/" + kind + "/" + s.list.Tokens().Make(p, s.readers[name].Subscription)
}

func (s *site) voteLink(newsletter string, date time.Time, name string) string {
	e, err := s.editions.Edition(s.t.Context(), s.db.Read(), newsletter, date.Format(time.DateOnly))
	s.must(err)
	return s.link("vote/"+strconv.FormatInt(e.ID, 36), subscribers.VoteLink(e.ID), name)
}

// serve runs the program until the test ends.
func (s *site) serve(program, config string) {
	log, err := os.Create(filepath.Join(s.dir, "log"))
	s.must(err)
	daemon := exec.Command(program, "serve", "--config", config)
	daemon.Stdout, daemon.Stderr = log, log
	s.must(daemon.Start())
	ended := make(chan error, 1)
	go func() { ended <- daemon.Wait() }()
	s.t.Cleanup(func() {
		_ = daemon.Process.Signal(os.Interrupt)
		<-ended
		_ = log.Close()
		if s.t.Failed() {
			text, _ := os.ReadFile(log.Name())
			s.t.Logf("the program's log:\n%s", text[max(0, len(text)-4000):])
		}
	})
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); {
		if resp, err := http.Get(s.url + "/readyz"); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case err := <-ended:
			text, _ := os.ReadFile(log.Name())
			s.t.Fatalf("the program ended: %v\n%s", err, text)
		case <-time.After(50 * time.Millisecond):
		}
	}
	s.t.Fatal("the program isn't ready")
}

// fetch asks for a page, or posts a form when there is one.
func (s *site) fetch(p visit) (status int, kind, body string) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+p.path, nil)
	if p.form != nil {
		request, err = http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+p.path, strings.NewReader(p.form.Encode()))
	}
	s.must(err)
	if p.form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := http.DefaultClient.Do(request)
	s.must(err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	s.must(err)
	return resp.StatusCode, resp.Header.Get("Content-Type"), string(text)
}

// visit is a page to look at.
type visit struct {
	name, path string
	form       url.Values // posted; nil: the page is only asked for
	unseen     bool       // Chromium isn't shown it: it's like another one
}
