package site_test

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"dailytip/editions"
)

// A tip's links to others lead to their pages as soon as those are public: on its page,
// in the feed and where a reader votes. Until then nothing tells that they are there.
func TestLinksBetweenEditions(t *testing.T) {
	p := openPast(t, nil)
	linking := plainTip(1)
	linking.Body = "See [the hard thing](say-it.md#why), [[tip-2]] and [this](tip-1.md)."
	linking.Links = map[string]string{"say-it.md": "say-it", "tip-2": "tip-2", "tip-1.md": "tip-1"}
	p.prepare("management", "2026-11-19", editions.Daily, linking)
	vote := p.voteLink(p.deliver(now)[0].Key.Edition, p.reader)

	const page, other = "/archive/management/2026-11-19", "http://tips.example.com/archive/management/2026-11-20"
	before := p.get(page)
	before.must(t, 200, "<p>See the hard thing, tip-2 and this.</p>")
	p.pass(time.Minute)
	p.prepare("management", "2026-11-20", editions.Daily, sayIt())
	p.get(page).must(t, 200, "<p>See the hard thing, tip-2 and this.</p>")
	p.deliver(now.Add(time.Minute))
	for address, lang := range map[string]string{
		page: "", page + "?lang=de": "?lang=de", // without a language, it's that of whoever follows the link
		"/feed.xml?lang=de": "?lang=de", vote: "?lang=en",
	} {
		body := html.UnescapeString(p.get(address).body)
		want := `<a href="` + other + lang + `#tip-why">the hard thing</a>, tip-2 and this.`
		if !strings.Contains(body, want) {
			t.Errorf("%s: want %s in %s", address, want, body)
		}
	}
	p.get("/archive/management/2026-11-20?lang=en").must(t, 200, `id="tip-why"`)
	changed := p.get(page, "If-Modified-Since", before.Header.Get("Last-Modified"))
	changed.must(t, 200, "#tip-why") // a cache has the page without the link
}

// A tip that goes out again has the links of its new copy, although its file is as it was.
func TestLinksOfATipThatIsRepeated(t *testing.T) {
	p := openPast(t, nil)
	p.send("2026-11-18", sayIt())
	linking := plainTip(1)
	linking.Body, linking.Digest = "See [the hard thing](say-it.md).", "same"
	p.send("2026-11-19", linking)
	p.get("/archive/management/2026-11-19").must(t, 200, "<p>See the hard thing.</p>")
	linking.Links = map[string]string{"say-it.md": "say-it"} // the library has that file now
	p.send("2026-11-20", linking)
	p.get("/archive/management/2026-11-20").must(t, 200, `/archive/management/2026-11-18">the hard thing</a>.`)
	p.get("/archive/management/2026-11-19").must(t, 200, "<p>See the hard thing.</p>")
}
