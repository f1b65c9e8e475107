package tips

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf16"
)

// Code isn't structure, however it looks.
func TestCodeIsntComplex(t *testing.T) {
	bars, wide := strings.Repeat("|", 70), strings.Repeat(" ", 110)
	for name, text := range map[string]string{
		"bars in code":            "It draws:\n\n```\n[" + bars + "] 100 %\n```\n",
		"bars in code below text": "It draws:\n```\n[" + bars + "] 100 %\n```\n",
		"bars in text":            "It draws " + bars + " here.\n",
		"a wide indent in code":   "It shows:\n\n```\n=> \\d+ trips\n" + wide + "Table \"trips\"\n Column | Type\n```\n",
		"a wide indent by itself": "It shows:\n\n" + wide + "Table \"trips\"\n",
		"code in a list":          "- one\n\n  ```\n  " + wide + "- a\n  ```\n",
		"links in code":           "A list of them:\n\n~~~\n" + strings.Repeat("[a](b)\n", 2000) + "~~~\n",
		"quotes in code":          "Nested:\n\n```\n" + strings.Repeat("> ", 60) + "a\n```\n",
	} {
		if _, faults, ok := Parse("a.md", []byte("# T\n\n"+text)); !ok {
			t.Errorf("%s: withheld: %v", name, faults)
		}
	}
	// What only looks like code is still counted.
	deep := strings.Repeat("> ", 60) + "a"
	for name, text := range map[string]string{
		"a fence in a comment": "<!--\n\n```\n-->\n" + deep + "\n```\n",
		"a fence in pre":       "<pre>\n\n```\n</pre>\n" + deep + "\n```\n",
		"a fence in HTML":      "<div>\n```\n\n" + deep + "\n\n```\n",
		"the other fence":      "```\n~~~\n```\n" + deep + "\n~~~\n",
	} {
		if _, what := tooComplex(text); what == "" {
			t.Errorf("%s hides nesting", name)
		}
	}
}

// The marks of a merge keep a tip back, wherever they are, but not as an example.
func TestMergeConflict(t *testing.T) {
	const marks = "<<<<<<< HEAD\ntitle: A\n=======\ntitle: B\n>>>>>>> other\n"
	for name, text := range map[string]string{
		"front matter": "---\n" + marks + "link: https://example.com/\n---\n\nText.\n",
		"text":         "# T\n\nOne.\n\n<<<<<<< HEAD\nTwo.\n=======\nThree.\n>>>>>>> 0a1b2c3\n",
		"the whole":    "<<<<<<< HEAD\n# T\n\nTwo.\n=======\n# U\n\nThree.\n>>>>>>> 0a1b2c3\n",
	} {
		_, faults, ok := Parse("a.md", []byte(text))
		if ok || faults[0].Rule != RuleConflict || !strings.HasPrefix(strings.Split(text, "\n")[faults[0].Line-1], "<<<<<<< ") {
			t.Errorf("%s: %v", name, faults)
		}
	}
	for name, text := range map[string]string{
		"in code":     "# T\n\nGit writes:\n\n```\n" + marks + "```\n",
		"by indent":   "# T\n\nGit writes:\n\n    <<<<<<< HEAD\n    a\n    =======\n    >>>>>>> b\n",
		"a headline":  "T\n=======\n\nText.\n",
		"one of them": "# T\n\n>>>>>>> a deep quote\n",
	} {
		if _, faults, ok := Parse("a.md", []byte(text)); !ok {
			t.Errorf("%s: withheld: %v", name, faults)
		}
	}
}

func TestUTF16(t *testing.T) {
	const text = "# Ask früh\n\nAsk before you answer.\n"
	for name, order := range map[string]interface {
		binary.ByteOrder
		binary.AppendByteOrder
	}{"big-endian": binary.BigEndian, "little-endian": binary.LittleEndian} {
		for _, mark := range []string{"", "\ufeff"} {
			var data []byte
			for _, unit := range utf16.Encode([]rune(mark + text)) {
				data = order.AppendUint16(data, unit)
			}
			_, faults, ok := Parse("a.md", data)
			if ok || len(faults) != 1 || !strings.Contains(faults[0].Message, "UTF-16 ("+name) {
				t.Errorf("%s, mark %q: %v", name, mark, faults)
			}
		}
	}
}

