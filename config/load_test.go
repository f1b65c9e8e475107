package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // zones must be known on machines without any
)

// minimal is the least that loads, beside a folder named library.
const minimal = "from: Daily Tip <tips@example.com>\nnewsletters:\n  - id: management\n    tips: library\n"

// write puts files into a new folder that has a library, and returns the path
// of its config.yaml.
func write(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "library"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "config.yaml")
}

func mustLoad(t *testing.T, text string) *Config {
	t.Helper()
	cfg, err := Load(write(t, map[string]string{"config.yaml": text}))
	if err != nil {
		t.Fatalf("Load:\n%v\nof:\n%s", err, text)
	}
	return cfg
}

// faultsOf loads text and returns its faults as "LINE: message".
func faultsOf(t *testing.T, text string) []string {
	t.Helper()
	path := write(t, map[string]string{"config.yaml": text})
	cfg, err := Load(path)
	if err == nil {
		return nil
	}
	if cfg != nil {
		t.Error("Load returned a Config beside an error")
	}
	var faults Faults
	if !errors.As(err, &faults) || len(faults) == 0 {
		t.Fatalf("Load returned %T, want Faults", err)
	}
	var out []string
	for _, f := range faults {
		out = append(out, strings.TrimPrefix(strings.TrimPrefix(f.Error(), path), ":"))
	}
	return out
}

func TestSite(t *testing.T) {
	cfg := mustLoad(t, minimal+`trusted_proxies: [127.0.0.1, 10.0.0.0/8, "::1", "fd00::/8"]
signup:
  per_network: 0
  origins: ["https://Www.Example.com/", "http://bücher.example:80", "https://example.com:8443", "http://[::1]:8080"]
`)
	if want := []string{"127.0.0.1/32", "10.0.0.0/8", "::1/128", "fd00::/8"}; !slices.Equal(cfg.TrustedProxies, want) {
		t.Errorf("proxies %q, want %q", cfg.TrustedProxies, want)
	}
	want := []string{"https://www.example.com", "http://xn--bcher-kva.example", "https://example.com:8443", "http://[::1]:8080"}
	if !slices.Equal(cfg.Signup.Origins, want) {
		t.Errorf("origins %q, want %q", cfg.Signup.Origins, want)
	}
	if s := cfg.Signup; s.PerNetwork != 0 || s.PerDomain != 300 || s.Total != 1000 {
		t.Errorf("limits %+v", s)
	}
}

func TestMinimal(t *testing.T) {
	cfg := mustLoad(t, minimal)
	n := cfg.Newsletters[0]
	want := DefaultNewsletter()
	want.ID, want.Title, want.Tips = "management", "management", filepath.Join(filepath.Dir(cfg.File), "library")
	want.From, want.ConfirmFrom = cfg.From, cfg.From
	if got := dump(n); got != dump(want) {
		t.Errorf("newsletter:\n%s\nwant\n%s", got, dump(want))
	}
	if cfg.From.Address != "tips@example.com" || cfg.From.Name != "Daily Tip" || cfg.ConfirmFrom != cfg.From {
		t.Errorf("from %v, confirm_from %v", cfg.From, cfg.ConfirmFrom)
	}
	if got, want := cfg.Database.Reveal(), filepath.Join(filepath.Dir(cfg.File), "dailytip.db"); got != want {
		t.Errorf("database %q, want %q", got, want)
	}
}

