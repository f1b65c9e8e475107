package library_test

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"

	"dailytip/library"
	"dailytip/tips"
)

// lintDay is only for the rules about pinned dates; the starter library pins none.
const lintDay = "2026-11-23"

// shelf is the embedded library, which takes a while to read.
var shelf = sync.OnceValues(func() (*tips.Library, error) { return tips.OpenFS(library.Files, tips.Options{}) })

func open(t *testing.T) []tips.Tip {
	t.Helper()
	l, err := shelf()
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
				if got, want := marks(tr.Body), marks(tip.Body); got != want {
					t.Errorf("lines that begin with %q, the tip's begin with %q", got, want)
				}
				if got, want := shape(tr.Mindmap), shape(tip.Mindmap); got != want {
					t.Errorf("mind map of shape %q, the tip's is %q", got, want)
				}
			})
		}
	}
}

// everywhere are the languages that each tip has, whichever day it is; others
// are there for some tips.
var (
	everywhere = []string{"zh-CN", "es", "ar", "ja", "de", "fr", "pt-BR", "zh-TW"}
	somewhere  = []string{"ko", "hi", "tr", "ru"}
	inOrder    = []string{"zh-CN", "es", "ar", "ja", "de", "fr", "pt-BR", "ko", "hi", "tr", "ru", "zh-TW"}
)

func TestLanguages(t *testing.T) {
	all := open(t)
	count := map[string]int{}
	maps := 0
	for _, tip := range all {
		has := map[string]bool{}
		for _, tr := range tip.Translations {
			has[tr.Language] = true
			count[tr.Language]++
		}
		for _, lang := range everywhere {
			if !has[lang] {
				t.Errorf("%s: no translation into %s", tip.Path, lang)
			}
		}
		if tip.Mindmap != "" {
			maps++
		}
	}
	for _, lang := range somewhere {
		if count[lang] < 2 {
			t.Errorf("%d tips in %s, want at least 2", count[lang], lang)
		}
	}
	for lang := range count {
		if !slices.Contains(inOrder, lang) {
			t.Errorf("language %q isn't one of ours", lang)
		}
	}
	if maps < 10 {
		t.Errorf("%d mind maps, want at least 10", maps)
	}
}

// The blocks stand in one order in all files, so that someone who edits them
// finds a language where it was in the last one.
func TestOrder(t *testing.T) {
	for _, tip := range open(t) {
		data, err := library.Files.ReadFile(tip.Path)
		if err != nil {
			t.Fatalf("read the tip: %v", err)
		}
		last := -1
		for line := range strings.Lines(string(data)) {
			lang, ok := strings.CutPrefix(strings.TrimSpace(line), `<details lang="`)
			if !ok {
				continue
			}
			lang = strings.TrimSuffix(lang, `">`)
			at := slices.Index(inOrder, lang)
			if at <= last {
				t.Errorf("%s: the block %q stands out of order", tip.Path, lang)
			}
			last = at
		}
	}
}

// The typography that a reader of the language expects, where a slip is easy
// to make and easy to find.
func TestTypography(t *testing.T) {
	wrong := map[string]*regexp.Regexp{
		"ar":    regexp.MustCompile(`\p{Arabic}[,;?]`),
		"ja":    regexp.MustCompile(`[,?!:;“”]`),
		"zh-CN": regexp.MustCompile(`\p{Han}[,?!:;]|[「」『』]`),
		"zh-TW": regexp.MustCompile(`\p{Han}[,?!:;]|[“”]`),
		"de":    regexp.MustCompile(`"|”|(^|[ (])“`),
		"es":    regexp.MustCompile(`["“”]|« | »`),
		"fr":    regexp.MustCompile(`["“”']|«[^\x{202F}\x{A0}]|[^\x{202F}\x{A0}][»?!;]|[^\x{A0}]:`),
		"pt-BR": regexp.MustCompile(`["'«»]`),
	}
	for _, tip := range open(t) {
		for _, tr := range tip.Translations {
			re := wrong[tr.Language]
			if re == nil {
				continue
			}
			for line := range strings.Lines(tr.Title + "\n" + tr.Body + "\n" + tr.Mindmap) {
				if strings.HasPrefix(line, "|---") {
					continue
				}
				if found := re.FindString(line); found != "" {
					t.Errorf("%s, %s: %q in %q", tip.Path, tr.Language, found, strings.TrimSpace(line))
				}
			}
		}
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

// marks gives what the lines of lists, tables and quotations begin with, in order.
func marks(markdown string) string {
	var found []string
	for line := range strings.Lines(markdown) {
		if mark := mark.FindString(line); mark != "" {
			found = append(found, mark)
		}
	}
	return strings.Join(found, " ")
}

var mark = regexp.MustCompile(`^(\d+\.|[-*>|])`)
