package letter

import (
	"io"
	"strings"
	"testing"

	"dailytip/locale"
)

func TestConfirm(t *testing.T) {
	const link = "https://tips.example.com/confirm/abc?x=1"
	for _, lang := range locale.Languages() {
		l, err := ComposeNotice(newsletter(), Notice{Kind: Confirm, Language: lang, ConfirmURL: link})
		if err != nil {
			t.Fatal(err)
		}
		r := recipient(1)
		r.Name = "Buy cheap pills at example.net"
		m, _ := message(t, l, r)
		if got := m.Header.Get("From"); got != "Daily Tip <confirm@example.com>" {
			t.Errorf("%s: From %s", lang, got)
		}
		for _, absent := range []string{"List-Id", "List-Unsubscribe", "Precedence"} {
			if m.Header.Get(absent) != "" {
				t.Errorf("%s: a confirmation has %s", lang, absent)
			}
		}
		if l.Language != lang || !strings.Contains(l.Subject, "Management Tip") {
			t.Errorf("%s: language %s, subject %q", lang, l.Language, l.Subject)
		}
		for _, part := range []string{l.textFor(r), htmlOf(t, l, r)} {
			if !strings.Contains(part, link) {
				t.Errorf("%s: the link is missing", lang)
			}
			if strings.Contains(part, "pills") {
				t.Errorf("%s: text of a visitor's is in the mail", lang)
			}
			if strings.Contains(part, r.UnsubscribeURL) {
				t.Errorf("%s: unsubscribing before having subscribed", lang)
			}
		}
	}
	if _, err := ComposeNotice(newsletter(), Notice{Kind: Confirm}); err == nil {
		t.Error("a confirmation without its link")
	}
}

func TestKnown(t *testing.T) {
	const link = "https://tips.example.com/preferences/abc"
	for _, lang := range locale.Languages() {
		l, err := ComposeNotice(newsletter(), Notice{Kind: Known, Language: lang, PreferencesURL: link})
		if err != nil {
			t.Fatal(err)
		}
		r := recipient(1)
		r.Name = "Buy cheap pills at example.net"
		m, _ := message(t, l, r)
		if got := m.Header.Get("From"); got != "Daily Tip <confirm@example.com>" {
			t.Errorf("%s: From %s", lang, got)
		}
		if m.Header.Get("List-Unsubscribe") == "" {
			t.Errorf("%s: who is on the list can't leave it", lang)
		}
		for _, part := range []string{l.textFor(r), htmlOf(t, l, r)} {
			if !strings.Contains(part, link) || !strings.Contains(part, r.UnsubscribeURL) {
				t.Errorf("%s: a link is missing:\n%s", lang, part)
			}
			if strings.Contains(part, "pills") {
				t.Errorf("%s: text of a visitor's is in the mail", lang)
			}
		}
	}
	if _, err := ComposeNotice(newsletter(), Notice{Kind: Known}); err == nil {
		t.Error("a mail about settings without their link")
	}
}

func TestAccount(t *testing.T) {
	const link = "https://tips.example.com/open/abc"
	for _, lang := range locale.Languages() {
		l, err := ComposeNotice(newsletter(), Notice{Kind: Account, Language: lang, AccountURL: link})
		if err != nil {
			t.Fatal(err)
		}
		r := recipient(1)
		m, _ := message(t, l, r)
		if got := m.Header.Get("From"); got != "Daily Tip <confirm@example.com>" {
			t.Errorf("%s: From %s", lang, got)
		}
		for _, part := range []string{l.textFor(r), htmlOf(t, l, r)} {
			if !strings.Contains(part, link) || strings.Contains(part, r.UnsubscribeURL) || strings.Contains(part, r.PreferencesURL) {
				t.Errorf("%s: the links:\n%s", lang, part)
			}
		}
		if m.Header.Get("List-Unsubscribe") != "" || l.Language != lang {
			t.Errorf("%s: %v, in %s", lang, m.Header, l.Language)
		}
	}
	if _, err := ComposeNotice(newsletter(), Notice{Kind: Account}); err == nil {
		t.Error("a mail about an account without its link")
	}
}

func TestWelcome(t *testing.T) {
	l, err := ComposeNotice(newsletter(), Notice{Kind: Welcome, Language: "de-CH", NextDate: "2026-11-24", NextTime: "07:00"})
	if err != nil {
		t.Fatal(err)
	}
	r := recipient(2)
	for _, part := range []string{l.textFor(r), htmlOf(t, l, r)} {
		for _, want := range []string{"Dienstag, 24. November, um 07:00 Uhr", r.UnsubscribeURL, r.PreferencesURL + "#pause"} {
			if !strings.Contains(strings.ReplaceAll(part, "\n", " "), want) {
				t.Errorf("%s is missing in:\n%s", want, part)
			}
		}
	}
	m, _ := message(t, l, r)
	if m.Header.Get("List-Unsubscribe") == "" {
		t.Error("no List-Unsubscribe")
	}
	l, err = ComposeNotice(newsletter(), Notice{Kind: Welcome})
	if err != nil || strings.Contains(l.Text(), "first tip comes") {
		t.Errorf("a welcome without a date: %v\n%s", err, l.Text())
	}
}

func TestResend(t *testing.T) {
	l, err := ComposeNotice(newsletter(), Notice{Kind: Resend, Language: "es", Content: content(load(t, "say-it"))})
	if err != nil {
		t.Fatal(err)
	}
	if l.Subject != "🗣️ Di primero lo difícil y quédate a escuchar" || l.Language != "es" {
		t.Errorf("subject %q, language %s", l.Subject, l.Language)
	}
	for _, part := range []string{l.Text(), l.HTML()} {
		if !strings.Contains(part, "Pediste este consejo otra vez.") {
			t.Errorf("it doesn't say why it comes:\n%s", part)
		}
	}
}

func TestAlert(t *testing.T) {
	l, err := ComposeNotice(newsletter(), Notice{Kind: Alert, Subject: "Sending is paused", Text: "The relay refuses our sender.\nSee: dailytip status\n"})
	if err != nil {
		t.Fatal(err)
	}
	m, _ := message(t, l, recipient(1))
	if got := m.Header.Get("Content-Type"); got != "text/plain; charset=UTF-8" {
		t.Errorf("Content-Type %s, want plain text alone", got)
	}
	body, err := io.ReadAll(m.Body)
	if err != nil || !strings.Contains(string(body), "dailytip status\r\n") {
		t.Errorf("body %q, %v", body, err)
	}
	if l.HTML() != "" {
		t.Error("an alert has HTML")
	}
	for _, bad := range []Notice{{Kind: Alert, Text: "x"}, {Kind: Alert, Subject: "x"}, {Kind: Alert, Subject: "a\nb", Text: "x"}, {}} {
		if _, err := ComposeNotice(newsletter(), bad); err == nil {
			t.Errorf("%+v: want an error", bad)
		}
	}
}
