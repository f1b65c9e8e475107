package tips

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// shelve makes a library of files whose titles are their paths.
func shelve(t *testing.T, o Options, files ...string) *Library {
	t.Helper()
	fsys := make(fstest.MapFS)
	for _, name := range files {
		fsys[name] = &fstest.MapFile{Data: []byte("---\ntitle: The text " + name + "\nlink: https://example.com/\n---\n\nText.\n")}
	}
	l, err := OpenFS(fsys, o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// contents writes a library as "id[language]: languages", sorted, joined by "; ".
func contents(l *Library) string {
	var lines []string
	for _, t := range l.Tips() {
		line := t.ID
		if t.Language != "" {
			line += "[" + t.Language + "]"
		}
		if len(t.Translations) > 0 {
			line += ": " + strings.Join(languages(t), " ")
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "; ")
}

func TestLanguageFolders(t *testing.T) {
	tests := []struct {
		name  string
		o     Options
		files string
		want  string
	}{
		{"side by side", Options{}, "en/ask.md fr/ask.md", "en/ask[en]: fr"},
		{"as jekyll has them", Options{}, "_posts/en/js/2016-01-01-a.md _posts/zh_CN/js/2016-01-01-a.md _posts/zh_TW/js/2016-01-01-a.md _posts/es_ES/js/2016-01-01-a.md", "_posts/en/js/2016-01-01-a[en]: es zh-CN zh-TW"},
		{"deep below", Options{}, "docs/en/docs/x/ask.md docs/pt-br/docs/x/ask.md docs/ar/docs/x/ask.md", "docs/en/docs/x/ask[en]: ar pt-BR"},
		{"the original beside the folder", Options{}, "content/ask.md content/listen.md content/fr/ask.md content/fr/listen.md", "content/ask: fr; content/listen: fr"},
		{"i18n", Options{}, "ask.md i18n/ja/ask.md", "ask: ja"},
		{"i18n of Docusaurus", Options{}, "docs/a/ask.md blog/b.md i18n/ja/docusaurus-plugin-content-docs/current/a/ask.md i18n/ja/docusaurus-plugin-content-blog/b.md", "blog/b: ja; docs/a/ask: ja"},
		{"i18n of a part", Options{}, "docs/a.md i18n/zh/docusaurus-plugin-content-docs/current/a.md i18n/zh/docusaurus-plugin-content-docs/current/b.md i18n/zh/docusaurus-plugin-content-docs/current/c.md i18n/zh/docusaurus-plugin-content-docs/current/d.md", "docs/a: zh-CN"},
		{"folders with a suffix", Options{}, "pages/a.md pages.fr/a.md pages.zh_TW/a.md", "pages/a: fr zh-TW"},
		{"in the newsletter's language", Options{Language: "fr"}, "en/ask.md fr/ask.md", "fr/ask[fr]: en"},
		{"without an English one", Options{}, "de/ask.md fr/ask.md", "de/ask[de]: fr"},
		{"subjects", Options{}, "hr/hire.md it/reboot.md no/say.md", "hr/hire; it/reboot; no/say"},
		{"subjects with an index each", Options{}, "hr/index.md it/index.md", "hr/index; it/index"},
		{"one subject among languages", Options{}, "en/a.md fr/a.md it/reboot.md", "en/a[en]: fr; it/reboot"},
		{"a subject that shares one name", Options{}, "a.md b.md it/a.md it/c.md it/d.md", "a; b; it/a; it/c; it/d"},
		{"named by the owner", Options{Languages: []string{"hr"}}, "ask.md hr/ask.md", "ask: hr"},
		{"subjects by the owner's word", Options{Languages: []string{"fr"}}, "hr/a.md it/a.md fr/a.md a.md", "a: fr; hr/a; it/a"},
		{"suffix and folder", Options{}, "ask.md ask.de.md fr/ask.md", "ask: de fr"},
		{"what isn't English isn't sent instead", Options{}, "en/a.md zh_CN/a.md zh_CN/only.md", "en/a[en]: zh-CN"},
		{"two extensions", Options{}, "a.md a.fr.md a.fr/x.md", "a: fr; a.fr/x"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := shelve(t, tt.o, strings.Fields(tt.files)...)
			if got := contents(l); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if len(l.Tips())+len(l.LeftOut()) != len(strings.Fields(tt.files)) {
				t.Errorf("%d tips and left out: %v", len(l.Tips()), l.LeftOut())
			}
		})
	}
}

// A folder of a language, names with one behind a dot, and a block in the text: all
// three give a tip its translations.
func TestTranslationsOfThreeKinds(t *testing.T) {
	front := "---\ntitle: T\nlink: https://example.com/\n---\n\n"
	l, err := OpenFS(fstest.MapFS{
		"en/ask.md":    {Data: []byte(front + "## Tip\n\nAsk.\n\n## Translations\n\n<details lang=\"es\"><summary>Pregunta</summary>\n\nPregunta.\n\n</details>\n")},
		"en/ask.zh.md": {Data: []byte(front + "先问。\n")},
		"fr/ask.md":    {Data: []byte(front + "Demande.\n")},
	}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	all := l.Tips()
	if len(all) != 1 || !slices.Equal(languages(all[0]), []string{"es", "fr", "zh-CN"}) {
		t.Errorf("tips: %s", contents(l))
	}
}

// What a site keeps of older versions is nearly the same text again.
func TestOlderVersionsAreNoTips(t *testing.T) {
	l := shelve(t, Options{}, "docs/a.md", "versioned_docs/version-1/a.md", "i18n/zh/docusaurus-plugin-content-docs/current/a.md", "i18n/zh/docusaurus-plugin-content-docs/version-1/a.md", "kruise_versioned_docs/version-2/b.md", "version-3/c.md")
	if got := contents(l); got != "docs/a: zh-CN; version-3/c" {
		t.Errorf("got %s", got)
	}
	var left []string
	for _, f := range l.LeftOut() {
		if f.Why == oldVersion {
			left = append(left, f.Path)
		}
	}
	if want := []string{"i18n/zh/docusaurus-plugin-content-docs/version-1", "kruise_versioned_docs", "versioned_docs"}; !slices.Equal(left, want) {
		t.Errorf("left out: %q", left)
	}
}

// A form to fill in is no tip, and one about templates is.
func TestFormsToFillInAreNoTips(t *testing.T) {
	l := shelve(t, Options{}, "POST_TEMPLATE.md", "docs/TEMPLATE.md", "use-a-template.md", "template.md")
	if got := contents(l); got != "template; use-a-template" {
		t.Errorf("got %s", got)
	}
}
