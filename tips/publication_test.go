package tips

import (
	"os"
	"path"
	"path/filepath"
	"testing"
	"time"
)

// When a tip may be sent, and whether at all.
func TestPublication(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	for front, why := range map[string]string{
		"date: 2024-03-05":                 "",
		"date: 2030-01-01":                 "", // a pin
		"date: 2030/01/01":                 "",
		"date: January 1, 2030":            "",
		"date: 01-31":                      "",
		"pin: 2030-01-01":                  "",
		"date: 2030-01-01 08:00:00 +0100":  "future",
		"date: 2030-01-01T08:00:00":        "future",
		"date: 2026-11-28T12:00:00Z":       "",
		"date: 2026-11-28T12:00:01Z":       "future",
		"publishDate: 2030-01-01":          "future",
		"publishDate: 2026-11-28":          "",
		"pubdate: 2026-11-29":              "future",
		"published: 2024-01-05":            "",
		"published: 2030-01-05":            "future",
		"publishDate: some day":            "draft",
		"expiryDate: tomorrow":             "draft",
		"date: next week":                  "draft",
		"expiryDate: 2020-01-01T08:00:00Z": "expired",
		"expiryDate: 2026-11-28":           "expired",
		"expiryDate: 2026-11-29":           "",
		"unpublishdate: 2020-01-01":        "expired",
		"published: false":                 "draft",
		"published: true":                  "",
		"publish: false":                   "draft",
		"publish: true":                    "",
		"private: true":                    "draft",
		"private: no":                      "",
		"status: draft":                    "draft",
		"status: Private":                  "draft",
		"status: evergreen":                "",
		"draft: yes":                       "draft",
		"build:\n  render: never":          "never rendered",
		"build:\n  render: false":          "never rendered",
		"_build: {Render: link}":           "never rendered",
		"build: {list: never}":             "",
		"headless: true":                   "never rendered",
		"headless: false":                  "",
		"permalink: false":                 "never rendered",
		"permalink: /a/":                   "",
		"permalink: {build: /a/}":          "",

		// Properties are lists in some programs, and days links to a day's note.
		"publishDate: [[2031-01-02]]":   "future",
		"publishDate: ['2031-01-02']":   "future",
		"publishDate: {{date}}":         "draft",
		"publishDate: [a, b]":           "draft",
		"expiryDate: [[2020-01-02]]":    "expired",
		"published: [[2031-01-02]]":     "future",
		"date: {{date}}":                "draft",
		"draft: [true]":                 "draft",
		"draft: {value: true}":          "draft",
		"draft: []":                     "",
		"draft:":                        "",
		"status: [draft]":               "draft",
		"status: [seedling, evergreen]": "draft",

		// The same in the words of other programs.
		"publish_date: 2031-01-02":             "future",
		"publish-date: 2031-01-02":             "future",
		"published_at: 2031-01-02T00:00:00Z":   "future",
		"published_at: 2021-01-02T00:00:00Z":   "",
		"publish_on: 2031-01-02":               "future",
		"expiry_date: 2020-01-01":              "expired",
		"expires: 2020-01-01":                  "expired",
		"isDraft: true":                        "draft",
		"unlisted: true":                       "draft",
		"hidden: true":                         "draft",
		"hidden: false":                        "",
		"public: false":                        "draft",
		"dg-publish: false":                    "draft",
		"dg-publish: true":                     "",
		"eleventyExcludeFromCollections: true": "draft",
		"visibility: private":                  "draft",
		"visibility: public":                   "",
		"status: scheduled":                    "draft",
		"status: in review":                    "draft",
		"status: in-progress":                  "draft",
		"state: draft":                         "draft",
		"state: California":                    "",
		"render: false":                        "never rendered",
	} {
		tip, _ := mustParse(t, "a.md", "---\ntitle: T\n"+front+"\n---\nText.")
		if got := tip.WhyNot(now); got != why {
			t.Errorf("%s: %q, want %q", front, got, why)
		}
	}
	for name, why := range map[string]string{
		"_drafts/a.md": "draft", "Drafts/sub/a.md": "draft", "posts/2030-01-01-a.md": "future", "2024-01-01-a.md": "", "2030-13-01-a.md": "",
		"2031-1-2-a.md": "future", "00 Drafts/a.md": "draft", "Draft/a.md": "draft", "_unpublished/a.md": "draft", "trash/a.md": "draft", "drafting/a.md": "",
	} {
		tip, _ := mustParse(t, name, "---\ntitle: T\ndraft: false\n---\nText.")
		if got := tip.WhyNot(now); got != why {
			t.Errorf("%s: %q, want %q", name, got, why)
		}
	}
	tip, _ := mustParse(t, "2030-01-01-a.md", "---\ntitle: T\ndate: 2024-03-05\n---\nText.")
	if tip.WhyNot(now) != "" || tip.Date != "2024-03-05" || tip.Created.Format(time.DateOnly) != "2024-03-05" {
		t.Errorf("%+v", tip)
	}
	tip, _ = mustParse(t, "a.md", "---\ntitle: T\npublished: 2024-01-05\ncreated: 2024-02-01\npin: 2026-12-24\ndate: 12-25\n---\nText.")
	if tip.Pin != "2026-12-24" || tip.Created.Format(time.DateOnly) != "2024-02-01" {
		t.Errorf("%+v", tip)
	}
	for _, pin := range []string{"2026-02-30", "13-01", "soon", "2026-12-24T08:00:00Z"} {
		if _, faults, ok := Parse("a.md", []byte("---\ntitle: T\npin: "+pin+"\n---\nText.")); ok {
			t.Errorf("pin: %s was taken", pin)
		} else {
			wantFault(t, faults, RuleInvalidDate, Error, 3, 0)
		}
	}
}

