package posting

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"dailytip/hooks"
)

// receive stands in docs/webhooks.md, too.
func receive(secret string, r *http.Request) (body []byte, err error) {
	if body, err = io.ReadAll(io.LimitReader(r.Body, 1<<20)); err != nil {
		return nil, err
	}
	webhook, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return nil, err
	}
	return body, webhook.Verify(body, r.Header)
}

// post is what came at a receiver.
type post struct {
	Secret  string
	Headers map[string]string // by names in lower case
	Body    string
}

// sent posts an event at an instant, and returns what came.
func sent(t *testing.T, now time.Time) (p post) {
	t.Helper()
	p = post{Secret: secret, Headers: map[string]string{}}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		for name := range r.Header {
			p.Headers[strings.ToLower(name)] = r.Header.Get(name)
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		p.Body = string(body)
	}))
	defer server.Close()
	a, err := Try(t.Context(), now, hooks.Endpoint{Name: "crm", URL: server.URL, Secret: secret, AllowPrivate: true})
	if err != nil || !a.Accepted() {
		t.Fatalf("%+v, %v", a, err)
	}
	return p
}

// verifiers check posts: each is a program that reads one and prints the event's type.
func verifiers(t *testing.T) map[string]func(t *testing.T, p post) (string, error) {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "webhooks.md"))
	if err != nil {
		t.Fatal(err)
	}
	snippet := func(language string) string {
		m := regexp.MustCompile("(?s)```" + language + "\n(.*?)```").FindSubmatch(page)
		if m == nil {
			t.Fatalf("docs/webhooks.md has nothing in %s", language)
		}
		return string(m[1])
	}
	dir := t.TempDir()
	modules, err := filepath.Abs(filepath.Join("..", "..", "test", "mailtest", "node_modules"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"receive.mjs": snippet("js") + `
import { readFileSync } from "node:fs";
const p = JSON.parse(readFileSync(0, "utf8"));
console.log(receive(p.Secret, p.Headers, p.Body).type);
`,
		"receive.py": snippet("python") + `
import sys
p = json.load(sys.stdin)
print(receive(p["Secret"], p["Headers"], p["Body"].encode())["type"])
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	source, err := os.ReadFile("verify_test.go")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(source), strings.TrimSpace(snippet("go"))) {
		t.Error("what docs/webhooks.md has in Go isn't what is tested here")
	}
	program := func(name, script string) func(t *testing.T, p post) (string, error) {
		return func(t *testing.T, p post) (string, error) {
			path := need(t, name, modules)
			input, err := json.Marshal(p)
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), path, filepath.Join(dir, script))
			cmd.Stdin = bytes.NewReader(input)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			out, err := cmd.Output()
			if strings.Contains(stderr.String(), "ERR_MODULE_NOT_FOUND") || strings.Contains(stderr.String(), "SyntaxError") {
				t.Fatalf("it can't run: %s", &stderr)
			}
			return strings.TrimSpace(string(out)), err
		}
	}
	return map[string]func(t *testing.T, p post) (string, error){
		"js": program("node", "receive.mjs"), "python": program("python3", "receive.py"),
		"go": func(t *testing.T, p post) (string, error) {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(p.Body))
			for name, value := range p.Headers {
				r.Header.Set(name, value)
			}
			body, err := receive(p.Secret, r)
			if err != nil {
				return "", err
			}
			var e struct{ Type string }
			err = json.Unmarshal(body, &e)
			return e.Type, err
		},
	}
}

// need finds a program, and for node the package. In CI their absence is a failure.
func need(t *testing.T, name, modules string) (path string) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil && name == "node" {
		_, err = os.Stat(filepath.Join(modules, "standardwebhooks"))
	}
	if err == nil {
		return path
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%v; scripts/setup-test-deps installs it", err)
	}
	t.Skipf("SKIPPED: %s hasn't checked our signatures: %v; scripts/setup-test-deps installs it", name, err)
	return ""
}

// Programs that aren't ours, written as docs/webhooks.md has it, know our posts; and no
// others, nor one that somebody sends again later.
func TestOthersVerify(t *testing.T) {
	now := time.Now()
	fresh, old := sent(t, now), sent(t, now.Add(-6*time.Minute))
	changed, foreign, renumbered := fresh, fresh, fresh
	changed.Body = strings.Replace(fresh.Body, "test", "alert", 1)
	foreign.Secret = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	renumbered.Headers = maps.Clone(fresh.Headers)
	renumbered.Headers["webhook-id"] = "evt_1"
	for language, verify := range verifiers(t) {
		t.Run(language, func(t *testing.T) {
			if got, err := verify(t, fresh); err != nil || got != string(hooks.Test) {
				t.Errorf("ours is %q, %v", got, err)
			}
			for name, p := range map[string]post{"changed": changed, "of another secret": foreign, "of another number": renumbered, "replayed": old} {
				if got, err := verify(t, p); err == nil {
					t.Errorf("one that is %s is taken: %q", name, got)
				}
			}
		})
	}
}
