package letter

import (
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dailytip/tips"
)

var november = time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)

func newsletter() Newsletter {
	return Newsletter{
		ID: "management", Title: "Management Tip of the Day", Language: "en",
		BaseURL:       "https://tips.example.com",
		From:          mail.Address{Name: "Daily Tip", Address: "tips@example.com"},
		ReplyTo:       mail.Address{Address: "hello@example.com"},
		ConfirmFrom:   mail.Address{Name: "Daily Tip", Address: "confirm@example.com"},
		PostalAddress: "Example Press, 1 Example Street, Springfield",
		ListDomain:    "tips.example.com",
		ArchiveURL:    "https://tips.example.com/archive/management",
		AssetURL:      "https://tips.example.com/library/",
	}
}

func recipient(i int) Recipient {
	return Recipient{
		Email: fmt.Sprintf("reader%d@example.org", i), MessageID: fmt.Sprintf("1.%d.management@example.com", i),
		ReturnPath: "bounces@example.com", Date: november,
		UnsubscribeURL:    fmt.Sprintf("https://tips.example.com/u/token%d", i),
		PreferencesURL:    fmt.Sprintf("https://tips.example.com/preferences/token%d", i),
		UnsubscribeMailto: fmt.Sprintf("unsub+token%d@example.com", i),
	}
}

// load reads one of the tips in testdata/gallery.
func load(t testing.TB, name string) tips.Tip {
	t.Helper()
	path := name + ".md"
	data, err := os.ReadFile(filepath.Join("testdata", "gallery", path))
	if err != nil {
		t.Fatal(err)
	}
	tip, faults, ok := tips.Parse(path, data)
	if !ok {
		t.Fatalf("parse %s: %v", path, faults)
	}
	return tip
}

func content(all ...tips.Tip) Content {
	return Content{Edition: 42, LocalDate: "2026-11-23", Tips: all}
}

// TestGallery writes every mail of the gallery to $LETTER_GALLERY, to be looked
// at; without it, it only composes them.
func TestGallery(t *testing.T) {
	out := os.Getenv("LETTER_GALLERY")
	sayIt, constructs := load(t, "say-it"), load(t, "constructs")
	for name, c := range map[string]Content{
		"say": content(sayIt), "constructs": content(constructs), "weekly": content(sayIt, constructs),
	} {
		for _, lang := range []string{"en", "zh-CN", "ar", "es", "hi", "de"} {
			l, err := Compose(newsletter(), c, lang)
			if err != nil {
				t.Fatalf("%s in %s: %v", name, lang, err)
			}
			keep(t, out, name+"-"+lang, l)
		}
	}
	for _, lang := range []string{"en", "ja", "ar"} {
		for name, x := range map[string]Notice{
			"confirm": {Kind: Confirm, ConfirmURL: "https://tips.example.com/confirm/abc"},
			"welcome": {Kind: Welcome, NextDate: "2026-11-24", NextTime: "07:00"},
		} {
			x.Language = lang
			l, err := ComposeNotice(newsletter(), x)
			if err != nil {
				t.Fatal(err)
			}
			keep(t, out, name+"-"+lang, l)
		}
	}
}

func keep(t *testing.T, dir, name string, l *Letter) {
	t.Helper()
	if strings.Count(l.HTML(), "<h1") != 1 {
		t.Errorf("%s: want exactly one h1", name)
	}
	if dir == "" {
		return
	}
	message, err := l.Message(recipient(1))
	if err != nil {
		t.Fatal(err)
	}
	for ext, data := range map[string]string{".html": l.HTML(), ".txt": l.Text(), ".eml": string(message)} {
		if err := os.WriteFile(filepath.Join(dir, name+ext), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