// A README is a tip when it has a folder for itself.
func TestLoneReadme(t *testing.T) {
	l := shelve(t, Options{}, "README.md", "tip-019/README.md", "tip-020/README.md", "tip-020/README.fr.md", "guide/README.md", "guide/a.md", "part/README.md", "part/deep/b.md", "es/README-es.md")
	if got, want := contents(l), "guide/a; part/deep/b; tip-019/README; tip-020/README: fr"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestExclude(t *testing.T) {
	files := []string{"a.md", "a.old.md", "notes/b.md", "deep/notes/c.md", "archive/2024/d.md", "deep/archive/e.md", "x/y/z.mdx"}
	for globs, want := range map[string]string{
		"":                       "a a.old archive/2024/d deep/archive/e deep/notes/c notes/b",
		"notes":                  "a a.old archive/2024/d deep/archive/e",
		"*.old.md":               "a archive/2024/d deep/archive/e deep/notes/c notes/b",
		"archive/":               "a a.old deep/notes/c notes/b",
		"archive/**":             "a a.old deep/archive/e deep/notes/c notes/b",
		"/archive":               "a a.old deep/archive/e deep/notes/c notes/b",
		"**/notes/*.md a.old.md": "a archive/2024/d deep/archive/e",
		"{notes,archive}":        "a a.old",
	} {
		l := shelve(t, Options{Exclude: strings.Fields(globs)}, files...)
		if got := ids(l); got != want {
			t.Errorf("exclude %q leaves %s, want %s", globs, got, want)
		}
		for _, f := range l.Faults() {
			if strings.Contains(globs, "x") && f.Rule == RuleNotMarkdown {
				t.Errorf("%s: %v", globs, f)
			}
		}
	}
}

// Files in other formats are named, so that nobody thinks they are sent.
func TestNotMarkdown(t *testing.T) {
	const text = "Text."
	l, err := OpenFS(fstest.MapFS{
		"a.mdx": {Data: []byte(text)}, "b/c.mdx": {Data: []byte(text)}, "d.rst": {Data: []byte(text)}, "index.html": {Data: []byte(text)},
		"layouts/x.html": {Data: []byte(text)}, "e.png": {Data: []byte(text)}, "LICENSE.html": {Data: []byte(text)},
	}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range l.Faults() {
		got = append(got, f.Severity.String()+" "+f.Path+" "+f.Rule)
	}
	if want := "warning a.mdx not-markdown; warning d.rst not-markdown; warning index.html not-markdown"; strings.Join(got, "; ") != want {
		t.Errorf("faults: %v, want %s", got, want)
	}
	if m := l.Faults()[0].Message; !strings.Contains(m, "2 files weren't read: .mdx (a.mdx, b/c.mdx)") {
		t.Errorf("message: %s", m)
	}
	if len(l.LeftOut()) != 4 {
		t.Errorf("left out: %v", l.LeftOut())
	}
}

// Code doesn't make a text long.
func TestCodeIsntWords(t *testing.T) {
	const front = "---\ntitle: T\nlink: https://example.com/\n---\n\n"
	for text, want := range map[string]bool{
		"Run it:\n\n```\n" + strings.Repeat("many words of output\n", 100) + "```\n": false,
		"Run it: " + strings.Repeat("many words of text\n", 100):                     true,
	} {
		tip, faults, _ := Parse("a.md", []byte(front+text))
		if got := strings.Contains(fmt.Sprint(Lint([]Tip{tip}, faults, LintOptions{})), "words; a tip is read in a minute"); got != want {
			t.Errorf("%.20q…: long %v, want %v", text, got, want)
		}
	}
}
