package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// dump is a value as YAML: every field, secrets redacted.
func dump(v any) string {
	out, err := yaml.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(out)
}

func TestSecretsNeverShow(t *testing.T) {
	const pw = "hunter2"
	t.Setenv("PW", pw)
	cfg := mustLoad(t, minimal+"database: postgres://tips:${PW}@db/tips?sslpassword=${PW}\nsmtp: [{username: me, password: '${PW}'}]\n")
	var log bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(h).Info("x", "cfg", cfg, "smtp", cfg.SMTP[0], "pw", cfg.SMTP[0].Password, "db", cfg.Database)
	}
	js, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	all.WriteString(log.String() + string(js) + dump(cfg))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		all.WriteString(fmt.Sprintf(verb, cfg.SMTP[0]) + fmt.Sprintf(verb, &cfg.SMTP[0].Password) + fmt.Sprintf(verb, cfg.Database))
	}
	if strings.Contains(all.String(), pw) || strings.Contains(all.String(), fmt.Sprintf("%x", pw)) {
		t.Errorf("the secret shows in\n%s", all.String())
	}
	if !strings.Contains(all.String(), redacted) || !strings.Contains(all.String(), "postgres://tips:xxxxx@db/tips") {
		t.Errorf("nothing is redacted in\n%s", all.String())
	}
	if got := cfg.SMTP[0].Password.Reveal(); got != pw {
		t.Errorf("Reveal returned %q", got)
	}
	if got := newSecret("").String(); got != "" {
		t.Errorf("an empty secret prints %q", got)
	}
}

func TestFaultsShowNoSecret(t *testing.T) {
	const pw = "hunter2"
	t.Setenv("PW", pw)
	for _, text := range []string{
		"database: 'postgres://tips:${PW}@db:x y/tips'",
		"database: '${PW}://x'",
		"smtp: [{port: '${PW}'}]",
		"smtp: [{tls: '${PW}'}]",
		"smtp: [{password: hunter2}]",
		"smtp: [{password: \"hunter2\\nhunter2\", username: me}]",
		"smtp: [{password: [hunter2], username: me}]",
		"admin: {people: [{name: ana, password_hash: hunter2, role: viewer}]}",
		"base_url: 'https://me:${PW}@example.com'",
		"reply_to: '${PW}'",
	} {
		got := faultsOf(t, minimal+text+"\n")
		if len(got) == 0 || strings.Contains(strings.Join(got, "\n"), pw) {
			t.Errorf("%s: %q", text, got)
		}
	}
}

func TestPasswordFile(t *testing.T) {
	text := minimal + "smtp: [{username: me, password_file: relay.pw}]\n"
	path := write(t, map[string]string{"config.yaml": text, "relay.pw": "s3cret \r\n"})
	cfg, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := cfg.SMTP[0].Password.Reveal(); got != "s3cret " {
		t.Errorf("password %q", got)
	}

	creds := t.TempDir()
	t.Setenv("CREDENTIALS_DIRECTORY", creds)
	if cfg, err = Load(path); err != nil || cfg.SMTP[0].Password.Reveal() != "s3cret " {
		t.Errorf("with an empty credentials folder: %v", err)
	}
	if err := os.WriteFile(filepath.Join(creds, "relay.pw"), []byte("from systemd"), 0o600); err != nil {
		t.Fatal(err)
	}
	if cfg, err = Load(path); err != nil || cfg.SMTP[0].Password.Reveal() != "from systemd" {
		t.Errorf("with a credential: %v", err)
	}

	path = write(t, map[string]string{"config.yaml": text, "relay.pw": "\n"})
	t.Setenv("CREDENTIALS_DIRECTORY", "")
	if _, err := Load(path); err == nil || !strings.Contains(err.Error(), "is empty") {
		t.Errorf("empty file: %v", err)
	}
}

// What editors add to a password isn't sent.
func TestPasswordFileAsPeopleSaveIt(t *testing.T) {
	text := minimal + "smtp: [{username: me, password_file: relay.pw}]\n"
	for content, want := range map[string]string{"\ufeffs3cret\r\n": "s3cret", "\ufeffs3cret": "s3cret", "s3cret\n\n": "s3cret"} {
		cfg, err := Load(write(t, map[string]string{"config.yaml": text, "relay.pw": content}))
		if err != nil {
			t.Errorf("%q: %v", content, err)
		} else if got := cfg.SMTP[0].Password.Reveal(); got != want {
			t.Errorf("%q: the password is %q", content, got)
		}
	}
	for _, content := range []string{"\xff\xfes\x003\x00c\x00r\x00e\x00t\x00\r\x00\n\x00", "s\x003\x00"} {
		_, err := Load(write(t, map[string]string{"config.yaml": text, "relay.pw": content}))
		if err == nil || !strings.Contains(err.Error(), "config.yaml:5: smtp[0].password_file: ") || !strings.Contains(err.Error(), "UTF-16") {
			t.Errorf("%q: %v", content, err)
		}
	}
}

