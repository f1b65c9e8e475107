package apitest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/test/daemontest"
	"dailytip/test/freeport"
)

// rig is a daemon with an SMTP server beside it, on which two readers stand: ana, and
// gone, whose mail has come back.
type rig struct {
	*testing.T
	in    *daemontest.Installation
	url   string // where the API is
	token string
	date  string // of an edition that was sent
}

// missing ends a test that needs something that this machine lacks.
func missing(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf(format, args...)
	}
	t.Skipf("SKIPPED: "+format, args...)
}

func start(t *testing.T, database string) *rig {
	t.Helper()
	program, err := daemontest.Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	box, relay := startInbox(t)
	port, err := freeport.Find()
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{T: t, date: time.Now().UTC().Format(time.DateOnly)}
	address := "127.0.0.1:" + strconv.Itoa(port)
	r.url = "http://" + address + "/api/v1"
	r.in, err = daemontest.Install(daemontest.Options{
		Program: program, Dir: t.TempDir(), Database: database, Relays: relay, Top: "api: true", Listen: address, Newsletter: `schedule: "0 0 1 1 *"`,
	})
	if err != nil {
		t.Fatal(err)
	}
	r.token = strings.TrimSpace(r.run("tokens", "new", "test", "--scope", "all"))
	for _, email := range []string{"ana@example.com", "gone@example.com"} {
		r.run("subscribers", "add", email, "--confirmed")
	}
	box.SetFault(func(a inbox.Ask) inbox.Fault {
		if a.Stage == inbox.RcptTo && a.To == "gone@example.com" {
			return inbox.Fault{Code: 550, Enhanced: "5.1.1", Text: "no such user"}
		}
		return inbox.Fault{}
	})
	if _, err := r.in.Run(t.Context(), []string{"send"}, 5); err != nil {
		t.Fatal(err)
	}
	daemon, err := r.in.Serve(context.Background()) // it ends after the test
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := daemon.Stop(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("log:\n%s", daemon.Log())
		}
		if strings.Contains(daemon.Log(), r.token[:11]) {
			t.Error("the log names a token")
		}
	})
	return r
}

func startInbox(t *testing.T) (*inbox.Server, string) {
	t.Helper()
	box, err := inbox.New(inbox.Options{Max: 1000})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- box.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		<-done
	})
	authority := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(authority, box.CA().PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	return box, fmt.Sprintf("- host: 127.0.0.1\n  port: %d\n  ca_file: %s\n", box.Port(), authority)
}

func (r *rig) run(args ...string) string {
	r.Helper()
	out, err := r.in.Run(r.Context(), args)
	if err != nil {
		r.Fatal(err)
	}
	return out
}

// get reads the JSON at a path.
func (r *rig) get(path string, into any) []byte {
	r.Helper()
	request, err := http.NewRequestWithContext(r.Context(), http.MethodGet, r.url+path, nil)
	if err != nil {
		r.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+r.token)
	resp, err := http.DefaultClient.Do(request)
	if err != nil {
		r.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		r.Fatalf("%s: %s, %v: %s", path, resp.Status, err, text)
	}
	if into != nil {
		if err := json.Unmarshal(text, into); err != nil {
			r.Fatalf("%s: %v", path, err)
		}
	}
	return text
}

// items is what lists answer with.
type items struct {
	Items []struct{ ID, Email string }
}

// ids are the numbers of ana and of the bounce.
func (r *rig) ids() (ana, bounce string) {
	r.Helper()
	var people, bounces items
	r.get("/subscribers?email=ana@example.com", &people)
	r.get("/bounces", &bounces)
	if len(people.Items) != 1 || len(bounces.Items) != 1 {
		r.Fatalf("people %+v, bounces %+v", people, bounces)
	}
	return people.Items[0].ID, bounces.Items[0].ID
}

// operations are the methods and paths of the document.
func (r *rig) operations() (all map[string]string) {
	r.Helper()
	var d struct {
		Paths map[string]map[string]struct{ OperationID string }
	}
	r.get("/openapi.json", &d)
	all = map[string]string{}
	for path, methods := range d.Paths {
		for method, op := range methods {
			all[op.OperationID] = strings.ToUpper(method) + " " + path
		}
	}
	return all
}
