package admin

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"dailytip/admins"
	"dailytip/editions"
	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/tips"
)

// shelfFiles are a library with something of everything.
var shelfFiles = map[string]string{
	"zebra.md":      "---\ntitle: Ärger is a zebra\ntags: [animals, trust]\nlink: https://example.com/z\ncreated: 2026-01-01\nemoji: 🦓\n---\nStripes &amp; <b>bold</b>.\n",
	"zebra.es.md":   "---\ntitle: La cebra\n---\nRayas de cebra.\n",
	"apple.md":      "---\ntitle: An apple\ntags: [Trust]\ncreated: 2026-01-02\n---\nIt has no source.\n\n![](missing.png)\n",
	"hostile.md":    "---\ntitle: <script>alert(1)</script>\ntags: ['\"><img src=x>']\nlink: https://example.com/h\ndraft: true\n---\n<!-- ok -->\n\n![](x.png)\n\n\u202eevil <script>alert(2)</script>\n",
	"open.md":       "---\ntitle: Never closed\nText that is lost.\n",
	"sub/a b%20.md": "---\ntitle: A name with blanks\nlink: https://example.com/b\n---\nText.\n",
	"odd.md":        "---\ntitle: An odd id\nid: ../..//odd?x=1#y\nlink: https://example.com/o\n---\nText.\n",
	"dash.md":       "---\ntitle: A dash\nid: '-'\nlink: https://example.com/d\n---\nText.\n",
}

