package main

import (
	"bytes"
	"log/slog"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dailytip/config"
	"dailytip/mailer/letter"
	"dailytip/tips"
)

// everyMail makes a mail of every kind for every newsletter of a configuration
// that loads. It fails the test when one can't be made.
func everyMail(t *testing.T, cfg *config.Config) (texts []string) {
	t.Helper()
	all, err := newLooks(cfg)
	if err != nil {
		t.Fatalf("a configuration that loads makes no mail: %v", err)
	}
	tip := tips.Tip{ID: "a", Title: "Own the mistake", Body: "Say so.", Link: "https://example.com/", Source: "Example"}
	one := letter.Content{Edition: 7, LocalDate: "2026-11-28", Tips: []tips.Tip{tip}}
	two := letter.Content{Edition: 8, LocalDate: "2026-11-28", Tips: []tips.Tip{tip, tip}}
	for _, n := range cfg.Newsletters {
		look := all[n.ID]
		r := letter.Recipient{
			Email: "reader@example.com", Name: "Ana", MessageID: "x@example.com", ReturnPath: n.From.Address, Date: time.Unix(1e9, 0),
			UnsubscribeURL: cfg.BaseURL + "/u/" + strings.Repeat("t", 60), PreferencesURL: cfg.BaseURL + "/preferences/" + strings.Repeat("t", 60),
			UsefulURL: cfg.BaseURL + "/vote/1/x/yes", UselessURL: cfg.BaseURL + "/vote/1/x/no",
		}
		notice := func(x letter.Notice) func() (*letter.Letter, error) {
			return func() (*letter.Letter, error) { return letter.ComposeNotice(look, x) }
		}
		for kind, compose := range map[string]func() (*letter.Letter, error){
			"daily":   func() (*letter.Letter, error) { return letter.Compose(look, one, "") },
			"Arabic":  func() (*letter.Letter, error) { return letter.Compose(look, one, "ar") },
			"weekly":  func() (*letter.Letter, error) { return letter.Compose(look, two, "") },
			"confirm": notice(letter.Notice{Kind: letter.Confirm, ConfirmURL: cfg.BaseURL + "/confirm/t"}),
			"welcome": notice(letter.Notice{Kind: letter.Welcome, NextDate: "2026-11-29", NextTime: "07:00"}),
			"known":   notice(letter.Notice{Kind: letter.Known, PreferencesURL: cfg.BaseURL + "/preferences/t"}),
			"resend":  notice(letter.Notice{Kind: letter.Resend, Content: one}),
			"proof":   notice(letter.Notice{Kind: letter.Proof, Content: one, Due: "tomorrow", Reason: "next"}),
			"alert":   notice(letter.Notice{Kind: letter.Alert, Subject: "paused", Text: "text\n"}),
		} {
			l, err := compose()
			if err != nil {
				t.Fatalf("newsletter %s: the %s mail can't be composed: %v", n.ID, kind, err)
			}
			data, err := l.Message(r)
			if err != nil {
				t.Fatalf("newsletter %s: the %s mail can't be written: %v", n.ID, kind, err)
			}
			if kind == "daily" {
				texts = append(texts, string(data)+"\n"+l.Text()+"\n"+l.HTML())
			}
		}
	}
	return texts
}

