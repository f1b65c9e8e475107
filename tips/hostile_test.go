package tips

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// laughs is YAML whose aliases repeat each other, each key in less than the
// library's own guard allows for one.
func laughs(keys int) string {
	var b strings.Builder
	b.WriteString("---\ntitle: T\na0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n")
	for i := range keys {
		fmt.Fprintf(&b, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d]\n", i+1, i+1, i, i, i, i)
	}
	b.WriteString("---\nText.")
	return b.String()
}

// hostile is front matter that is small as a file and large, or deep, as a value.
func hostile() map[string]string {
	wide := "---\ntitle: T\nlong: &l " + strings.Repeat("x", 50<<10) + "\nlist: [" + strings.Repeat("*l, ", 1000) + "x]\n---\nText."
	var sets strings.Builder
	sets.WriteString("---\ntitle: T\nbase: &b [" + strings.Repeat("a, ", 3000) + "a]\n")
	for i := range 300 {
		fmt.Fprintf(&sets, "k%d: *b\n", i)
	}
	sets.WriteString("---\nText.")
	var many strings.Builder
	for i := range 8000 {
		fmt.Fprintf(&many, "k%d=1\n", i)
	}
	return map[string]string{
		"aliases in each other":     laughs(300),
		"a long value again":        wide,
		"a list in each key":        sets.String(),
		"an alias in itself":        "---\ntitle: T\na: &a [*a]\n---\nText.",
		"deep YAML lists":           "---\ntitle: T\na: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + "\n---\nText.",
		"deep YAML groups":          "---\ntitle: T\na: " + strings.Repeat("{a: ", 5000) + "b" + strings.Repeat("}", 5000) + "\n---\nText.",
		"deep TOML keys":            "+++\ntitle = 'T'\n" + strings.Repeat("a.", 11000) + "a = 1\n+++\nText.",
		"deep TOML lists":           "+++\ntitle = 'T'\na = " + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + "\n+++\nText.",
		"deep TOML groups":          "+++\ntitle = 'T'\na = " + strings.Repeat("{a=", 5000) + "1" + strings.Repeat("}", 5000) + "\n+++\nText.",
		"deep JSON":                 "{\"title\": \"T\", \"a\": " + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + "}\nText.",
		"deeper JSON":               "{\"title\": \"T\", \"a\": " + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + "}\nText.",
		"many TOML keys":            "+++\ntitle = 'T'\n" + many.String() + many.String() + "+++\nText.",
		"many YAML values":          "---\ntitle: T\na: [" + strings.Repeat("1,", 30000) + "]\n---\nText.",
		"too much of it":            "---\ntitle: T\na: " + strings.Repeat("x", MaxFileSize-1000) + "\n---\nText.",
		"broken and long":           "---\n" + strings.Repeat("a: [\n", 12000) + "---\nText.",
		"broken with long lines":    "---\n" + strings.Repeat("a: ["+strings.Repeat("x", 120)+"\n", 490) + "---\nText.",
		"many keys that differ":     "---\ntitle: T\n" + strings.ReplaceAll(many.String(), "=", ": ") + "---\nText.",
		"dashes without end":        strings.Repeat("---\ntitle: x\n\n", 2000),
		"comments without end":      strings.Repeat("<!-- -->\n", 2000),
		"a year out of range":       "---\ntitle: T\nmodified: 9999-12-31T23:00:00-05:00\n---\nText.",
		"keys without front matter": strings.Repeat("title: x\n", 28000),
	}
}