func TestEverythingWritten(t *testing.T) {
	t.Setenv("RELAY", "smtp.example.net")
	t.Setenv("RELAY_PORT", "587")
	t.Setenv("DBPW", "p%7Bw")
	t.Setenv("PW", "p${x}$$w")
	cfg := mustLoad(t, `base_url: https://tips.example.com/daily/
listen: "[::1]:9000"
database: postgres://tips:${DBPW}@db/tips
from: "\"Tips, Inc.\" <tips@exämple.com>"
confirm_from: hello@example.com
reply_to: desk@example.com
postal_address: |
  1 Example Street
  Springfield
smtp:
  - {host: "${RELAY}", port: "${RELAY_PORT}", username: me, password: "${PW}", rate: 0.5}
  - {host: 127.0.0.1, port: 2525, tls: none, connections: 1, in_flight: 1}
newsletters:
  - id: a
    tips: library
    from: A <a@example.org>
    repeat_after: 1w
    grace: 1h30m
    skip: [2026-12-24, 12-24, 2026-12-24..2027-01-02, 12-24..01-02, "holidays:us"]
    language: pt-br
    exclude: ["*.draft.md", archive/**]
    languages: [zh_cn, no]
    accent: "#0B6E5F"
  - id: b-2
    tips: library
    timezone: Asia/Kolkata
    reply_to: b@example.org
`)
	for _, c := range []struct{ what, got, want string }{
		{"base_url", cfg.BaseURL, "https://tips.example.com/daily"},
		{"database", cfg.Database.Reveal(), "postgres://tips:p%7Bw@db/tips"},
		{"from", cfg.From.Name, "Tips, Inc."},
		{"relay", cfg.SMTP[0].Host, "smtp.example.net"},
		{"password", cfg.SMTP[0].Password.Reveal(), "p${x}$$w"},
		{"a from", cfg.Newsletters[0].From.Address, "a@example.org"},
		{"a confirm_from", cfg.Newsletters[0].ConfirmFrom.Address, "hello@example.com"},
		{"a reply_to", cfg.Newsletters[0].ReplyTo.Address, "desk@example.com"},
		{"a language", cfg.Newsletters[0].Language, "pt-BR"},
		{"a accent", cfg.Newsletters[0].Accent, "#0b6e5f"},
		{"b from", cfg.Newsletters[1].From.Name, "Tips, Inc."},
		{"b reply_to", cfg.Newsletters[1].ReplyTo.Address, "b@example.org"},
		{"exclude", strings.Join(cfg.Newsletters[0].Exclude, " "), "*.draft.md archive/**"},
		{"languages", strings.Join(cfg.Newsletters[0].Languages, " "), "zh-CN no"},
		{"skip", strings.Join(cfg.Newsletters[0].Skip, " "), "2026-12-24 12-24 2026-12-24..2027-01-02 12-24..01-02 holidays:us"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.what, c.got, c.want)
		}
	}
	if r := cfg.SMTP[0]; r.Port != 587 || r.Rate != 0.5 || r.Connections != 8 {
		t.Errorf("relay %+v", r)
	}
	if n := cfg.Newsletters[0]; n.RepeatAfter != 7*day || n.Grace != 90*time.Minute {
		t.Errorf("repeat_after %v, grace %v", n.RepeatAfter, n.Grace)
	}
}

func TestOwnFromConfirmsWithoutTopLevelOne(t *testing.T) {
	cfg := mustLoad(t, minimal+"    from: own@example.org\n")
	if got := cfg.Newsletters[0].ConfirmFrom.Address; got != "own@example.org" {
		t.Errorf("confirm_from %q", got)
	}
}

func TestFileForms(t *testing.T) {
	for name, text := range map[string]string{
		"BOM":     "\ufeff" + minimal,
		"CRLF":    strings.ReplaceAll(minimal, "\n", "\r\n"),
		"both":    "\ufeff" + strings.ReplaceAll(minimal, "\n", "\r\n"),
		"markers": "---\n" + minimal + "...\n",
		"nulls":   minimal + "smtp:\ndkim: ~\nmetrics:\n",
		"anchors": "from: &me tips@example.com\nreply_to: *me\n" + minimal[strings.Index(minimal, "newsletters"):],
	} {
		t.Run(name, func(t *testing.T) { mustLoad(t, text) })
	}
}

func TestDomains(t *testing.T) {
	cfg := mustLoad(t, minimal+"domains:\n  Gmail.com: {connections: 4, rate: 20}\n  bücher.example:\n    rate: 0.5\n")
	want := map[string]Domain{"gmail.com": {Connections: 4, Rate: 20}, "xn--bcher-kva.example": {Rate: 0.5}}
	if !reflect.DeepEqual(cfg.Domains, want) {
		t.Errorf("%v", cfg.Domains)
	}
}

