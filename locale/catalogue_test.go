package locale

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// forms are a message's texts by plural category; one that isn't plural has
// only "other".
type forms map[string]string

var categories = map[plural.Form]string{
	plural.Zero: "zero", plural.One: "one", plural.Two: "two",
	plural.Few: "few", plural.Many: "many", plural.Other: "other",
}

// read flattens one language's messages to id → forms, independent of go-i18n.
func read(t *testing.T, lang string) (texts map[string]forms, isPlural map[string]bool) {
	t.Helper()
	return readFile(t, "messages/"+lang+".yaml")
}

func readFile(t *testing.T, name string) (texts map[string]forms, isPlural map[string]bool) {
	t.Helper()
	data, err := files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := yaml.Unmarshal(data, &tree); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	texts, isPlural = map[string]forms{}, map[string]bool{}
	names := slices.Collect(maps.Values(categories))
	var walk func(prefix string, node map[string]any)
	walk = func(prefix string, node map[string]any) {
		for key, value := range node {
			id := strings.TrimPrefix(prefix+"."+key, ".")
			switch value := value.(type) {
			case map[string]any:
				walk(id, value)
			case string:
				category := "other"
				if slices.Contains(names, key) {
					id, category = prefix, key
					isPlural[id] = true
				}
				if texts[id] == nil {
					texts[id] = forms{}
				}
				texts[id][category] = value
			default:
				t.Errorf("%s: %s is a %T, want a text", name, id, value)
			}
		}
	}
	walk("", tree)
	return texts, isPlural
}

func TestEveryFileIsALanguage(t *testing.T) {
	entries, err := files.ReadDir("messages")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, e := range entries {
		found = append(found, strings.TrimSuffix(e.Name(), path.Ext(e.Name())))
	}
	want := Languages()
	slices.Sort(want)
	slices.Sort(found)
	if !slices.Equal(found, want) {
		t.Errorf("message files: %v, languages: %v", found, want)
	}
}

var placeholder = regexp.MustCompile(`\{\{[^}]*\}\}`)

// names of the values that a message takes, over all its forms.
func placeholders(f forms) []string {
	seen := map[string]bool{}
	for _, text := range f {
		for _, name := range placeholder.FindAllString(text, -1) {
			seen[name] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

func TestEveryLanguageSaysTheSame(t *testing.T) {
	english, englishPlural := read(t, Default)
	for _, lang := range Languages() {
		texts, isPlural := read(t, lang)
		for id, reference := range english {
			own, ok := texts[id]
			if !ok {
				t.Errorf("%s.yaml: %s is missing", lang, id)
				continue
			}
			if isPlural[id] != englishPlural[id] {
				t.Errorf("%s.yaml: %s is plural: %t, in English: %t", lang, id, isPlural[id], englishPlural[id])
			}
			if got, want := placeholders(own), placeholders(reference); !slices.Equal(got, want) {
				t.Errorf("%s.yaml: %s takes %v, want %v", lang, id, got, want)
			}
		}
		for id := range texts {
			if _, ok := english[id]; !ok {
				t.Errorf("%s.yaml: %s is not in en.yaml", lang, id)
			}
		}
	}
}

// wanted lists every cardinal category that a whole number can have.
func wanted(lang string) []string {
	seen := map[string]bool{}
	tag := language.MustParse(lang)
	for n := range 1200 {
		seen[categories[plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0)]] = true
	}
	// Spanish, French and Portuguese have a category for whole millions, which
	// golang.org/x/text (CLDR 32) doesn't know yet and go-i18n does.
	if slices.Contains([]string{"es", "fr", "pt-BR"}, lang) {
		seen["many"] = true
	}
	// go-i18n falls back to "other", which Russian uses for fractions.
	seen["other"] = true
	return slices.Sorted(maps.Keys(seen))
}

func TestPluralFormsAreComplete(t *testing.T) {
	for _, lang := range Languages() {
		texts, isPlural := read(t, lang)
		for id := range isPlural {
			if got, want := slices.Sorted(maps.Keys(texts[id])), wanted(lang); !slices.Equal(got, want) {
				t.Errorf("%s.yaml: %s has forms %v, the language has %v", lang, id, got, want)
			}
		}
		for _, count := range []int{0, 1, 2, 3, 5, 11, 21, 100, 1_000_000} {
			if got := Text(lang, "page.pause.weeks", map[string]any{"Count": count}); strings.HasPrefix(got, "page.") {
				t.Errorf("%s: no text for %d weeks", lang, count)
			}
		}
	}
}

// wantClean fails the test when a text has what belongs into no text.
func wantClean(t *testing.T, file string, texts map[string]forms) {
	t.Helper()
	for id, f := range texts {
		for category, text := range f {
			plain := placeholder.ReplaceAllString(text, "")
			switch {
			case strings.TrimSpace(text) != text || text == "":
				t.Errorf("%s.yaml: %s (%s) is empty or has blanks around it", file, id, category)
			case strings.ContainsAny(plain, "<>&{}\n\r\t"):
				t.Errorf("%s.yaml: %s (%s) has a character for markup: %q", file, id, category, text)
			case strings.Contains(plain, "'"), strings.Contains(plain, "..."):
				t.Errorf("%s.yaml: %s (%s) wants typographic characters: %q", file, id, category, text)
			}
		}
	}
}

// The pages for editors and operators speak English, in words of their own: none of them
// is in a reader's file, where it would have to be in every language.
func TestWordsForEditorsAndOperators(t *testing.T) {
	texts, isPlural := readFile(t, "admin/en.yaml")
	wantClean(t, "admin/en", texts)
	english, _ := read(t, Default)
	for id := range texts {
		if !strings.HasPrefix(id, "admin.") {
			t.Errorf("admin/en.yaml: %s doesn't begin with admin", id)
		}
		if _, both := english[id]; both {
			t.Errorf("%s is in both files", id)
		}
		var data map[string]any
		if isPlural[id] {
			data = map[string]any{"Count": 1}
		}
		if got := Text(Default, id, data); got == id {
			t.Errorf("%s has no text", id)
		}
	}
}

func TestTextsAreClean(t *testing.T) {
	for _, lang := range Languages() {
		texts, _ := read(t, lang)
		wantClean(t, lang, texts)
		for id, want := range map[string]int{"date.weekdays": 7, "date.months": 12} {
			if got := len(strings.Split(texts[id]["other"], "|")); got != want {
				t.Errorf("%s.yaml: %s has %d names, want %d", lang, id, got, want)
			}
		}
		if got := len([]rune(texts["date.digits"]["other"])); got != 10 {
			t.Errorf("%s.yaml: date.digits has %d digits, want 10", lang, got)
		}
	}
}

// A language that was copied from English and forgotten would pass the tests
// above; names and digits may be the same, sentences may not.
func TestNothingIsLeftInEnglish(t *testing.T) {
	english, _ := read(t, Default)
	same := []string{"es vote.useless", "pt-BR archive.feed", "pt-BR archive.newsletters", "de archive.feed"} // words that both languages have
	for _, lang := range Languages()[1:] {
		texts, _ := read(t, lang)
		for id, f := range texts {
			text := f["other"]
			if strings.HasPrefix(id, "date.") || strings.HasPrefix(id, "page.zones.") || id == "page.days.list" || id == "mail.quote" || slices.Contains(same, lang+" "+id) {
				continue
			}
			if text == english[id]["other"] {
				t.Errorf("%s.yaml: %s is the English text %q", lang, id, text)
			}
		}
	}
}
