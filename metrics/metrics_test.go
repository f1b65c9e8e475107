package metrics

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/mailer"
	"dailytip/scheduler"
	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/subscribers"
	"dailytip/tips"
	"dailytip/verdict"
)

var start = time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)

// harness is what metrics are taken of: all of it real, but the relays' state
// and the clock.
type harness struct {
	*testing.T
	db      *store.DB
	list    *subscribers.List
	ledger  *ledger.Ledger
	now     time.Time
	metrics *Metrics
}

func setUp(t *testing.T, db *store.DB) *harness {
	t.Helper()
	h := &harness{T: t, db: db, now: start}
	var err error
	if h.list, err = subscribers.Open(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	h.ledger = ledger.New(db, h.list)
	folder := t.TempDir()
	for i := range 5 {
		text := fmt.Sprintf("# Tip %d\n\nSay it plainly.\n", i)
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("tip%d.md", i)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(folder, "broken.md"), []byte("---\ntitle: [\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	library, err := tips.Open(folder, tips.Options{})
	if err != nil {
		t.Fatal(err)
	}
	rule, err := scheduler.ParseRule("0 7 * * *")
	if err != nil {
		t.Fatal(err)
	}
	n := scheduler.Newsletter{
		ID: "management", Library: library, Rule: rule, DefaultZone: time.UTC, Order: scheduler.Oldest,
		RepeatAfter: 180 * 24 * time.Hour, Grace: 6 * time.Hour, GiveUpAfter: 12 * time.Hour,
	}
	s := scheduler.New(scheduler.Options{List: h.list, Editions: editions.New(db), Ledger: h.ledger, Newsletters: []scheduler.Newsletter{n}})
	h.metrics = New(Options{Version: "v1", Now: func() time.Time { return h.now }})
	h.metrics.Ask(Sources{
		Ledger: h.ledger, List: h.list, Scheduler: s,
		Relays: func() []mailer.RelayState {
			return []mailer.RelayState{{Name: "relay:25", Up: true, Connections: 3, Allowed: 8}, {Name: "other:25", Allowed: 4}}
		},
	})
	return h
}

// page reads what Prometheus would, with the field's own parser.
func (h *harness) page() map[string]*dto.MetricFamily {
	h.Helper()
	w := httptest.NewRecorder()
	h.metrics.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		h.Fatalf("%d: %s", w.Code, w.Body)
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(w.Body)
	if err != nil {
		h.Fatal(err)
	}
	return families
}

// value finds one value: of a histogram, how many were observed.
func (h *harness) value(page map[string]*dto.MetricFamily, name string, labels ...string) float64 {
	h.Helper()
	for _, m := range page[name].GetMetric() {
		var got []string
		for _, l := range m.GetLabel() {
			got = append(got, l.GetName()+"="+l.GetValue())
		}
		slices.Sort(got)
		slices.Sort(labels)
		if !slices.Equal(got, labels) {
			continue
		}
		return m.GetGauge().GetValue() + m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
	}
	h.Errorf("there is no %s%v", name, labels)
	return 0
}

func (h *harness) write(f func(tx *sql.Tx) error) {
	h.Helper()
	if err := h.db.Write(h.Context(), f); err != nil {
		h.Fatal(err)
	}
}

// play has an edition go out in part: of 6, 3 are sent, 1 failed, 1 is in doubt,
// 1 waits.
func (h *harness) play() {
	h.Helper()
	h.write(func(tx *sql.Tx) error {
		for i := range 7 {
			_, err := h.list.Add(h.Context(), tx, h.now.Add(-time.Hour), subscribers.Request{
				Address: subscribers.Address(fmt.Sprintf("r%d@example.com", i)), Newsletter: "management",
				Consent: []subscribers.Consent{subscribers.Vouched, subscribers.ByReader}[i/6],
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	slots, err := h.list.Slots(h.Context(), "management")
	if err != nil || len(slots) != 1 {
		h.Fatal(slots, err)
	}
	_, err = h.ledger.Open(h.Context(), h.now, ledger.Opening{
		Newsletter: "management", LocalDate: "2026-11-23", Slot: slots[0].ID, DueAt: h.now, ExpiresAt: h.now.Add(time.Hour),
		Choice: editions.Daily, Reason: "next", Items: []editions.Item{{Tip: "tip0", Body: []byte(`{}`)}},
	})
	if err != nil {
		h.Fatal(err)
	}
	claim := ledger.Claiming{Owner: "node", Limit: 5}
	jobs, err := h.ledger.Exchange(h.Context(), h.now, nil, claim)
	if err != nil || len(jobs) != 5 {
		h.Fatal(jobs, err)
	}
	var outcomes []ledger.Outcome
	for i, state := range []ledger.State{ledger.Sent, ledger.Sent, ledger.Sent, ledger.Failed, ledger.InDoubt} {
		outcomes = append(outcomes, ledger.Outcome{Job: jobs[i], State: state, Reply: ledger.Reply{Code: 550}, Doubt: state == ledger.InDoubt})
	}
	claim.Limit = 0
	if _, err := h.ledger.Exchange(h.Context(), h.now, outcomes, claim); err != nil {
		h.Fatal(err)
	}
}

func TestPage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := setUp(t, db)
		db.ObserveWrites(h.metrics.Wrote)
		h.play()
		for i, o := range []mailer.Observation{
			{Attempt: 1, Verdict: verdict.Accepted, Reply: verdict.Reply{Stage: verdict.Dot, Code: 250}, Bytes: 8000},
			{Attempt: 2, Verdict: verdict.Accepted, Reply: verdict.Reply{Stage: verdict.Dot, Code: 250}, Bytes: 4000},
			{Attempt: 1, Verdict: verdict.Dead, Reply: verdict.Reply{Stage: verdict.RcptTo, Code: 550, Enhanced: "5.1.1"}},
			{Attempt: 1, Verdict: verdict.InDoubt, Reply: verdict.Reply{Stage: verdict.Dot, Err: errors.New("EOF")}, Kind: ledger.Confirm},
		} {
			o.Relay, o.Newsletter, o.Took = "relay:25", "management", time.Duration(i+1)*10*time.Millisecond
			h.metrics.Observe(o)
		}
		h.now = h.now.Add(3 * time.Second)
		h.metrics.Ticked(start.Add(100 * time.Millisecond))
		if err := h.ledger.Pause(t.Context(), h.now, ledger.PauseInfo{Newsletter: "management", Since: h.now, ProbeAt: h.now}); err != nil {
			t.Fatal(err)
		}
		page := h.page()
		for _, want := range []struct {
			value  float64
			name   string
			labels []string
		}{
			{1, "dailytip_ledger_up", nil},
			{3, "dailytip_deliveries", []string{"newsletter=management", "state=sent"}},
			{1, "dailytip_deliveries", []string{"newsletter=management", "state=pending"}},
			{1, "dailytip_deliveries", []string{"newsletter=management", "state=failed"}},
			{0, "dailytip_deliveries", []string{"newsletter=management", "state=expired"}},
			{1, "dailytip_edition_deliveries", []string{"newsletter=management", "edition=2026-11-23", "state=in_doubt"}},
			{0, "dailytip_edition_paused", []string{"newsletter=management", "edition=2026-11-23"}},
			{0, "dailytip_deliveries_resent_in_doubt", []string{"newsletter=management"}},
			{0, "dailytip_paused", []string{"scope=relay", "newsletter="}},
			{1, "dailytip_paused", []string{"scope=run", "newsletter=management"}},
			{0, "dailytip_paused", []string{"scope=notices", "newsletter=management"}},
			{0, "dailytip_notices_waiting", nil},
			{1, "dailytip_nodes", nil},
			{0, "dailytip_bounces", []string{"newsletter=management", "class=hard"}},
			{0, "dailytip_resting", nil},
			{6, "dailytip_subscriptions", []string{"newsletter=management", "state=active"}},
			{1, "dailytip_subscriptions", []string{"newsletter=management", "state=pending"}},
			{0, "dailytip_subscriptions", []string{"newsletter=management", "state=suppressed"}},
			{2, "dailytip_messages_total", []string{"relay=relay:25", "newsletter=management", "kind=delivery", "verdict=accepted"}},
			{1, "dailytip_messages_total", []string{"relay=relay:25", "newsletter=management", "kind=notice", "verdict=in_doubt"}},
			{1, "dailytip_message_retries_total", []string{"relay=relay:25"}},
			{12000, "dailytip_message_bytes_total", []string{"relay=relay:25"}},
			{1, "dailytip_message_refusals_total", []string{"relay=relay:25", "class=suppress", "code=550"}},
			{1, "dailytip_message_refusals_total", []string{"relay=relay:25", "class=no_answer", "code=none"}},
			{4, "dailytip_message_duration_seconds", []string{"relay=relay:25"}},
			{1, "dailytip_relay_up", []string{"relay=relay:25"}},
			{0, "dailytip_relay_up", []string{"relay=other:25"}},
			{3, "dailytip_relay_connections", []string{"relay=relay:25"}},
			{4, "dailytip_relay_connections_allowed", []string{"relay=other:25"}},
			{5, "dailytip_library_tips", []string{"newsletter=management"}},
			{1, "dailytip_library_faults", []string{"newsletter=management"}},
			{float64(start.AddDate(0, 0, 1).Unix()), "dailytip_next_due_timestamp_seconds", []string{"newsletter=management"}},
			{5 * 86400, "dailytip_runway_seconds", []string{"newsletter=management"}}, // four tips are left, from tomorrow on
			{float64(start.Unix()) + 0.1, "dailytip_scheduler_last_tick_timestamp_seconds", nil},
			{3, "dailytip_scheduler_lag_seconds", nil},
			{0, "dailytip_database_write_duration_seconds", []string{"result=error"}},
		} {
			if got := h.value(page, want.name, want.labels...); got != want.value {
				t.Errorf("%s%v is %v, want %v", want.name, want.labels, got, want.value)
			}
		}
		if n := h.value(page, "dailytip_database_write_duration_seconds", "result=ok"); n < 4 {
			t.Errorf("%v writes were measured", n)
		}
		for _, name := range []string{"dailytip_build_info", "go_goroutines", "process_cpu_seconds_total"} {
			if page[name] == nil {
				t.Errorf("there is no %s", name)
			}
		}
		wantDocumented(t, page)
	})
}

// wantDocumented compares the page with docs/metrics.md, both ways.
func wantDocumented(t *testing.T, page map[string]*dto.MetricFamily) {
	t.Helper()
	text, err := os.ReadFile("../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `(dailytip_\\w+)` \\| (\\w+) \\|([\\w, ]*)\\|").FindAllStringSubmatch(string(text), -1) {
		name, labels := m[1], strings.Fields(strings.ReplaceAll(m[3], ",", " "))
		documented[name] = true
		family := page[name]
		if family == nil {
			t.Errorf("%s is documented and doesn't exist", name)
			continue
		}
		if kind := strings.ToLower(family.GetType().String()); kind != m[2] {
			t.Errorf("%s is a %s, documented as %s", name, kind, m[2])
		}
		var got []string
		for _, l := range family.GetMetric()[0].GetLabel() {
			got = append(got, l.GetName())
		}
		slices.Sort(got)
		slices.Sort(labels)
		if !slices.Equal(got, labels) {
			t.Errorf("%s has the labels %v, documented as %v", name, got, labels)
		}
	}
	for name := range page {
		if strings.HasPrefix(name, "dailytip_") && !documented[name] {
			t.Errorf("%s isn't in docs/metrics.md", name)
		}
	}
	for _, m := range regexp.MustCompile(`dailytip_\w+`).FindAllString(string(text), -1) {
		m = strings.TrimSuffix(strings.TrimSuffix(m, "_bucket"), "_count")
		if !documented[m] {
			t.Errorf("docs/metrics.md speaks of %s, which doesn't exist", m)
		}
	}
}

// Names and units are as Prometheus's own linter wants them.
func TestNames(t *testing.T) {
	h := setUp(t, storetest.SQLite(t))
	h.play()
	h.metrics.Observe(mailer.Observation{Relay: "relay:25", Attempt: 2, Verdict: verdict.Accepted, Bytes: 1})
	h.metrics.Observe(mailer.Observation{Relay: "relay:25", Attempt: 1, Verdict: verdict.Retry})
	var families []*dto.MetricFamily
	for _, f := range h.page() {
		families = append(families, f)
	}
	problems, err := promlint.NewWithMetricFamilies(families).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

// Several who scrape cost one look in five seconds, and the next look sees what
// has changed.
func TestLooksAreKept(t *testing.T) {
	h := setUp(t, storetest.SQLite(t))
	sent := func() float64 {
		h.Helper()
		return h.value(h.page(), "dailytip_deliveries", "newsletter=management", "state=sent")
	}
	if got := sent(); got != 0 {
		t.Errorf("%v sent before anything is", got)
	}
	h.play()
	h.now = h.now.Add(fresh - time.Second)
	if got := sent(); got != 0 {
		t.Errorf("%v sent, read anew after four seconds", got)
	}
	h.now = h.now.Add(2 * time.Second)
	if got := sent(); got != 3 {
		t.Errorf("%v sent, want 3", got)
	}
}

// A ledger that can't be read says so; the rest is still there.
func TestLedgerDown(t *testing.T) {
	h := setUp(t, storetest.SQLite(t))
	h.metrics.Observe(mailer.Observation{Relay: "relay:25", Attempt: 1, Verdict: verdict.Accepted})
	if err := h.db.Close(); err != nil {
		t.Fatal(err)
	}
	page := h.page()
	if up := h.value(page, "dailytip_ledger_up"); up != 0 {
		t.Errorf("up is %v", up)
	}
	if page["dailytip_deliveries"] != nil {
		t.Error("deliveries are told although nobody knows them")
	}
	if page["dailytip_messages_total"] == nil || page["dailytip_relay_up"] == nil {
		t.Error("what doesn't need the ledger is missing")
	}
}

func TestRun(t *testing.T) {
	h := setUp(t, storetest.SQLite(t))
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.metrics.Run(ctx, l) }()
	for path, want := range map[string]int{"/metrics": http.StatusOK, "/": http.StatusNotFound, "/debug/pprof/": http.StatusNotFound} {
		answer, err := http.Get("http://" + l.Addr().String() + path) //nolint:noctx // a test
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if answer.StatusCode != want || err != nil {
			t.Errorf("%s: %d, %v", path, answer.StatusCode, err)
		}
		if want == http.StatusOK && !strings.Contains(string(text), "dailytip_build_info{goversion=") {
			t.Errorf("%s", text)
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = taken.Close()
	if err := h.metrics.Run(t.Context(), taken); err == nil {
		t.Error("it ran on a listener that was closed")
	}
}
