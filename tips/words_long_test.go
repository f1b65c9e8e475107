//go:build long

package tips

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"
)

// wordLists are the dictionaries of spelling checkers that scripts/setup-test-deps
// installs, one file for each language.
func wordLists(t *testing.T) map[string][]string {
	lists := make(map[string][]string)
	seen := make(map[string]bool)
	for _, pattern := range []string{"/usr/share/hunspell/*.dic", "/usr/share/myspell/dicts/*.dic"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			file, err := filepath.EvalSymlinks(name)
			if err != nil {
				t.Fatal(err)
			}
			language := strings.FieldsFunc(filepath.Base(name), func(c rune) bool { return c == '_' || c == '-' || c == '.' })[0]
			if seen[file] || strings.HasPrefix(filepath.Base(name), "hyph") {
				continue
			}
			seen[file] = true
			lists[language] = append(lists[language], wordsOf(t, file)...)
		}
	}
	return lists
}

// wordsOf reads a dictionary of hunspell: words with flags behind a slash.
func wordsOf(t *testing.T, file string) []string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !utf8.Valid(data) {
		data = decoded(t, file, data)
	}
	var words []string
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() {
		word, _, _ := strings.Cut(lines.Text(), "/")
		if word, _, _ = strings.Cut(word, "\t"); strings.Trim(word, " 0123456789") != "" {
			words = append(words, strings.TrimSpace(word))
		}
	}
	return words
}

// decoded reads a list in the encoding that the file of affixes beside it names.
func decoded(t *testing.T, file string, data []byte) []byte {
	t.Helper()
	affixes, err := os.ReadFile(strings.TrimSuffix(file, ".dic") + ".aff")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^SET\s+ISO-?8859-(\d+)`).FindSubmatch(affixes)
	if m == nil {
		t.Fatalf("%s: unknown encoding", file)
	}
	encoding, err := htmlindex.Get("iso-8859-" + string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	text, err := encoding.NewDecoder().Bytes(data)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Not one word of any language is changed or taken for damaged, alone, together with
// all others of its language, or beside damage.
func TestRepairLeavesWordLists(t *testing.T) {
	const languages = 40
	lists := wordLists(t)
	if len(lists) < languages {
		t.Skipf("word lists of %d languages are installed, and %d are wanted: scripts/setup-test-deps long", len(lists), languages)
	}
	total := 0
	for language, words := range lists {
		t.Run(language, func(t *testing.T) {
			for i := range 3 { // lower case, title, capitals
				var b strings.Builder
				for _, word := range words {
					b.WriteString(cases(word)[i])
					b.WriteByte('\n')
				}
				got, lost := Repair([]byte(b.String()))
				if string(got) != b.String() || len(lost) > 0 {
					t.Errorf("the list was changed, or %d words are taken for damaged, such as %v", len(lost), lost[:min(len(lost), 5)])
				}
			}
			checkWords(t, suspects(words), surroundings)
		})
		total += len(words)
	}
	t.Logf("%d words of %d languages", total, len(lists))
}

// suspects are the words that hold a pair which misread text could hold.
func suspects(words []string) []string {
	var some []string
	for _, word := range words {
		for _, form := range cases(word) {
			if len(scanUnits(form, anyByte)) > 0 {
				some = append(some, word)
				break
			}
		}
	}
	return some
}