// Front matter that would grow beyond measure is refused. What each of them may cost
// is looked at in TestHostileFrontMatterIsBounded.
func TestHostileFrontMatter(t *testing.T) {
	for _, name := range []string{"aliases in each other", "deep TOML keys", "deep JSON", "an alias in itself", "a long value again", "a list in each key"} {
		if _, faults, ok := Parse("a.md", []byte(hostile()[name])); ok || !strings.Contains(fmt.Sprint(faults), "the front matter") {
			t.Errorf("%s: %v, %v", name, ok, faults)
		}
	}
	for _, key := range []string{"modified", "created", "date", "publishDate"} {
		tip, faults, _ := Parse("a.md", []byte("---\ntitle: T\n"+key+": 9999-12-31T23:00:00-05:00\n---\nText."))
		if _, err := json.Marshal(tip); err != nil || len(faults) == 0 {
			t.Errorf("%s in a year out of range: %v, %v", key, err, faults)
		}
	}
	// Aliases as people use them are fine.
	tip, faults := mustParse(t, "a.md", "---\ntitle: T\ntags: &t [a, b]\ncategories: *t\nauthor: &me Ann\nsource: *me\n---\nText.")
	if strings.Join(tip.Tags, " ") != "a b" || tip.Author != "Ann" {
		t.Errorf("%+v, %v", tip, faults)
	}
}

// However many links a file has, and however long they are, they're read in one go.
func TestHostileLinks(t *testing.T) {
	var many strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&many, "[[n%d]] [[n%d]] ", i, i)
	}
	for name, c := range map[string]struct {
		text string
		want int
	}{
		"brackets without end":   {strings.Repeat("[", MaxFileSize), 0},
		"links that never close": {strings.Repeat("](", MaxFileSize/2), maxLink / 2},
		"many links":             {many.String(), 20_000},
		"a link's name too long": {"[[" + strings.Repeat("x", maxLink) + "]]", 0},
		"a name that just fits":  {"[[" + strings.Repeat("x", maxLink-2) + "]]", 1},
	} {
		if got := linkNames(c.text); len(got) != c.want {
			t.Errorf("%s: %d names, want %d", name, len(got), c.want)
		}
	}
}

