package chaos

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"dailytip/ledger"
	"dailytip/test/daemontest"
)

// agrees fails the test if the ledger holds what must never be. It may be asked at
// any instant.
func (r *trial) agrees() {
	r.Helper()
	faults, err := ledger.Check(r.Context(), r.db)
	if err != nil {
		r.Fatal(err)
	}
	for _, fault := range faults {
		r.Errorf("the ledger: %s", fault)
	}
}

// shows fails the test if status, or a node's metrics, show anything else than
// the ledger's rows. Nothing may change meanwhile.
func (r *trial) shows() {
	r.Helper()
	rows, err := daemontest.States(r.Context(), r.db)
	if err != nil {
		r.Fatal(err)
	}
	states := []string{"pending", "sent", "retry", "failed", "in_doubt", "expired", "withdrawn"}
	status := r.status()
	for _, key := range append(states, "due", "resent_in_doubt") {
		if status[key] != rows[key] {
			r.Errorf("status: %d %s, but the ledger has %d rows", status[key], key, rows[key])
		}
	}
	for i, n := range r.nodes {
		if n.daemon == nil {
			continue
		}
		var wrong []string
		for end := time.Now().Add(r.patience()); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
			page := n.metrics()
			deliveries, edition := values(page, `dailytip_deliveries\{.*state="(.*)"\}`), values(page, `dailytip_edition_deliveries\{.*state="(.*)"\}`)
			resent := values(page, `dailytip_deliveries_(resent_in_doubt)\{.*\}`)
			wrong = nil
			for _, key := range states {
				if deliveries[key] != rows[key] || edition[key] != rows[key] {
					wrong = append(wrong, fmt.Sprintf("%d and %d %s, but the ledger has %d rows", deliveries[key], edition[key], key, rows[key]))
				}
			}
			if resent["resent_in_doubt"] != rows["resent_in_doubt"] {
				wrong = append(wrong, fmt.Sprintf("%d resent in doubt, but the ledger has %d rows", resent["resent_in_doubt"], rows["resent_in_doubt"]))
			}
			if wrong == nil {
				break // else the page may be five seconds old
			}
		}
		if wrong != nil {
			r.Errorf("metrics of node %d: %s", i, strings.Join(wrong, "; "))
		}
	}
}

// status is what the command of that name shows, the sum of all editions.
func (r *trial) status() map[string]int {
	r.Helper()
	out, err := r.nodes[0].Run(r.Context(), []string{"status", "--json"})
	if err != nil {
		r.Fatal(err)
	}
	sums := map[string]int{}
	for line := range strings.Lines(out) {
		edition := map[string]any{}
		if err := json.Unmarshal([]byte(line), &edition); err != nil {
			r.Fatalf("status says %q: %v", line, err)
		}
		for key, value := range edition {
			if n, ok := value.(float64); ok {
				sums[key] += int(n)
			}
		}
	}
	if sums["due"] == 0 {
		r.Errorf("status shows nothing: %s", out)
	}
	return sums
}

var servedAt = regexp.MustCompile(`http://[0-9.:]+/metrics`)

// metrics is the page of a node that runs.
func (n *node) metrics() string {
	n.t.Helper()
	at := servedAt.FindString(n.daemon.Log())
	client := http.Client{Timeout: 20 * time.Second}
	answer, err := client.Get(at) //nolint:noctx // a test
	if err != nil {
		n.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	page, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		n.t.Fatalf("%s: %d, %v: %s", at, answer.StatusCode, err, page)
	}
	return string(page)
}

// values sums a metric by the group of a pattern.
func values(page, pattern string) map[string]int {
	sums := map[string]int{}
	for _, m := range regexp.MustCompile(`(?m)^`+pattern+` ([0-9.e+]+)$`).FindAllStringSubmatch(page, -1) {
		n, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			n = -1 // what it isn't
		}
		sums[m[1]] += int(n)
	}
	return sums
}

func (r *trial) number(query string) (n int) {
	r.Helper()
	if err := r.db.Read().QueryRowContext(r.Context(), query).Scan(&n); err != nil {
		r.Fatalf("%s: %v", query, err)
	}
	return n
}
