package library_test

import (
	"strings"
	"testing"
	"unicode"

	"dailytip/library"
	"dailytip/tips"
)

// lintDay is only for the rules about pinned dates; the starter library pins none.
const lintDay = "2026-11-23"

func open(t *testing.T) []tips.Tip {
	t.Helper()
	l, err := tips.OpenFS(library.Files, tips.Options{})
	if err != nil {
		t.Fatalf("open the embedded library: %v", err)
	}
	all := l.Tips()
	if len(all) < 12 {
		t.Fatalf("the starter library holds %d tips, want at least 12", len(all))
	}
	faults := l.Faults()
	for _, f := range faults {
		t.Errorf("reading: %s", f)
	}
	for _, f := range tips.Lint(all, faults, tips.LintOptions{Today: lintDay}) {
		if f.Severity != tips.Note {
			t.Errorf("lint: %s", f)
		}
	}
	return all
}

func TestTips(t *testing.T) {
	for _, tip := range open(t) {
		t.Run(tip.ID, func(t *testing.T) {
			if n := words(tip.Body); n < 100 || n > 150 {
				t.Errorf("the body has %d words, want 100 to 150", n)
			}
			if n := len([]rune(tip.Title)); n > 70 {
				t.Errorf("the title has %d characters, want at most 70", n)
			}
			if tip.Emoji == "" || tip.Link == "" || tip.Source == "" {
				t.Errorf("emoji %q, link %q, source %q: want all three", tip.Emoji, tip.Link, tip.Source)
			}
			if n := len(tip.Tags); n < 2 || n > 3 {
				t.Errorf("%d tags, want 2 or 3", n)
			}
			if tip.Created.IsZero() || tip.Modified.Before(tip.Created) {
				t.Errorf("created %v, modified %v: want both, in order", tip.Created, tip.Modified)
			}
			if tip.Draft || tip.Date != "" {
				t.Errorf("draft %v, date %q: the demo must be able to send any tip on any day", tip.Draft, tip.Date)
			}
		})
	}
}

// A translation must be whole: paragraph for paragraph, with a map of the same
// shape in its own language, so that no reader gets a mail in two languages.
func TestTranslations(t *testing.T) {
	for _, tip := range open(t) {
		for _, tr := range tip.Translations {
			t.Run(tip.ID+"/"+tr.Language, func(t *testing.T) {
				if tr.Title == "" || tr.Title == tip.Title {
					t.Errorf("title %q: want one of the translation's own", tr.Title)
				}
				if got, want := blocks(tr.Body), blocks(tip.Body); got != want {
					t.Errorf("%d paragraphs, the tip has %d", got, want)
				}
				if got, want := shape(tr.Mindmap), shape(tip.Mindmap); got != want {
					t.Errorf("mind map of shape %q, the tip's is %q", got, want)
				}
			})
		}
	}
}

func TestLanguages(t *testing.T) {
	all := open(t)
	count := map[string]int{}
	maps := 0
	for _, tip := range all {
		for _, tr := range tip.Translations {
			count[tr.Language]++
		}
		if tip.Mindmap != "" {
			maps++
		}
	}
	want := map[string]int{
		// Each tip: the demo promises three languages whichever day it is.
		"zh-CN": len(all), "es": len(all),
		"ar": 4, "ja": 3, "de": 3, "fr": 3,
		"pt-BR": 2, "ko": 2, "hi": 2, "tr": 2, "ru": 2, "zh-TW": 2,
	}
	for lang, n := range want {
		if count[lang] < n {
			t.Errorf("%d tips in %s, want at least %d", count[lang], lang, n)
		}
	}
	for lang := range count {
		if want[lang] == 0 {
			t.Errorf("language %q isn't one of ours", lang)
		}
	}
	if maps < 10 {
		t.Errorf("%d mind maps, want at least 10", maps)
	}
}

// words counts what a reader would: runs between spaces that hold a letter or
// a digit, so list markers and table rules don't count.
func words(text string) int {
	n := 0
	for w := range strings.FieldsSeq(text) {
		if strings.ContainsFunc(w, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			n++
		}
	}
	return n
}

// blocks counts the stretches of text between blank lines.
func blocks(markdown string) int {
	n, inside := 0, false
	for line := range strings.Lines(markdown) {
		blank := strings.TrimSpace(line) == ""
		if !blank && !inside {
			n++
		}
		inside = !blank
	}
	return n
}

// shape gives the depth of each entry of a nested list, such as "0 1 2 2 1 2".
func shape(list string) string {
	var depths []string
	for line := range strings.Lines(list) {
		if text := strings.TrimLeft(line, " "); strings.HasPrefix(text, "- ") {
			depths = append(depths, string(rune('0'+(len(line)-len(text))/2)))
		}
	}
	return strings.Join(depths, " ")
}