// Values that look harmless, or that a file can hide, and what becomes of each:
// either the configuration says what is wrong with it in its line, or every mail
// can be made.
var oddValues = []string{
	"", " ", "a", "\t", "a b", "a\nb", "a\r\nb", "a\n\nb\n", "\x00", "\x1b[31m", "\x7f", "\u0085", "\u2028", "\u202e", "\u2066", "\ufeff", "\u200b", "\u00ad",
	"💡", "👩‍👩‍👧‍👦 family", "日本語のニュースレター", "نشرة", strings.Repeat("x", 99), strings.Repeat("x", 101), strings.Repeat("ü", 100), strings.Repeat("💡", 100),
	strings.Repeat("long ", 300), strings.Repeat("line\n", 40), "=?utf-8?q?a=0Ab?=", "=?utf-8?q?=FF?=", `"quoted"`, "a,b", "<b>", "&amp;", "{{.Card}}", "${X}", "$${X}", "%0a", "#fff", "#9a4a0b", "null", "~",
	"a@b.example", "Tips <tips@bücher.example>", "tips@bücher.example", "Tips <tips@xn--bcher-kva.example>", "tips@例え.テスト", "tips@[127.0.0.1]", "tips@localhost", "tips@EXAMPLE.com", "tips@-a.example", "tips@a..example",
	"tips@" + strings.Repeat("a.", 120) + "example", "tips@" + strings.Repeat("ü.", 60) + "example", strings.Repeat("a", 65) + "@example.com", strings.Repeat("Name ", 60) + "<tips@example.com>",
	"=?utf-8?q?a=0D=0ABcc:_x@y.example?= <tips@example.com>", "=?utf-8?q?=E2=80=AE?= <tips@example.com>", "=?utf-8?q?=FF=FE?= <tips@example.com>",
	"https://bücher.example", "https://bücher.example/tips/", "https://例え.テスト:8443", "https://tips.example.com/täglich", "https://tips.example.com/a,b", "https://tips.example.com/a b", "https://TIPS.example.com",
	"https://tips.example.com/" + strings.Repeat("a", 600), "https://tips.example.com/" + strings.Repeat("a/", 200), "http://[::1]:8080", "http://[fe80::1%25eth0]", "https://a_b.example", "https://tips.example.com/%zz", "https://tips.example.com/%C3%BC", "https://tips.example.com:443/",
	"en", "zh-Hant-TW", "en-x-" + strings.Repeat("aaaaaaaa-", 60) + "a", "de-1996", "i-klingon", "en-u-ca-buddhist", "sr-Latn", "und",
}

// oddConfigurations puts each of the values in each of the places.
func oddConfigurations(dir string, try func(place, value, text string)) {
	quote := func(s string) string { // YAML's double quotes take JSON's escapes
		var b strings.Builder
		b.WriteByte('"')
		for _, r := range s {
			switch {
			case r == '"' || r == '\\':
				b.WriteString(`\` + string(r))
			case r == '\n':
				b.WriteString(`\n`)
			case r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0xfeff:
				b.WriteString(`\u` + strings.ToUpper(string("0123456789abcdef"[r>>12&15])+string("0123456789abcdef"[r>>8&15])+string("0123456789abcdef"[r>>4&15])+string("0123456789abcdef"[r&15])))
			default:
				b.WriteRune(r)
			}
		}
		return b.String() + `"`
	}
	for _, value := range oddValues {
		for _, key := range []string{"from", "confirm_from", "reply_to", "alert_to", "postal_address", "base_url"} {
			text := key + ": " + quote(value) + "\nnewsletters:\n  - {id: management, tips: library}\n"
			if key != "from" {
				text = "from: Daily Tip <tips@example.com>\n" + text
			}
			try(key, value, text)
		}
		for _, key := range []string{"id", "title", "language", "accent", "from", "confirm_from", "reply_to", "tags", "template"} {
			shown := quote(value)
			if key == "tags" {
				shown = "[" + shown + "]"
			}
			text := "from: Daily Tip <tips@example.com>\nnewsletters:\n  - tips: library\n    " + key + ": " + shown + "\n"
			if key != "id" {
				text += "    id: management\n"
			}
			try(key, value, text)
		}
	}
}

// Any configuration that loads composes; one that can't is refused in its line. All
// of them are loaded; the looks of each fifth that does and the mails of each sixtieth
// are made. make test-long makes those of all.
func TestAnyConfigurationThatLoadsComposes(t *testing.T) {
	t.Parallel()
	configurationsCompose(t, 5, 60)
}

// configurationsCompose makes the looks of each n-th configuration that loads, and the
// mails of each m-th.
func configurationsCompose(t *testing.T, n, m int) {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "library"), 0o755); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "config.yaml")
	loaded := 0
	oddConfigurations(dir, func(place, value, text string) {
		writeFile(t, name, []byte(text))
		cfg, err := config.Load(name)
		if err != nil {
			if !strings.Contains(err.Error(), "config.yaml:") {
				t.Errorf("%s %q: the fault has no line: %v", place, value, err)
			}
			return
		}
		if loaded++; loaded%n != 0 {
			return
		}
		if _, err := newLooks(cfg); err != nil {
			t.Errorf("%s %q is found only when a mail is tried: %v", place, value, err)
			return
		}
		if loaded%m == 0 {
			everyMail(t, cfg)
		}
	})
	if loaded < 200 {
		t.Errorf("only %d configurations load: the test looks at too little", loaded)
	}
	t.Logf("%d configurations load", loaded)
}

