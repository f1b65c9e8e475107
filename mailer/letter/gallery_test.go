package letter

import (
	"cmp"
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
		UsefulURL:         fmt.Sprintf("https://tips.example.com/vote/16/token%d/yes", i),
		UselessURL:        fmt.Sprintf("https://tips.example.com/vote/16/token%d/no", i),
	}
}

// load reads one of the tips in render/testdata/gallery.
func load(t testing.TB, name string) tips.Tip {
	t.Helper()
	path := name + ".md"
	data, err := os.ReadFile(filepath.Join("..", "..", "render", "testdata", "gallery", path))
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

// library is the gallery: a tip for each construct and script.
func library(t testing.TB) []tips.Tip {
	t.Helper()
	shelf, err := tips.Open(filepath.Join("..", "..", "render", "testdata", "gallery"), tips.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range shelf.Faults() {
		if fault.Severity == tips.Error {
			t.Fatal(fault)
		}
	}
	if len(shelf.Tips()) < 12 {
		t.Fatalf("the gallery has %d tips, want at least 12", len(shelf.Tips()))
	}
	return shelf.Tips()
}

// gallery composes each tip in each of its languages, and mails of the other
// kinds. With a folder in $LETTER_GALLERY it writes them there, to be looked at.
func gallery(t testing.TB) map[string]*Letter {
	t.Helper()
	all := map[string]*Letter{}
	add := func(name string, l *Letter, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[name] = l
	}
	n := newsletter()
	n.Assets = os.DirFS(filepath.Join("..", "..", "render", "testdata", "gallery"))
	for _, tip := range library(t) {
		languages := []string{cmp.Or(tip.Language, "en")}
		for _, translation := range tip.Translations {
			languages = append(languages, translation.Language)
		}
		for _, lang := range languages {
			l, err := Compose(n, content(tip), lang)
			add(tip.ID+"."+lang, l, err)
		}
	}
	sayIt, constructs, hindi := load(t, "say-it"), load(t, "constructs"), load(t, "hindi")
	l, err := Compose(n, content(sayIt), "de")
	add("say-it.fallback-de", l, err)
	for _, lang := range []string{"en", "zh-CN", "ar", "ko"} {
		l, err := Compose(n, content(sayIt, constructs, hindi), lang)
		add("weekly."+lang, l, err)
	}
	for _, lang := range []string{"en", "ja", "ar"} {
		l, err = ComposeNotice(n, Notice{Kind: Confirm, Language: lang, ConfirmURL: "https://tips.example.com/confirm/abc"})
		add("confirm."+lang, l, err)
		l, err = ComposeNotice(n, Notice{Kind: Welcome, Language: lang, NextDate: "2026-11-24", NextTime: "07:00"})
		add("welcome."+lang, l, err)
	}
	return all
}

func TestGallery(t *testing.T) {
	out := os.Getenv("LETTER_GALLERY")
	for name, l := range gallery(t) {
		keep(t, out, name, l)
		if size := l.Size(); size > MaxHTML/2 {
			t.Errorf("%s has %d KB", name, size>>10)
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
