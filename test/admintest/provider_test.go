package admintest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"dailytip/test/daemontest"
	"dailytip/test/freeport"
	"dailytip/test/logtext"
)

// provider is one of OpenID Connect that isn't ours, in a process of its own, at which
// everybody's password is right: see provider.mjs.
type provider struct {
	*testing.T
	options providerOptions
	url     string
	cmd     *exec.Cmd
	log     *logtext.Log
}

type providerOptions struct {
	Module    string `json:"module"`
	Port      int    `json:"port"`
	Redirect  string `json:"redirect"`
	Secret    string `json:"secret"`
	Algorithm string `json:"algorithm"`
	InToken   bool   `json:"inToken"`
}

// newProvider finds a place for it.
func newProvider(t *testing.T) *provider {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		missing(t, "node")
	}
	module, err := filepath.Abs(filepath.Join("..", "mailtest", "node_modules", "oidc-provider", "lib", "index.js"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(module); err != nil {
		missing(t, "oidc-provider")
	}
	port, err := freeport.Find()
	if err != nil {
		t.Fatal(err)
	}
	p := &provider{T: t, url: fmt.Sprintf("http://127.0.0.1:%d", port), log: &logtext.Log{}}
	p.options = providerOptions{Module: module, Port: port, Secret: "s3cret/of+the client", Algorithm: "RS256"}
	t.Cleanup(func() {
		p.stop()
		if t.Failed() {
			t.Logf("the provider's log:\n%s", p.log)
		}
	})
	return p
}

// letIn has a house's people come by it, too.
func (p *provider) letIn(o *daemontest.Options) {
	p.Helper()
	p.options.Redirect = "http://" + o.Listen + "/admin/signin/oidc/callback"
	o.Top += fmt.Sprintf(`
  oidc:
    issuer: %s
    client_id: tips
    client_secret_file: oidc-secret
    roles: {viewer: [everybody], editor: [editorial], operator: [it]}`, p.url)
	if err := os.WriteFile(filepath.Join(o.Dir, "oidc-secret"), []byte(p.options.Secret+"\n"), 0o600); err != nil {
		p.Fatal(err)
	}
}

// start starts it with nobody signed in, and waits until it answers.
func (p *provider) start() {
	p.Helper()
	options, err := json.Marshal(p.options)
	if err != nil {
		p.Fatal(err)
	}
	p.cmd = exec.CommandContext(p.Context(), "node", "provider.mjs", string(options))
	p.cmd.Stderr = p.log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := p.cmd.StdoutPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		p.Fatal(err)
	}
	slow := time.AfterFunc(patience, func() { _ = p.cmd.Process.Kill() })
	defer slow.Stop()
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || strings.TrimSpace(line) != "ready" {
		p.Fatalf("the provider says %q, %v", line, err)
	}
}

// stop has it go away.
func (p *provider) stop() {
	if p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
	p.cmd = nil
}