func FuzzConfigurationComposes(f *testing.F) {
	dir := f.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "library"), 0o755); err != nil {
		f.Fatal(err)
	}
	n := 0
	oddConfigurations(dir, func(_, _, text string) {
		if n++; n%40 == 0 { // a few of each kind: the test above has all of them
			f.Add(text)
		}
	})
	f.Fuzz(func(t *testing.T, text string) {
		name := filepath.Join(t.TempDir(), "config.yaml")
		writeFile(t, name, []byte(text))
		if err := os.Mkdir(filepath.Join(filepath.Dir(name), "library"), 0o755); err != nil {
			t.Fatal(err)
		}
		if cfg, err := config.Load(name); err == nil {
			everyMail(t, cfg)
		}
	})
}

// The two that stopped all mail while check said ok.
func TestFooterLinesAndForeignHosts(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "library"), 0o755); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "config.yaml")
	writeFile(t, name, []byte(`from: Tipps <tipps@bücher.example>
reply_to: antwort@bücher.example
base_url: https://bücher.example/täglich/
postal_address: |
  Example Press
  1 Example & Sons Street

  Springfield
newsletters:
  - {id: management, tips: library}
`))
	cfg, err := config.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	mail := everyMail(t, cfg)[0]
	for _, want := range []string{
		"From: Tipps <tipps@xn--bcher-kva.example>",
		"<management.xn--bcher-kva.example>",
		"List-Owner: <mailto:antwort@xn--bcher-kva.example>",
		"<https://xn--bcher-kva.example/t%C3%A4glich/u/",
		"List-Archive: <https://xn--bcher-kva.example/t%C3%A4glich/archive/management>",
		"Example Press\n1 Example & Sons Street\n\nSpringfield\n",
		"Example Press<br>\n1 Example &amp; Sons Street<br>\n<br>\nSpringfield",
	} {
		if !strings.Contains(mail, want) {
			t.Errorf("the mail lacks %q", want)
		}
	}
	if strings.Contains(mail, "bücher") {
		t.Error("the mail has the domain in letters that aren't ASCII")
	}
}

// A tip of which no mail can be made is withheld, however short it is: when it is
// due, its newsletter would stand still.
func TestATipThatCannotBeRenderedIsWithheld(t *testing.T) {
	var said bytes.Buffer
	f := &mailCheck{look: letter.Newsletter{ID: "management", Title: "Tips", From: mail.Address{Address: "tips@example.com"}, BaseURL: "https://tips.example.com"}, log: slog.New(slog.NewTextHandler(&said, nil)), known: map[string]bool{}}
	good := tips.Tip{ID: "good", Title: "T", Body: "Say thanks."}
	bad := tips.Tip{ID: "bad", Path: "bad.md", Title: "T", Body: strings.Repeat("<b>", 600) + "x"}
	translated := good
	translated.ID, translated.Translations = "translated", []tips.Translation{{Language: "de", Title: "T", Body: bad.Body}}
	if f.compose(&good) != nil {
		t.Fatalf("the good one: %v", f.compose(&good))
	}
	if f.withhold(&good) || !f.withhold(&bad) || !f.withhold(&translated) {
		t.Errorf("withheld: %v", f.known)
	}
	if !strings.Contains(said.String(), "no mail can be made of it") || !strings.Contains(said.String(), "bad.md") {
		t.Errorf("the log says\n%s", &said)
	}
}