// A login is made of characters that can be typed (RFC 4013 §2.3 forbids the
// others): one that isn't there on purpose would only be refused by the relay.
func TestLoginsWithoutControlCharacters(t *testing.T) {
	for _, file := range []string{"geheim\x1a", "geh\x1b[31meim", "geheim\t", "geh\neim", "\ngeheim", "geheim\u0085", "geheim\x7f"} {
		path := write(t, map[string]string{"config.yaml": minimal + "smtp: [{username: me, password_file: pw}]\n", "pw": file})
		_, err := Load(path)
		if err == nil || !strings.Contains(err.Error(), "control character") || strings.Contains(err.Error(), "geh") {
			t.Errorf("%q: %v", file, err)
		}
	}
	path := write(t, map[string]string{"config.yaml": minimal + "smtp: [{username: me, password_file: pw}]\n", "pw": " pass wörd \n"})
	if cfg, err := Load(path); err != nil || cfg.SMTP[0].Password.Reveal() != " pass wörd " {
		t.Error(err)
	}
	if faults := faultsOf(t, minimal+"smtp: [{username: \"m\\ee\", password: x}]\n"); len(faults) != 1 || !slices.ContainsFunc(faults, func(f string) bool { return strings.Contains(f, "control character") }) {
		t.Error(faults)
	}
}

// A named pipe or a device in the place of a file is a fault, and nobody waits
// for it.
func TestNamedPipesAreNoFiles(t *testing.T) {
	for _, text := range []string{
		minimal + "    template: pipe\n",
		minimal + "    template: /dev/zero\n",
		minimal + "smtp: [{username: me, password_file: pipe}]\n",
		minimal + "smtp: [{username: me, auth: xoauth2, token_file: pipe}]\n",
		minimal + "smtp: [{ca_file: pipe}]\n",
		minimal + "dkim: [{domain: example.com, selector: a, key_file: pipe}]\n",
		minimal + "dkim: [{domain: example.com, selector: a, key_file: /dev/stdin}]\n",
		minimal + "database: pipe\n",
		minimal + "database: /dev/zero\n",
	} {
		path := write(t, map[string]string{"config.yaml": text})
		if err := syscall.Mkfifo(filepath.Join(filepath.Dir(path), "pipe"), 0o600); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { _, err := Load(path); done <- err }()
		select {
		case err := <-done:
			if err == nil || !strings.Contains(err.Error(), "isn't a file") {
				t.Errorf("%s: %v", text, err)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%s: it waits", text)
		}
	}
}

func TestHoldsSecrets(t *testing.T) {
	t.Setenv("PW", "x")
	for text, want := range map[string]bool{
		"":                                    false,
		"smtp: [{username: me, password: x}]": true,
		"smtp: [{username: me, password: '${PW}'}]":         false,
		"database: postgres://u:p@localhost/tips":           true,
		"database: 'postgres://u:${PW}@localhost/tips'":     false,
		"database: postgres://localhost/tips?password=p":    true,
		"database: postgres://u@localhost/tips":             false,
		"database: 'postgres://localhost/t?password=${PW}'": false,
	} {
		if got := mustLoad(t, minimal+text+"\n").HoldsSecrets(); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// A few lines that name each other don't become millions of values.
func TestAliasesAreCounted(t *testing.T) {
	var b strings.Builder
	b.WriteString(minimal + "    skip: &s [" + strings.Repeat("12-24, ", 3000) + "12-24]\n")
	for range 3000 {
		b.WriteString("  - {id: a, tips: library, skip: *s}\n")
	}
	faults := faultsOf(t, b.String())
	if !slices.ContainsFunc(faults, func(f string) bool { return strings.Contains(f, "more than 50000 values") }) {
		t.Errorf("%.300q", faults)
	}
	for _, bomb := range []string{strings.Repeat("[", 500_000), strings.Repeat("{a: ", 200_000), strings.Repeat("- ", 500_000), "a: &a [*a, *a]\nnewsletters: *a\n", strings.Repeat("a: [", 1000)} {
		if faults := faultsOf(t, bomb); len(faults) == 0 {
			t.Errorf("%.20q… is taken", bomb)
		}
	}
}
