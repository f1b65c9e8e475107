package site_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"

	"dailytip/editions"
	"dailytip/tips"
)

// follow reads a feed with a parser that isn't ours.
func (p *past) follow(path string) *gofeed.Feed {
	p.t.Helper()
	a := p.get(path)
	a.must(p.t, 200)
	want := "application/atom+xml; charset=utf-8"
	if strings.HasPrefix(path, "/feed.json") {
		want = "application/feed+json"
	}
	if got := a.Header.Get("Content-Type"); got != want {
		p.t.Errorf("Content-Type %q, want %q", got, want)
	}
	f, err := gofeed.NewParser().ParseString(a.body)
	if err != nil {
		p.t.Fatalf("%s: %v\n%s", path, err, a.body)
	}
	return f
}

func TestFeeds(t *testing.T) {
	p := openPast(t, nil)
	for _, path := range []string{"/feed.xml", "/feed.json"} {
		if f := p.follow(path); len(f.Items) != 0 || f.Title != title {
			t.Errorf("%s before anything was sent: %+v", path, f)
		}
	}
	p.send("2026-11-19", plainTip(1, "planning"))
	p.send("2026-11-20", sayIt())
	ids := map[string]string{}
	for _, path := range []string{"/feed.xml", "/feed.json", "/feed.xml?newsletter=management&lang=de", "/feed.json?newsletter=management&lang=de"} {
		f := p.follow(path)
		german := strings.Contains(path, "lang=de")
		if len(f.Items) != 2 || f.FeedLink != "http://tips.example.com"+strings.ReplaceAll(path, "newsletter=management&lang=de", "lang=de&newsletter=management") {
			t.Fatalf("%s: %d items, itself %s", path, len(f.Items), f.FeedLink)
		}
		item := f.Items[0]
		wantTitle, wantText, wantLink := "🗣️ Say the hard thing first", "<strong>bad news</strong>", "http://tips.example.com/archive/management/2026-11-20?lang=en"
		wantID := "tag:tips.example.com,2026-11-20:management/2026-11-20/en"
		if german {
			wantTitle, wantText, wantLink = "🗣️ Erst das Schwere sagen", "größte Kürze", strings.Replace(wantLink, "=en", "=de", 1)
			wantID = strings.TrimSuffix(wantID, "en") + "de"
			if !strings.Contains(f.Items[1].Content, "Text 1.") || !strings.HasSuffix(f.Items[1].GUID, "/en") {
				t.Errorf("%s: the tip that isn't in German: %+v", path, f.Items[1])
			}
		}
		if item.Title != wantTitle || !strings.Contains(item.Content, wantText) || item.Link != wantLink || item.GUID != wantID ||
			len(item.Authors) != 1 || item.Authors[0].Name != "A. Writer" || !slices.Equal(item.Categories, []string{"Honesty", "Team Work"}) {
			t.Errorf("%s: %+v", path, item)
		}
		for _, want := range []string{`<a href="https://example.com/article">`, "<strong>Root</strong>", "<ul><li>Say it<ul><li>One sentence</li></ul></li>"} {
			if !german && !strings.Contains(item.Content, want) {
				t.Errorf("%s: the content lacks %s:\n%s", path, want, item.Content)
			}
		}
		if item.PublishedParsed == nil || item.PublishedParsed.Before(now) || item.PublishedParsed.After(now.Add(time.Hour)) {
			t.Errorf("%s: published %v", path, item.Published)
		}
		ids[path] = item.GUID
	}
	if !strings.Contains(p.get("/feed.xml").body, `<link rel="via" href="https://example.com/article"></link>`) {
		t.Error("the source isn't linked")
	}
	var item struct {
		Items []struct {
			ExternalURL string `json:"external_url"`
		} `json:"items"`
	}
	if err := json.Unmarshal([]byte(p.get("/feed.json").body), &item); err != nil || item.Items[0].ExternalURL != "https://example.com/article" {
		t.Errorf("%+v, %v", item, err)
	}
	// A later edition changes no id.
	p.send("2026-11-21", plainTip(2))
	for path, id := range ids {
		if f := p.follow(path); f.Items[1].GUID != id {
			t.Errorf("%s: %s became %s", path, id, f.Items[1].GUID)
		}
	}
}

