package main

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"dailytip/config"
	"dailytip/inbox"
	"dailytip/ledger"
	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/subscribers"
)

const alertSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8G"

// receiver takes posts, and answers them with the codes that it's given, one by one;
// then with 204.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	events []alertEvent
	ids    []string
	codes  []int
}

func startReceiver(t *testing.T) *receiver {
	r := &receiver{}
	verify, err := standardwebhooks.NewWebhook(alertSecret)
	if err != nil {
		t.Fatal(err)
	}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		if err != nil || request.Method != http.MethodPost || request.URL.Path != "/secret-path" {
			t.Errorf("%s %s: %v", request.Method, request.URL, err)
		}
		if err := verify.Verify(body, request.Header); err != nil {
			t.Errorf("the signature is wrong: %v", err)
		}
		var e alertEvent
		if err := json.Unmarshal(body, &e); err != nil {
			t.Errorf("%v in %s", err, body)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.events, r.ids = append(r.events, e), append(r.ids, request.Header.Get("Webhook-Id"))
		code := http.StatusNoContent
		if len(r.codes) > 0 {
			code, r.codes = r.codes[0], r.codes[1:]
		}
		if code == http.StatusFound {
			w.Header().Set("Location", r.URL+"/elsewhere")
		}
		w.WriteHeader(code)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) got() []alertEvent {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.events
}

// An alert that isn't taken is posted again, under the same id, and given up at last;
// the log doesn't tell the URL.
func TestAlertsArePostedAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := startReceiver(t)
		list, err := subscribers.Open(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		l, said := ledger.New(db, list), &syncBuffer{}
		file := &installation{T: t, dir: t.TempDir()}
		cfg := file.configuration("alert_url: " + r.URL + "/secret-path\nalert_secret: " + alertSecret)
		p, err := newAlertPoster(cfg, l, slog.New(slog.NewTextHandler(said, nil)))
		if err != nil {
			t.Fatal(err)
		}
		now := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
		raise := func() {
			if err := l.Tell(t.Context(), now, ledger.Notice{Kind: ledger.Alert, About: "management", Newsletter: "management", Detail: "[dailytip] management: sending is paused\nIt's so.\n"}); err != nil {
				t.Fatal(err)
			}
		}
		post := func(want bool) {
			t.Helper()
			if done, err := p.postNext(t.Context(), now); done != want || err != nil {
				t.Fatalf("%t, %v; want %t", done, err, want)
			}
		}
		post(false)
		raise()
		r.codes = []int{503, http.StatusFound}
		post(true)
		post(false) // it waits
		now = now.Add(11 * time.Second)
		post(true)
		now = now.Add(time.Minute)
		post(true) // it's taken
		now = now.Add(time.Hour)
		post(false)
		events := r.got()
		if len(events) != 3 || r.ids[0] != r.ids[2] || events[0].Type != "alert" || events[0].Data.Newsletter != "management" ||
			events[0].Data.Subject != "sending is paused" || events[0].Data.Text != "It's so.\n" {
			t.Errorf("%v %+v", r.ids, events)
		}

		raise()
		r.codes = []int{500, 500, 500, 500, 500, 500}
		for range 5 {
			post(true)
			now = now.Add(31 * time.Minute)
		}
		post(false)
		if log := said.String(); !strings.Contains(log, "given up") || strings.Contains(log, "secret-path") {
			t.Errorf("the log is %s", log)
		}
	})
}

// configuration loads one with these lines in it.
func (in *installation) configuration(lines string) *config.Config {
	in.Helper()
	in.write("library/first.md", "---\ntitle: T\nlink: https://example.com\n---\nText.\n")
	in.write("config.yaml", lines+"\nfrom: t@example.com\nnewsletters:\n  - id: management\n    tips: library\n")
	cfg, err := config.Load(in.dir + "/config.yaml")
	if err != nil {
		in.Fatal(err)
	}
	return cfg
}

// The daemon posts that sending is paused, with nobody to mail it to.
func TestDaemonPostsAlerts(t *testing.T) {
	t.Parallel()
	r := startReceiver(t)
	box, relay := startInbox(t, inbox.Options{})
	box.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.MailFrom {
			return inbox.Fault{Code: 550, Enhanced: "5.7.1", Text: "sender refused"}
		}
		return inbox.Fault{}
	})
	in := install(t, relay, "")
	in.replace("database: tips.db", "database: tips.db\nalert_url: "+r.URL+"/secret-path\nalert_secret: "+alertSecret)
	in.subscribe(2)
	d := in.serve()
	defer d.stop()
	in.run(codeFailed, "send", "--wait", "5s")
	in.eventually(patience, "the alert is posted", func() bool { return len(r.got()) > 0 })
	if e := r.got()[0]; e.Data.Subject != "sending is paused" || !strings.Contains(e.Data.Text, "sender refused") || !strings.HasPrefix(e.Data.Installation, "http://") {
		t.Errorf("%+v", e)
	}
}
