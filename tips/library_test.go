package tips

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// folder writes files and returns where they are.
func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		write(t, dir, name, text)
	}
	return dir
}

func write(t testing.TB, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func mustOpen(t testing.TB, dir string) *Library {
	t.Helper()
	l, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func ids(l *Library) string {
	var all []string
	for _, t := range l.Tips() {
		all = append(all, t.ID)
	}
	return strings.Join(all, " ")
}

func TestOpen(t *testing.T) {
	outside := folder(t, map[string]string{"secret.md": "# Secret\n\nText."})
	dir := folder(t, map[string]string{
		"a.md": "# A\n\nText.", "b.markdown": "# B\n\nText.", "C.MD": "# C\n\nText.", "sub/d.md": "# D\n\nText.",
		"README.md": "# R\n\nText.", "sub/readme.MD": "# R\n\nText.", "LICENSE.md": "# L\n\nText.", ".hidden.md": "# H\n\nText.",
		".git/x.md": "# H\n\nText.", "note.txt": "# N", "bad.md": "---\ntitle: x", "big.md": strings.Repeat("a", MaxFileSize+1),
		"latin.md": "# caf\xe9", "zz.md": "---\nid: a\ntitle: Z\n---\nText.", "draft.md": "---\ntitle: W\ndraft: true\n---\nText.",
	})
	for link, to := range map[string]string{"out.md": filepath.Join(outside, "secret.md"), "up": outside, "in.md": "sub/d.md", "loop": ".", "gone.md": "nowhere.md"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	l := mustOpen(t, dir)
	if got, want := ids(l), "C a b draft in sub/d"; got != want {
		t.Errorf("ids = %q, want %q; faults %v", got, want, l.Faults())
	}
	faults := l.Faults()
	wantFault(t, faults, RuleFrontMatterOpen, Error, 1, 0)
	wantFault(t, faults, RuleTooBig, Error, 1, 0)
	wantFault(t, faults, RuleInvalidUTF8, Error, 1, 6)
	wantFault(t, faults, RuleDuplicateID, Error, 2, 0)
	wantFault(t, faults, RuleUnreadable, Warning, 0, 0)
	if len(faults) != 6 {
		t.Errorf("faults: %v", faults)
	}
	for _, f := range faults {
		if f.Rule == RuleDuplicateID && (f.Path != "zz.md" || !strings.Contains(f.Message, "a.md") || !strings.Contains(f.Message, "zz.md")) {
			t.Errorf("duplicate: %v", f)
		}
	}
	if tip, ok := l.Tip("sub/d"); !ok || tip.Title != "D" {
		t.Errorf("Tip(sub/d) = %+v, %v", tip, ok)
	}
	if _, ok := l.Tip("nope"); ok {
		t.Error("found a tip that isn't there")
	}
}

func TestOpenMissing(t *testing.T) {
	if _, err := Open(filepath.Join(t.TempDir(), "nope"), Options{}); err == nil || !strings.Contains(err.Error(), "nope") {
		t.Errorf("err = %v", err)
	}
}

func TestOpenFS(t *testing.T) {
	l, err := OpenFS(fstest.MapFS{"a.md": {Data: []byte("# A\n\nText.")}, "x/b.md": {Data: []byte("# B\n\nText.")}}, Options{})
	if err != nil || ids(l) != "a x/b" {
		t.Errorf("%v, %q", err, ids(l))
	}
}

func TestSiblings(t *testing.T) {
	dir := folder(t, map[string]string{
		"a.md":            "# A\n\nText.\n\n## Translations\n\n<details lang=es><summary>block</summary>block</details>",
		"a.es.md":         "---\ntitle: Hola\nmodified: 2026-01-02\n---\n## Tip\n\nUno.\n\n## Mindmap\n\n- x",
		"a.zh_TW.md":      "Nur Text.",
		"a.fr.md":         "---\ntitle: broken",
		"a.new.md":        "# New\n\nText.",
		"a.de.md":         "---\ntitle: D\ndraft: true\n---\nText.",
		"b.fr.md":         "# Bf\n\nTexte.",
		"b.en.md":         "# Be\n\nText.",
		"c.pt.md":         "# Cp\n\nTexto.",
		"sub/a.ja.md":     "# Other\n\nText.",
		"d.md":            "---\ntitle: D\nlang: es\n---\nText.",
		"d.es.md":         "# D\n\nText.",
		"e.en.markdown":   "# E\n\nText.",
		"e.tr.markdown":   "# Et\n\nText.",
		"damaged.md":      "# F\n\nText.",
		"damaged.ru.md":   "# ä¸ç\n\nText.",
		"f.md":            "# G\n\nText.",
		"f.empty-es.md":   "# H\n\nText.",
		"g.md":            "# I\n\nText.",
		"g.ko.md":         "",
		"2026-01-01-j.md": "Text.", "2026-01-01-j.es.md": "Texto.",
	})
	l := mustOpen(t, dir)
	if got, want := ids(l), "2026-01-01-j a a.new b.en c.pt d damaged e.en f f.empty-es g sub/a.ja"; got != want {
		t.Errorf("ids = %q, want %q", got, want)
	}
	a, _ := l.Tip("a")
	if got := languages(a); !slices.Equal(got, []string{"es", "zh-TW"}) {
		t.Errorf("a has %v", got)
	}
	if tr, _ := a.In("es"); tr.Title != "Hola" || tr.Body != "Uno." || tr.Mindmap != "- x" || tr.Modified.IsZero() {
		t.Errorf("es: %+v", tr)
	}
	if tr, _ := a.In("zh-TW"); tr.Title != "A" || tr.Body != "Nur Text." {
		t.Errorf("zh-TW: %+v", tr)
	}
	b, _ := l.Tip("b.en")
	if b.Language != "en" || !slices.Equal(languages(b), []string{"fr"}) {
		t.Errorf("b: %+v", b)
	}
	if c, _ := l.Tip("c.pt"); c.Language != "pt-BR" {
		t.Errorf("c: %+v", c)
	}
	byPath := make(map[string]string)
	for _, f := range l.Faults() {
		byPath[f.Path] += f.Rule
	}
	for path, rule := range map[string]string{
		"a.es.md": RuleSameLanguage, "a.fr.md": RuleFrontMatterOpen, "d.es.md": RuleSameLanguage, "damaged.ru.md": RuleDamagedText, "g.ko.md": RuleEmptyTranslation,
	} {
		if byPath[path] != rule {
			t.Errorf("%s: %q, want %q", path, byPath[path], rule)
		}
	}
	before := a.Digest
	write(t, dir, "a.es.md", "---\ntitle: Hola de nuevo\n---\nUno.")
	if err := l.Reload(); err != nil {
		t.Fatal(err)
	}
	if a, _ = l.Tip("a"); a.Digest == before || a.Translations[0].Title != "Hola de nuevo" {
		t.Errorf("change of a sibling not seen: %+v", a)
	}
	// Without the tip's file the translation is a tip itself, checked as one.
	if err := os.Remove(filepath.Join(dir, "g.md")); err != nil {
		t.Fatal(err)
	}
	if err := l.Reload(); err != nil {
		t.Fatal(err)
	}
	if _, ok := l.Tip("g.ko"); ok {
		t.Error("an empty tip is offered")
	}
}

func TestReload(t *testing.T) {
	dir := folder(t, map[string]string{"a.md": "# A\n\nText.", "b.md": "# B\n\nText."})
	l := mustOpen(t, dir)
	changed := l.Changed()
	reload := func(want string) {
		t.Helper()
		if err := l.Reload(); err != nil {
			t.Fatal(err)
		}
		if got := ids(l); got != want {
			t.Errorf("ids = %q, want %q", got, want)
		}
	}
	isChanged := func() bool {
		select {
		case <-changed:
			changed = l.Changed()
			return true
		default:
			return false
		}
	}
	reload("a b")
	if isChanged() {
		t.Error("changed although nothing did")
	}
	old := l.Tips()

	write(t, dir, "a.md", "# A2\n\nText.")
	reload("a b")
	if a, _ := l.Tip("a"); a.Title != "A2" || !isChanged() {
		t.Errorf("change not seen: %+v", a)
	}
	if old[0].Title != "A" {
		t.Error("an old snapshot changed")
	}

	write(t, dir, "a.md", "---\ntitle: [broken\n---\nText.")
	reload("a b")
	if a, _ := l.Tip("a"); a.Title != "A2" {
		t.Errorf("the last good version is gone: %+v", a)
	}
	wantFault(t, l.Faults(), RuleFrontMatter, Error, 2, 0)
	if !isChanged() || !strings.Contains(l.Faults()[0].Message, "last good version") {
		t.Errorf("faults: %v", l.Faults())
	}

	write(t, dir, "a.md", "# A3\n\nText.")
	reload("a b")
	if len(l.Faults()) != 0 || !isChanged() {
		t.Errorf("faults stay: %v", l.Faults())
	}

	// The same bytes with another time are no change.
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(filepath.Join(dir, "a.md"), later, later); err != nil {
		t.Fatal(err)
	}
	reload("a b")
	if isChanged() {
		t.Error("a touched file counts as changed")
	}

	if err := os.Remove(filepath.Join(dir, "b.md")); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "sub/c.md", "# C\n\nText.")
	reload("a sub/c")

	// The folder itself gone: everything stays, and the caller hears of it.
	if err := os.Rename(dir, dir+"-away"); err != nil {
		t.Fatal(err)
	}
	if err := l.Reload(); err == nil || ids(l) != "a sub/c" {
		t.Errorf("err %v, ids %q", err, ids(l))
	}
	// Another folder in its place is read.
	write(t, dir, "new.md", "# N\n\nText.")
	reload("new")
}

func TestReloadUnreadable(t *testing.T) {
	if os.Getuid() == 0 {
		t.Log("as root every file can be read; links are tested instead")
	}
	dir := folder(t, map[string]string{"a.md": "# A\n\nText."})
	l := mustOpen(t, dir)
	// A link that leads nowhere can't be read by root either.
	if err := os.Remove(filepath.Join(dir, "a.md")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "a.md")); err != nil {
		t.Fatal(err)
	}
	if err := l.Reload(); err != nil || ids(l) != "a" || len(l.Faults()) != 1 {
		t.Errorf("err %v, ids %q, faults %v", err, ids(l), l.Faults())
	}
	write(t, dir, "nowhere", "# B\n\nText.")
	if err := l.Reload(); err != nil || l.Tips()[0].Title != "B" || len(l.Faults()) != 0 {
		t.Errorf("err %v, tips %v, faults %v", err, l.Tips(), l.Faults())
	}
}

func TestForeignLibrary(t *testing.T) {
	l := mustOpen(t, "testdata/foreign")
	for _, f := range Lint(l.Tips(), l.Faults(), LintOptions{Today: "2026-01-01"}) {
		if f.Severity == Error {
			t.Errorf("%v", f)
		}
	}
	if len(l.Tips()) < 8 {
		t.Errorf("only %q", ids(l))
	}
	for _, tip := range l.Tips() {
		if tip.Title == "" || tip.Body == "" {
			t.Errorf("%s: title %q, body %q", tip.Path, tip.Title, tip.Body)
		}
		h, err := HTML(tip.Body)
		if err != nil || h == "" {
			t.Errorf("%s: %q, %v", tip.Path, h, err)
		}
		for line := range strings.SplitSeq(PlainText(tip.Body, 72), "\n") {
			if w := displayWidth(line); w > 72 && strings.Contains(strings.TrimSpace(line), " ") && !strings.HasPrefix(line, "    ") && !strings.Contains(line, "http") {
				t.Errorf("%s: a line of %d columns: %q", tip.Path, w, line)
			}
		}
	}
}

// sampleLibrary has n tips of the usual size.
func sampleLibrary(tb testing.TB, n int) string {
	dir := tb.TempDir()
	paragraph := strings.Repeat("Say what went wrong, **what you’ve learnt** and what you will do next. ", 5)
	for i := range n {
		write(tb, dir, fmt.Sprintf("%02d/tip-%05d.md", i%50, i), fmt.Sprintf(`---
title: Tip number %d
emoji: 💡
tags: [management, trust]
link: https://example.com/%d
created: 2022-01-28T12:37:03.000Z
modified: 2022-01-28T12:37:03.000Z
---

## Tip

%s

%s

## Translations

<details>
<summary>🇨🇳 建议 %d</summary>

%s

</details>

## Mindmap

- One
  - two
`, i, i, paragraph, paragraph, i, strings.Repeat("说出错在哪里，学到了什么，接下来怎么做。", 8)))
	}
	return dir
}

func BenchmarkOpen10000(b *testing.B) {
	dir := sampleLibrary(b, 10_000)
	for b.Loop() {
		l := mustOpen(b, dir)
		if len(l.Tips()) != 10_000 || len(l.Faults()) != 0 {
			b.Fatalf("%d tips, faults %v", len(l.Tips()), l.Faults())
		}
	}
}

func BenchmarkReloadOneOf10000(b *testing.B) {
	dir := sampleLibrary(b, 10_000)
	l := mustOpen(b, dir)
	i := 0
	for b.Loop() {
		i++
		write(b, dir, "00/tip-00000.md", fmt.Sprintf("# Changed %d\n\nText.", i))
		if err := l.Reload(); err != nil {
			b.Fatal(err)
		}
	}
}
