package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Who only looks needs no passwords: those out of reach are left out and named when
// somebody asks for them. What is wrong with a configuration stays a fault.
func TestLoadToLook(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "library"), 0o700); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "config.yaml")
	write := func(file, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const rest = "\nfrom: tips@example.com\nnewsletters: [{id: management, tips: library}]\n"
	for smtp, want := range map[string]string{
		"smtp: [{host: mx.example.com, username: tips, password: '${DAILYTIP_TEST_UNSET}'}]":          "DAILYTIP_TEST_UNSET isn't set",
		"smtp: [{host: mx.example.com, username: tips, password_file: nowhere}]":                      "smtp[0].password_file: there is no file",
		"smtp: [{host: mx.example.com, username: tips, auth: xoauth2, token_file: nowhere}]":          "smtp[0].token_file: there is no file",
		"bounces: {imap: {host: mx.example.com, username: tips, password_file: nowhere}}":             "bounces.imap.password_file: there is no file",
		"bounces: {webhooks: {generic_secret_file: nowhere}}":                                         "bounces.webhooks.generic_secret_file: there is no file",
		"dkim: [{domain: example.com, selector: s, key_file: nowhere}]":                               "dkim[0].key_file: there is no file",
		"smtp: [{host: mx.example.com, username: tips, auth: scram-sha-256, password_file: nowhere}]": "smtp[0].password_file: there is no file",
	} {
		write("config.yaml", smtp+rest)
		cfg, err := LoadToLook(name)
		if err != nil {
			t.Errorf("%s: to look: %v", smtp, err)
			continue
		}
		if _, whole := Load(name); whole == nil || whole.Error() != cfg.Secrets().Error() || !strings.Contains(whole.Error(), want) {
			t.Errorf("%s: to send: %v, and %v; want %s", smtp, whole, cfg.Secrets(), want)
		}
	}

	write("empty", "\n")
	for _, smtp := range []string{
		"smtp: [{host: mx.example.com, username: tips, password_file: empty}]",
		"smtp: [{host: mx.example.com, username: tips, password: '${DAILYTIP'}]",
		"smtp: [{host: mx.example.com, username: tips}]",
		"smtp: [{host: '${DAILYTIP_TEST_UNSET}'}]",
		"dkim: [{domain: example.com, selector: s, key_file: empty}]",
		"smtp: [{host: mx.example.com, username: tips, password_file: nowhere, port: many}]",
	} {
		write("config.yaml", smtp+rest)
		if _, err := LoadToLook(name); err == nil {
			t.Errorf("%s: is no fault to who looks", smtp)
		}
	}

	write("config.yaml", rest)
	cfg, err := Load(name)
	if err != nil || cfg.Secrets() != nil {
		t.Errorf("without secrets: %v, %v", err, cfg.Secrets())
	}
}