func TestFileFaults(t *testing.T) {
	dir := t.TempDir()
	_, err := Load(filepath.Join(dir, "config.yaml"))
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "config.yaml: there is no such file; dailytip init") {
		t.Errorf("missing file: %v", err)
	}
	if _, err = Load(dir); err == nil || !strings.Contains(err.Error(), "is a folder; name the file in it") {
		t.Errorf("folder: %v", err)
	}
	if _, err = Load(os.DevNull); err == nil || !strings.Contains(err.Error(), "isn't a file but a device; name a file with --config") {
		t.Errorf("device: %v", err)
	}
	path := write(t, map[string]string{"config.yaml": strings.Repeat("# \n", maxSize/3+1)})
	if _, err = Load(path); err == nil || !strings.Contains(err.Error(), "larger than 1 MiB") {
		t.Errorf("large file: %v", err)
	}
	if os.Getuid() != 0 { // root may read everything
		path = write(t, map[string]string{"config.yaml": minimal})
		if err := os.Chmod(path, 0); err != nil {
			t.Fatal(err)
		}
		if _, err = Load(path); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("unreadable file: %v", err)
		}
	}
}

func TestFaultOfAnotherPackage(t *testing.T) {
	cfg := mustLoad(t, minimal+"    skip:\n      - 12-24\n      - holidays:cn\n")
	got := cfg.Fault("newsletters[0].skip[1]", "no holidays of %s; list their dates", "cn").Error()
	if want := cfg.File + ":7: newsletters[0].skip[1]: no holidays of cn; list their dates"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if got := Default().Fault("smtp", "x").Error(); got != "smtp: x" {
		t.Errorf("without a file: %s", got)
	}
}

func TestExampleInItsPlace(t *testing.T) {
	if _, err := Load(filepath.Join("..", "config.yaml")); err != nil {
		t.Error(err)
	}
}

func TestEmptyFile(t *testing.T) {
	for _, text := range []string{"", "\n", "# nothing\n", "---\n"} {
		if got := faultsOf(t, text); len(got) != 2 || !strings.HasPrefix(got[0], " from: is missing;") {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestAllFaultsAtOnceInOrder(t *testing.T) {
	got := faultsOf(t, `base_url: tips.example.com
schedul: 1
from: nobody
smtp:
  - port: 0
    tls: starttls
newsletters:
  - id: Management
    timezone: europe/berlin
    order: shufle
`)
	want := []string{
		`1: base_url: "tips.example.com" doesn't begin with https://`,
		`2: unknown key "schedul"; the keys here are base_url, listen`,
		`3: from: "nobody" isn't a mail address; write name@example.com`,
		`5: smtp[0].port: 0 is out of range; write 1 to 65535`,
		`6: smtp[0].tls: "starttls" isn't one of its values; write mandatory,`,
		`8: newsletters[0].id: "Management" can't be an id; write up to 32 of a-z`,
		`8: newsletters[0].tips: is missing; write the folder`,
		`9: newsletters[0].timezone: "europe/berlin" isn't a time zone; did you mean Europe/Berlin?`,
		`10: newsletters[0].order: "shufle" isn't one of its values; did you mean shuffle?`,
	}
	if len(got) != len(want) {
		t.Fatalf("%d faults, want %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("fault %d: %s\nwant      %s…", i, got[i], want[i])
		}
	}
}

// Every fault of every test says where and has two halves: what is wrong, and
// after a semicolon what to do.
var faultForm = regexp.MustCompile(`(?s)^([1-9][0-9]*:)? \S.*(; |\?).*$`)

func TestTokenSources(t *testing.T) {
	file := write(t, map[string]string{
		"config.yaml": minimal + "smtp:\n  - {auth: xoauth2, username: me, token_file: token}\n  - {auth: xoauth2, username: me, token_command: [./fetch, --now]}\n",
		"token":       "abc", "fetch": "#!/bin/sh\n",
	})
	dir := filepath.Dir(file)
	if err := os.Chmod(filepath.Join(dir, "fetch"), 0o700); err != nil {
		t.Fatal(err)
	}
	cfg, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := cfg.SMTP[0].TokenFile, filepath.Join(dir, "token"); got != want {
		t.Errorf("token_file %q, want %q", got, want)
	}
	if got, want := cfg.SMTP[1].TokenCommand, []string{filepath.Join(dir, "fetch"), "--now"}; !slices.Equal(got, want) {
		t.Errorf("token_command %q, want %q", got, want)
	}
}
