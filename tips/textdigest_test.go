package tips

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// What a reader would read differently changes the digest; what is only written about
// the tip doesn't.
func TestTextDigest(t *testing.T) {
	const plain = "---\ntitle: Ask first\nemoji: 💡\ntags: [a]\nlink: https://example.com/\n---\nText.\n\n## Translations\n\n" +
		"<details><summary>🇪🇸 Pregunta</summary>\n\nTexto.\n\n</details>\n"
	digest := func(file, translation string) string {
		t.Helper()
		fsys := fstest.MapFS{"ask.md": {Data: []byte(file)}}
		if translation != "" {
			fsys["ask.fr.md"] = &fstest.MapFile{Data: []byte(translation)}
		}
		lib, err := OpenFS(fsys, Options{})
		if err != nil {
			t.Fatal(err)
		}
		tip, ok := lib.Tip("ask")
		if !ok {
			t.Fatalf("no tip in %q: %v", file, lib.Faults())
		}
		d, err := tip.TextDigest()
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	change := func(old, text string) string { return strings.Replace(plain, old, text, 1) }
	was := digest(plain, "")
	for name, file := range map[string]string{
		"tags": change("[a]", "[a, b]"), "modified": change("tags:", "modified: 2026-01-02\ntags:"), "a date": change("tags:", "date: 2026-12-24\ntags:"),
		"another key": change("tags:", "mood: good\ntags:"),
	} {
		if digest(file, "") != was {
			t.Errorf("%s: another digest, though nobody reads anything else", name)
		}
	}
	for name, file := range map[string]string{
		"title": change("Ask first", "Ask last"), "emoji": change("💡", "🎉"), "text": change("Text.", "Texts."), "link": change("example.com", "example.org"),
		"translation": change("Texto.", "Textos."), "translated title": change("Pregunta", "Preguntas"), "mind map": plain + "\n## Mindmap\n\n- A\n  - B\n",
	} {
		if digest(file, "") == was {
			t.Errorf("%s: the same digest, though readers read something else", name)
		}
	}
	if digest(plain, "Texte.\n") == was {
		t.Error("a translation that joined leaves the digest as it was")
	}
}

// A translation that isn't to be read yet is no part of what goes out before.
func TestTextDigestAtAnInstant(t *testing.T) {
	lib, err := OpenFS(fstest.MapFS{
		"ask.md":    {Data: []byte("# Ask\n\nText.\n")},
		"ask.fr.md": {Data: []byte("---\ntitle: Demande\npublishDate: 2026-12-01\n---\nTexte.\n")},
	}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	tip, _ := lib.Tip("ask")
	digests := map[string]bool{}
	for _, at := range []time.Time{time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC), time.Date(2026, 12, 2, 0, 0, 0, 0, time.UTC)} {
		out := tip.At(at)
		d, err := out.TextDigest()
		if err != nil {
			t.Fatal(err)
		}
		digests[d] = true
	}
	if len(digests) != 2 {
		t.Error("with and without its French text the tip has one digest")
	}
}
