//go:build long

package apitest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"dailytip/test/pgserver"
)

// A client that oapi-codegen makes of the document calls every operation, and reads every
// answer.
func TestAGeneratedClientCallsEveryOperation(t *testing.T) {
	dir := t.TempDir()
	for from, to := range map[string]string{"../../tools/client.mod": "go.mod", "../../tools/client.sum": "go.sum", "testdata/client.go.txt": "main.go"} {
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, to), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	program := ""
	eachEngine(t, func(r *rig) {
		if program == "" {
			if err := os.WriteFile(filepath.Join(dir, "openapi.json"), r.get("/openapi.json", nil), 0o600); err != nil {
				t.Fatal(err)
			}
			r.do(dir, "go", "tool", "oapi-codegen", "-generate", "types,client", "-package", "main", "-o", "client.go", "openapi.json")
			r.do(dir, "go", "build", "-o", "client", ".")
			program = filepath.Join(dir, "client")
		}
		ana, bounce := r.ids()
		if said := r.do(dir, program, r.url, r.token, ana, bounce, r.date); said != "" {
			r.Errorf("the client says:\n%s", said)
		}
	})
}

func TestExamplesOfThePageOnPostgres(t *testing.T) {
	examplesOfThePage(start(t, postgres(t)))
}

// eachEngine runs f with a daemon on SQLite, and one on PostgreSQL.
func eachEngine(t *testing.T, f func(r *rig)) {
	t.Run("sqlite", func(t *testing.T) { f(start(t, "")) })
	t.Run("postgres", func(t *testing.T) { f(start(t, postgres(t))) })
}

// postgres starts a server, and returns where a database is.
func postgres(t *testing.T) string {
	t.Helper()
	server, err := pgserver.Start(pgserver.Options{})
	if err != nil {
		missing(t, "PostgreSQL can't be started: %v", err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return server.URL("postgres")
}

// do runs a program in a folder and returns what it printed.
func (r *rig) do(dir, name string, args ...string) string {
	r.Helper()
	cmd := exec.CommandContext(r.Context(), name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}