// A tip that never ends, a device, a link out and what is hidden aren't read,
// and nothing waits for them.
func TestOnlyFilesAreRead(t *testing.T) {
	outside := folder(t, map[string]string{"secret.md": "# S\n\nText.", "secret.png": "png"})
	dir := folder(t, map[string]string{"a.md": "# A\n\nText.", "a.png": "png", ".git/config.png": "x", "sub/.hidden.png": "x", "..data/v.md": "# V\n\nText."})
	for _, name := range []string{"pipe.md", "pipe.png"} {
		if err := syscall.Mkfifo(filepath.Join(dir, name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{
		"null.md": "/dev/zero", "zero.png": "/dev/zero", "out.md": filepath.Join(outside, "secret.md"), "out.png": filepath.Join(outside, "secret.png"),
		"v.md": "..data/v.md", "in.png": "a.png", "loop.png": "loop.png", "folder.png": "sub",
	} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	l := mustOpen(t, dir)
	if got := ids(l); got != "a v" { // v as Kubernetes mounts it
		t.Errorf("ids = %q", got)
	}
	for _, path := range []string{"pipe.md", "null.md", "out.md"} {
		if !strings.Contains(fmt.Sprint(l.Faults()), path+": ") {
			t.Errorf("no fault of %s in %v", path, l.Faults())
		}
	}
	files, err := OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	for name, ok := range map[string]bool{
		"a.png": true, "in.png": true, "v.md": true, "pipe.png": false, "zero.png": false, "out.png": false, "loop.png": false, "folder.png": false,
		".git/config.png": false, "sub/.hidden.png": false, "..data/v.md": false, "sub": false, ".": false, "../x": false, "/etc/passwd": false, "nope.png": false,
	} {
		f, err := files.Open(name)
		if (err == nil) != ok || (f == nil) == ok {
			t.Errorf("%s: %v, %v", name, f, err)
		}
		if err == nil {
			_ = f.Close()
		}
		answer := httptest.NewRecorder()
		http.ServeFileFS(answer, httptest.NewRequest(http.MethodGet, "/x", nil), files, name)
		if want := map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[ok]; answer.Code != want && fs.ValidPath(name) {
			t.Errorf("%s is answered by %d", name, answer.Code)
		}
	}
	if _, err := files.Stat(".git/config.png"); err == nil {
		t.Error("what is hidden can be looked at")
	}
}

// A file that becomes a pipe between two looks doesn't hold the library up.
func TestFileThatBecomesAPipe(t *testing.T) {
	dir := folder(t, map[string]string{"a.md": "# A\n\nText."})
	l := mustOpen(t, dir)
	name := filepath.Join(dir, "a.md")
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(name, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := l.Reload(); err != nil {
		t.Fatal(err)
	}
	files, err := OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	r := &record{path: "a.md", size: 10}
	if r.load(files); r.now != nil || len(r.faults) != 1 || r.faults[0].Rule != RuleUnreadable {
		t.Errorf("%+v", r.faults)
	}
}

// The text part obeys nobody: no control characters, no turned directions.
func TestTextIsPrintable(t *testing.T) {
	for markdown, want := range map[string]string{
		"a\x1b[31mb":                   "a[31mb",
		"a&#27;[31mb &#x202e;c":        "a[31mb c",
		"`a\u009b31m`":                 "`a31m`",
		"    code\x07\n    more\u202e": "code\n    more",
		"<div>\n\x1b]0;x\x07</div>":    "]0;x",
		"a \u202eb\u202c c":            "a b c",
		"a \u2067b\u2069 c":            "a \u2067b\u2069 c", // closed: it helps
		"a \u2067b c":                  "a b c",
		"a \u2069b":                    "a b",
		"שלום\u200f, \u200eok":         "שלום\u200f, \u200eok",
		"👩\u200d👩\u200d👧 🏴\U000e0067\U000e007f": "👩\u200d👩\u200d👧 🏴\U000e0067\U000e007f",
		"[x\x1b](https://a.example/\x1b\x08)":   "x (https://a.example/)",
	} {
		if got := PlainText(markdown, 72); strings.TrimSpace(got) != want {
			t.Errorf("%q: %q, want %q", markdown, got, want)
		}
	}
	if fragment, err := HTML("a\x1b&#27;&#x9b;b\n\n`c\x07`"); err != nil || fragment != "<p>ab</p>\n<p><code>c</code></p>" {
		t.Errorf("%q, %v", fragment, err)
	}
	tip, _ := mustParse(t, "a.md", "---\ntitle: \"a\\e[31m\\u202eb \\u2067c\"\nsource: \"x\\u009b\\u2066y\\u2069\"\nlink: \"https://a.example/\\u202e\"\n---\nText.")
	if tip.Title != "a[31mb c" || tip.Source != "x\u2066y\u2069" || tip.Link != "" {
		t.Errorf("%q, %q, %q", tip.Title, tip.Source, tip.Link)
	}
}

// The watcher says at once that a save can't be used, and once.
func TestBrokenSaveIsLogged(t *testing.T) {
	dir := folder(t, map[string]string{"a.md": "# A\n\nText.", "old.md": "---\ntitle: x"})
	log := &watchLog{}
	l, err := Open(dir, Options{Poll: time.Hour, Log: log.logger()})
	if err != nil {
		t.Fatal(err)
	}
	start(t, l)
	write(t, dir, "b.md", "# B\n\nText.")
	await(t, l, "a b") // the watch has begun
	changed := l.Changed()
	write(t, dir, "a.md", "---\ntitle: Be #1\n---\nText.")
	<-changed
	log.await(t, filepath.Join(dir, "a.md")+":2: the title wouldn't be sent as it stands")
	write(t, dir, "c.md", "# C\n\nText.")
	await(t, l, "a b c")
	if text := log.String(); strings.Count(text, "a.md:2") != 1 || strings.Count(text, "old.md:1") != 1 || !strings.Contains(text, "last good version") {
		t.Errorf("the log says:\n%s", text)
	}
}