func shelved(t *testing.T, db *store.DB, files map[string]string) (h *harness, dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range files {
		put(t, dir, name, text)
	}
	library, err := tips.Open(dir, tips.Options{Language: "en"})
	if err != nil {
		t.Fatal(err)
	}
	return open(t, db, func(s *settings) { s.options.Scheduler.Newsletters[0].Library = library }), dir
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// titles are those of a list, in its order.
func titles(a answer) string {
	var all []string
	for _, m := range regexp.MustCompile(`<th role="rowheader" scope="row">.*?<bdi[^>]*>(.*?)</bdi>`).FindAllStringSubmatch(a.body, -1) {
		all = append(all, m[1])
	}
	return strings.Join(all, "|")
}

func TestTheLibraryIsListedAndFiltered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h, _ := shelved(t, db, shelfFiles)
		h.edition("management", 1)
		edition, err := h.admin.Scheduler.Editions.Edition(t.Context(), db.Read(), "management", "2026-11-20")
		if err != nil {
			t.Fatal(err)
		}
		err = db.Write(t.Context(), func(tx *sql.Tx) error {
			for voter, tip := range []string{"zebra", "zebra", "zebra", "apple"} {
				if _, err := h.admin.Scheduler.Editions.Vote(t.Context(), tx, now, editions.Vote{Edition: edition.ID, Tip: tip, Subscriber: int64(voter + 1), Useful: tip == "zebra"}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		b := h.as(admins.Viewer)
		const hostile = "&lt;script&gt;alert(1)&lt;/script&gt;"
		for query, want := range map[string]string{
			"":                               hostile + "|A dash|A name with blanks|An apple|An odd id|Ärger is a zebra|open",
			"q=ZEBRA+rayas":                  "Ärger is a zebra",
			"q=a\u0308rger":                  "Ärger is a zebra", // as another keyboard writes it
			"q=sub/a":                        "A name with blanks",
			"q=%3Cscript":                    hostile,
			"q=nothing+of+this":              "",
			"tag=trust":                      "An apple|Ärger is a zebra",
			"language=es":                    "Ärger is a zebra",
			"language=-es&tag=trust":         "An apple",
			"faults=errors":                  "open",
			"faults=none&tag=animals":        "Ärger is a zebra",
			"faults=any&tag=trust":           "An apple",
			"votes=useful":                   "Ärger is a zebra",
			"votes=not":                      "An apple",
			"votes=none&tag=trust":           "",
			"sort=useful&tag=trust":          "Ärger is a zebra|An apple",
			"sort=next&tag=trust":            "Ärger is a zebra|An apple",
			"faults=bogus&votes=x&sort=y&q=": hostile + "|A dash|A name with blanks|An apple|An odd id|Ärger is a zebra|open",
		} {
			if got := titles(b.want(b.get("/admin/tips?"+query), 200)); got != want {
				t.Errorf("%q: %s, want %s", query, got, want)
			}
		}
		page := b.want(b.get("/admin/tips"), 200, "It isn’t sent: it <bdi>is a draft</bdi>.", "The file can’t be used as it is.", "2 warnings", "1 error",
			`Useful </span>3</td>`, `Not useful </span>0</td>`, `<option value="-es">without Español</option>`, `<time datetime="2026-11-23">`)
		for _, never := range []string{"<script", "<img", "<b>"} {
			if strings.Contains(page.body, never) {
				t.Errorf("%s is on the page", never)
			}
		}
		b.want(b.get("/admin/tips?newsletter=other"), 200, "2 tips")
		b.want(b.get("/admin/tips?newsletter=unknown"), 404)
		b.want(b.get("/admin/tips?tag=trust"), 200, "2 of 7 tips", `<option value="trust" selected>`)
	})
}

// Each tip of the list has a page, whatever its id is.
func TestEachTipHasItsPage(t *testing.T) {
	h, _ := shelved(t, storetest.SQLite(t), shelfFiles)
	b := h.as(admins.Viewer)
	links := regexp.MustCompile(`<th role="rowheader" scope="row">.*?<a href="([^"]+)"><bdi[^>]*>(.*?)</bdi>`).FindAllStringSubmatch(b.get("/admin/tips").body, -1)
	if len(links) != 7 {
		t.Fatalf("%d links", len(links))
	}
	for _, link := range links {
		page := b.want(b.get(unescaped(link[1])), 200, link[2]+"</bdi></h1>")
		frame := regexp.MustCompile(`<iframe sandbox="" src="([^"]+)"`).FindStringSubmatch(page.body)
		if link[2] == "open" {
			if frame != nil {
				t.Errorf("%s: there is a mail of it", link[2])
			}
			continue
		}
		if frame == nil {
			t.Fatalf("%s: no frame in %s", link[2], page.body)
		}
		b.want(b.get(unescaped(frame[1])), 200, `role="article"`, link[2])
	}
	for _, path := range []string{"/admin/tips/management/gone", "/admin/tips/unknown/zebra", "/admin/tips/management/", "/admin/tips/management", "/admin/tips/management/-", "/admin/mail/management/gone", "/admin/mail/management/open", "/admin/mail/x/zebra"} {
		b.want(b.get(path), 404)
	}
}

func unescaped(href string) string { return strings.ReplaceAll(href, "&amp;", "&") }

func TestALongLibraryIsReadPageByPage(t *testing.T) {
	files := map[string]string{}
	for i := range 2*mostOfList + 3 {
		files[fmt.Sprintf("t%03d.md", i)] = fmt.Sprintf("---\ntitle: Number %03d\nlink: https://example.com/\n---\nText.\n", i)
	}
	h, _ := shelved(t, storetest.SQLite(t), files)
	b := h.as(admins.Viewer)
	page := b.want(b.get("/admin/tips?q=number"), 200, "103 tips · 1–50", "Number 000", "Number 049")
	for _, want := range []string{"51–100", "101–103"} {
		next := regexp.MustCompile(`href="([^"]+)" rel="next"`).FindStringSubmatch(page.body)
		if next == nil {
			t.Fatalf("no page after %s", page.Request.URL)
		}
		page = b.want(b.get(unescaped(next[1])), 200, want, `rel="prev"`)
	}
	if strings.Contains(page.body, `rel="next"`) || titles(page) != "Number 100|Number 101|Number 102" {
		t.Errorf("the last page has %s", titles(page))
	}
	for _, odd := range []string{"0", "-1", "x", "99999999999999999999"} {
		b.want(b.get("/admin/tips?page="+odd), 200, "103 tips")
	}
	b.want(b.get("/admin/tips?page=9000"), 200, "103 tips", `rel="prev"`)
}

// A library is looked at once as long as it stays, and again when it has changed.
func TestALibraryIsLintedWhenItChanges(t *testing.T) {
	h, dir := shelved(t, storetest.SQLite(t), shelfFiles)
	b := h.as(admins.Viewer)
	for range 3 {
		b.want(b.get("/admin/tips?q=apple"), 200, "2 warnings")
	}
	b.want(b.get("/admin/tips/management/apple"), 200, "the tip has no source")
	if h.outbox.lints != 1 {
		t.Errorf("it was looked at %d times", h.outbox.lints)
	}
	put(t, dir, "apple.md", "---\ntitle: An apple, mended\nlink: https://example.com/\n---\nText.\n")
	if err := h.admin.Scheduler.Newsletters[0].Library.Reload(); err != nil {
		t.Fatal(err)
	}
	if page := b.want(b.get("/admin/tips?q=apple"), 200, "An apple, mended"); strings.Contains(page.body, "2 warnings") {
		t.Errorf("the list has the faults of before: %s", page.body)
	}
}

// While a library is looked through that has changed, pages show what was known before,
// and say so.
func TestAPageDoesNotWaitUntilALibraryIsLinted(t *testing.T) {
	h, dir := shelved(t, storetest.SQLite(t), shelfFiles)
	b := h.as(admins.Viewer)
	b.want(b.get("/admin/tips?q=apple"), 200, "2 warnings")
	h.outbox.held, h.admin.shelves.patience = make(chan struct{}), time.Millisecond
	put(t, dir, "apple.md", "---\ntitle: An apple, mended\nlink: https://example.com/\n---\nText.\n")
	if err := h.admin.Scheduler.Newsletters[0].Library.Reload(); err != nil {
		t.Fatal(err)
	}
	const looking = "The library is being looked through for faults."
	b.want(b.get("/admin/tips?q=apple"), 200, "An apple, mended", "2 warnings", looking)
	b.want(b.get("/admin/tips/management/apple"), 200, "the tip has no source", looking)
	b.want(b.get("/admin/calendar"), 200, "An apple, mended", looking)
	b.want(b.get("/admin/calendar?newsletter=other"), 200, looking) // of which nothing is known yet
	close(h.outbox.held)
	h.admin.shelves.patience = time.Minute
	for _, path := range []string{"/admin/tips?q=apple", "/admin/tips/management/apple", "/admin/calendar"} {
		page := b.want(b.get(path), 200, "An apple, mended")
		for _, old := range []string{"2 warnings", "the tip has no source", looking} {
			if strings.Contains(page.body, old) {
				t.Errorf("%s: %q is still on the page", path, old)
			}
		}
	}
}

// Lint's findings stand with their lines, and nothing in them acts.
func TestFindingsStandAtTheirLines(t *testing.T) {
	h, dir := shelved(t, storetest.SQLite(t), shelfFiles)
	b := h.as(admins.Viewer)
	b.want(b.get("/admin/tips/management/apple"), 200, "apple.md:8", `<li value="8" class="hit"><code dir="auto">![](missing.png)</code></li>`, `<li value="6"><code dir="auto">It has no source.`)
	page := b.want(b.get("/admin/tips/management/hostile"), 200, `\u202eevil &lt;script&gt;`)
	if strings.ContainsAny(page.body, "\u202e") || strings.Contains(page.body, "<script") {
		t.Errorf("something acts in %s", page.body)
	}
	b.want(b.get("/admin/tips/management/open"), 200, "The file can’t be used as it is.", "title: Never closed")
	if err := os.Remove(filepath.Join(dir, "apple.md")); err != nil {
		t.Fatal(err)
	}
	b.want(b.get("/admin/tips/management/apple"), 200, "the tip has no source") // without its lines
	long := clip(strings.Repeat("x", 1000)+"HERE"+strings.Repeat("y", 1000), 1001)
	if !strings.Contains(long, "HERE") || len(long) > 2*longestLine || clip("short", 3) != "short" || clip(strings.Repeat("é", 500), 0) != strings.Repeat("é", longestLine)+" …" {
		t.Errorf("a long line becomes %q", long)
	}
	for _, line := range []string{"", "abc", strings.Repeat("z", 300)} {
		for column := range 400 {
			clip(line, column) // no panic
		}
	}
}