// Whatever a tip holds, the feeds stay well formed.
func TestFeedsHoldAnyText(t *testing.T) {
	p := openPast(t, func(o *options) {
		o.Newsletters[0].Title = "A & B <c> \x01\ufffe"
	})
	nasty := "\x00\x01\x0b\x1f\ufffe\uffff\u2028 ]]> <!-- & \"' \U0001F600 \u202e عربي 中文"
	p.send("2026-11-20", tips.Tip{
		ID: "a/ü b", Title: "T" + nasty, Emoji: "💡", Tags: []string{"x" + nasty}, Author: "W" + nasty, Body: "**" + nasty + "**\n\n```\n" + nasty + "\n```", Digest: "n",
		Link: "https://example.com/?a=1&b=<2>",
	})
	for _, path := range []string{"/feed.xml", "/feed.json"} {
		f := p.follow(path)
		if len(f.Items) != 1 || !strings.Contains(f.Items[0].Title, "😀") || !strings.Contains(f.Items[0].Content, "عربي 中文") {
			t.Errorf("%s: %+v", path, f.Items)
		}
	}
	decoder := xml.NewDecoder(strings.NewReader(p.get("/feed.xml").body))
	decoder.Strict = true
	for {
		if _, err := decoder.Token(); err != nil {
			if err.Error() != "EOF" {
				t.Error(err)
			}
			return
		}
	}
}

func TestSitemapAndRobots(t *testing.T) {
	p := openPast(t, func(o *options) { o.Web.BaseURL = "https://tips.example.com/daily" })
	p.send("2026-11-20", sayIt())
	var places struct {
		URL []struct {
			Loc     string `xml:"loc"`
			LastMod string `xml:"lastmod"`
		} `xml:"url"`
	}
	a := p.get("/sitemap.xml")
	a.must(t, 200)
	if err := xml.Unmarshal([]byte(a.body), &places); err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, u := range places.URL {
		if _, err := url.Parse(u.Loc); err != nil {
			t.Error(err)
		}
		found = append(found, strings.TrimPrefix(u.Loc, "https://tips.example.com/daily"))
	}
	edition := "/archive/management/2026-11-20?lang="
	if want := []string{"/", "/archive/management", edition + "en", edition + "ar", edition + "de", edition + "is"}; !slices.Equal(found, want) {
		t.Errorf("%q, want %q", found, want)
	}
	p.get("/sitemap.xml?page=2").must(t, 404)
	robots := p.get("/robots.txt")
	robots.must(t, 200, "User-agent: *\n", "Sitemap: https://tips.example.com/daily/sitemap.xml\n")
	for _, secret := range []string{"api", "u", "vote", "confirm", "preferences", "open", "account", "calendar"} {
		robots.must(t, 200, "Disallow: /daily/"+secret+"/\n")
	}
	robots.mustNot(t, "Disallow: /daily/archive", "Disallow: /daily/feed", "Disallow: /daily/files")
}

func TestListsAndSearch(t *testing.T) {
	p := openPast(t, nil)
	p.get("/archive").must(t, 200, "No tip has been sent yet.")
	day := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	for i := range 45 {
		p.prepare("management", day.AddDate(0, 0, i).Format(time.DateOnly), editions.Daily, plainTip(i, "every", []string{"even", "odd"}[i%2]))
	}
	p.prepare("management", "2026-11-20", editions.Daily, sayIt())
	p.deliver(now)

	front := p.get("/archive/management?lang=en")
	front.must(t, 200, "Say the hard thing first", ">Tip number 44<", ">Tip number 20<", `href="/archive/management?lang=en&amp;page=1"`,
		`<link rel="canonical" href="http://tips.example.com/archive/management?lang=en">`)
	front.mustNot(t, ">Tip number 19<", `name="robots"`)
	check(t, strings.ReplaceAll(front.body, `<script type="application/ld+json">`, ""))
	older := p.get("/archive/management?page=1")
	older.must(t, 200, ">Tip number 0<", ">Tip number 19<")
	older.mustNot(t, ">Tip number 20<", `rel="next"`)
	for _, path := range []string{"/archive?page=2", "/archive?page=0", "/archive?page=01", "/archive?page=-1", "/archive?page=x", "/archive?tag=nothing", "/archive/nobody"} {
		p.get(path).must(t, 404)
	}
	p.get("/archive?tag=ODD").must(t, 200, "Past tips about", ">Tip number 1<", "22 tips")
	p.get("/archive?tag=odd").mustNot(t, ">Tip number 2<")
	for query, found := range map[string]bool{
		"hard thing": true, "HARD": true, "thing hard": true, "bad news": true, "hard zzz": false, "writer": true, "Team work": true, "größte": false,
	} {
		a := p.get("/archive?lang=en&q=" + url.QueryEscape(query))
		a.must(t, 200, `name="robots" content="noindex, nofollow"`, `value="`+query+`"`)
		if got := strings.Contains(a.body, "Say the hard thing first"); got != found {
			t.Errorf("%q: found %t", query, got)
		}
	}
	p.get("/archive?lang=de&q="+url.QueryEscape("GROSSTE kurze")).mustNot(t, "Erst das Schwere")
	p.get("/archive?lang=de&q="+url.QueryEscape("GRÖßTE kurze")).must(t, 200, "Erst das Schwere sagen")
	p.get("/archive?lang=ar", "Accept-Language", "de").must(t, 200, "قل الصعب أولًا", `dir="rtl"`)
	p.get("/archive", "Accept-Language", "de").must(t, 200, ">Erst das Schwere sagen<", `lang="en" dir="ltr">Tip number 44<`)
	p.get("/archive?q="+url.QueryEscape(`"><script>alert(1)</script>`)).mustNot(t, "<script>alert")
}

