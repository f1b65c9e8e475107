package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
	if got := NewSecret("").String(); got != "" {
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
		"admin: {password_hash: hunter2}",
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