// A date is looked at in the zone of who asks.
func TestMomentOfADate(t *testing.T) {
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 12, 31, 22, 0, 0, 0, time.UTC)
	if m := Moment("2027-01-01"); m.Reached(at) || !m.Reached(at.In(tokyo)) {
		t.Error("2027-01-01 in UTC and in Tokyo")
	}
	if m := Moment("2026-12-31T23:00:00Z"); m.Reached(at.In(tokyo)) || !m.Reached(at.Add(time.Hour)) || Moment("").Reached(at) {
		t.Error("an instant")
	}
}

// A site's other files are no tips, and the library says of each why.
func TestLeftOut(t *testing.T) {
	const text = "---\ntitle: T\n---\nText."
	files := map[string]string{"a.md": "# A\n\nText.", "a.es.md": "# A\n\nTexto.", "security.md": text, "guides/history.md": text, "_posts/2024-01-01-x.md": text, "index.md": text, "broken.md": "---\n"}
	want := map[string]string{
		"a.es.md": "a translation of a.md", "_index.md": anIndex, "posts/_index.fr.md": anIndex,
		"node_modules": foreign, "x/vendor": foreign, "_site": foreign, "99 Templates/daily.md": aTemplate,
		"_includes/x.md": neverRendered, "archetypes/default.md": neverRendered, "x/_layouts/y/z.md": neverRendered, "_part.md": neverRendered,
	}
	for _, name := range []string{"README.md", "readme.zh-CN.md", "CHANGELOG.md", "Changelog.markdown", "CONTRIBUTING.md", "CODE_OF_CONDUCT.md", "docs/code-of-conduct.md", "SECURITY.md", "LICENSE.md", "Licence.md", "sub/ROADMAP.md", "AUTHORS.md", "README-es.md", "readme_zh_CN.md", "LISEZMOI.md", "CONTRIBUTING-fr.md", "LICENSE-MIT.md", "SUMMARY.md", "404.md"} {
		want[name] = aPaper
	}
	for _, name := range []string{"a (conflicted copy 2026-01-01).md", "a (Ana's conflicted copy 2026-01-01).md", "a.sync-conflict-20260101-100000-ABCDEFG.md"} {
		want[name] = aConflict
	}
	for name := range want {
		if files[name] == "" && path.Ext(name) != "" {
			files[name] = text
		}
	}
	for _, name := range []string{".obsidian/x.md", "node_modules/x/readme.md", "x/vendor/y/z.md", "_site/a.md", ".x.md"} {
		files[name] = text
	}
	l := mustOpen(t, folder(t, files))
	if got, want := ids(l), "_posts/2024-01-01-x a guides/history index security"; got != want {
		t.Errorf("ids = %q, want %q", got, want)
	}
	got := map[string]string{}
	for _, f := range l.LeftOut() {
		got[f.Path] = f.Why
	}
	for name, why := range want {
		if got[name] != why {
			t.Errorf("%s: %q, want %q", name, got[name], why)
		}
		delete(got, name)
	}
	if len(got) > 0 {
		t.Errorf("left out as well: %v", got)
	}
	if b := l.Broken(); len(b) != 1 || b[0].Tip.Path != "broken.md" || b[0].Fault.Rule != RuleFrontMatterOpen {
		t.Errorf("broken: %+v", b)
	}
}