func TestCaching(t *testing.T) {
	p := openPast(t, nil)
	p.send("2026-11-20", sayIt())
	day := 0
	for _, path := range []string{"/archive", "/archive/management/2026-11-20", "/feed.xml", "/feed.json", "/sitemap.xml"} {
		first := p.get(path, "Accept-Encoding", "identity")
		first.must(t, 200)
		h := first.Header
		if !strings.HasPrefix(h.Get("Cache-Control"), "public, max-age=") || h.Get("ETag") == "" || h.Get("Last-Modified") == "" || len(h.Values("Set-Cookie")) > 0 {
			t.Errorf("%s: %v", path, h)
		}
		p.get(path, "Accept-Encoding", "identity", "If-None-Match", h.Get("ETag")).must(t, 304)
		p.get(path, "Accept-Encoding", "identity", "If-Modified-Since", h.Get("Last-Modified")).must(t, 304)
		p.get(path, "Accept-Encoding", "identity", "If-None-Match", `"other"`).must(t, 200)
		packed := p.get(path, "Accept-Encoding", "br, gzip;q=0.5")
		if packed.Header.Get("Content-Encoding") != "gzip" || packed.Header.Get("ETag") == h.Get("ETag") || len(packed.body) >= len(first.body) {
			t.Errorf("%s packed: %v", path, packed.Header)
		}
		p.get(path, "Accept-Encoding", "gzip", "If-None-Match", packed.Header.Get("ETag")).must(t, 304)
		if got := p.get(path, "Accept-Encoding", "gzip;q=0").Header.Get("Content-Encoding"); got != "" {
			t.Errorf("%s: %s for who can't read it", path, got)
		}
		if vary := strings.Join(h.Values("Vary"), ", "); strings.HasPrefix(path, "/archive") != strings.Contains(vary, "Accept-Language") {
			t.Errorf("%s: Vary: %s", path, vary)
		}
		if path == "/archive/management/2026-11-20" {
			continue // it has its neighbour already, and stays
		}
		day++
		p.send(fmt.Sprintf("2026-12-%02d", day), plainTip(1))
		p.get(path, "Accept-Encoding", "identity", "If-None-Match", h.Get("ETag")).must(t, 200)
	}
	// What a visitor adds to an address doesn't get into what others see.
	p.get("/archive?lang=en&evil=one").mustNot(t, "evil")
	p.get("/archive?lang=en&evil=two").mustNot(t, "evil")
}

func TestACourse(t *testing.T) {
	p := openPast(t, nil)
	p.prepare("management", "2026-11-20", editions.Course("team/say it"), tips.Tip{ID: "team/say it", Title: "As it was", Body: "x", Digest: "1"})
	p.deliver(now)
	p.prepare("management", "2026-11-21", editions.Course("team/say it"), tips.Tip{ID: "team/say it", Title: "As it is", Body: "x", Digest: "2"})
	p.deliver(now)
	p.get("/archive/management/team/say%20it").must(t, 200, "<h1>As it is</h1>", `datetime="2026-11-20"`)
	a := p.get("/archive")
	a.must(t, 200, `href="/archive/management/team/say%20it"`)
	if strings.Count(a.body, "As it is") != 1 {
		t.Errorf("a tip of a course stands there twice:\n%s", a.body)
	}
	p.get("/archive/management/2026-11-20").must(t, 404)
}