// Of a tip that is broken, the day to which it's pinned is known all the same.
func TestBrokenPinIsKnown(t *testing.T) {
	l := mustOpen(t, folder(t, map[string]string{
		"a.md": "---\ntitle: A\ndate: 2026-12-24\n---\n", "b.md": "---\ntitle: [B\npin: 12-25\n---\nText.", "c.md": "+++\ntitle = C\ndate = 2026-12-26\n+++\nText.",
		"d.md": "---\ntitle: D\n\ndate: \"2026-12-27\"\n\nText.", "e.md": "---\ntitle: Be #1\npin: 2026-12-28\n---\nText.",
	}))
	if len(l.Broken()) != 5 {
		t.Fatalf("broken: %+v", l.Broken())
	}
	for i, want := range []string{"2026-12-24", "12-25", "2026-12-26", "2026-12-27", "2026-12-28"} {
		if tip := l.Broken()[i].Tip; tip.Pin+tip.Date != want {
			t.Errorf("%s: pin %q, date %q, want %s", tip.Path, tip.Pin, tip.Date, want)
		}
	}
}

// The kinds of files that were mailed or lost by mistake, when they are there.
func TestSharedCases(t *testing.T) {
	dir := filepath.Join("..", "..", "shared", "cases")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("SKIPPED: the shared cases aren't here; the other tests of this package have the same kinds")
	}
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	site := mustOpen(t, filepath.Join(dir, "site"))
	for _, tip := range site.Tips() {
		if ready := tip.WhyNot(now) == ""; ready != (tip.ID == "my-bundle/index") {
			t.Errorf("%s: %q", tip.ID, tip.WhyNot(now))
		}
	}
	l := mustOpen(t, filepath.Join(dir, "libraries"))
	for id, want := range map[string]string{
		"blank-line-first": "Ask before you answer", "blank-line-first-toml": "Ask twice", "comment-first": "Ask first", "fourdash": "Four dashes",
		"hash": "", "bang": "", "colon": "", "date-of-publication-never-sent": "Written in March", "publish-false-sent": "", "web-clipper-is-draft": "Ask early", "www-link": "Link without scheme",
	} {
		tip, ok := l.Tip(id)
		if sent := ok && tip.WhyNot(now) == ""; sent != (want != "") || sent && (tip.Title != want || tip.Pin != "") {
			t.Errorf("%s: %v, %q", id, sent, tip.Title)
		}
	}
}

// Front matter between lines that aren't ---, or with blanks in front, is read or
// is a fault: as text it would be mailed, and what it says of drafts be missed.
func TestOddlyFencedFrontMatter(t *testing.T) {
	const keys = "title: T\ndraft: true\n"
	for name, text := range map[string]string{
		"two hyphens":     "--\n" + keys + "--\n# A\n\nText.",
		"equals signs":    "===\n" + keys + "===\n# A\n\nText.",
		"asterisks":       "***\n" + keys + "***\n# A\n\nText.",
		"underscores":     "___\n" + keys + "___\n# A\n\nText.",
		"a format":        "---yaml\n" + keys + "---\n# A\n\nText.",
		"TOML's name":     "---toml\ntitle = 'T'\ndraft = true\n---\n# A\n\nText.",
		"two blanks":      "  ---\n  title: T\n  draft: true\n  ---\n# A\n\nText.",
		"a tab":           "\t---\n" + keys + "---\n# A\n\nText.",
		"a second one":    "---\ntitle: T\n---\n---\ndraft: true\n---\nText.",
		"nothing, a flag": "Draft: true\n\n# A\n\nText.",
		"Logseq's":        "public:: false\n\n# A\n\nText.",
	} {
		tip, faults, ok := Parse("a.md", []byte(text))
		if ok && tip.WhyNot(time.Now()) == "" {
			t.Errorf("%s: sent as %q: %q; %v", name, tip.Title, tip.Body, faults)
		}
	}
	for name, text := range map[string]string{
		"a rule, then text":   "***\n\nTitle: the first thing people see.\n\n***\n\n# A\n\nText.",
		"a word with a colon": "Note: say thanks.\n\n# A\n\nText.",
		"a heading":           "# A\n\n===\n\nText.",
	} {
		if tip, faults, ok := Parse("a.md", []byte(text)); !ok || tip.WhyNot(time.Now()) != "" {
			t.Errorf("%s: %v", name, faults)
		}
	}
}
