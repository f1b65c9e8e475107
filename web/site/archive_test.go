package site_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/html"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/subscribers"
	"dailytip/tips"
	"dailytip/web/site"
)

// past is a site with a reader to whom editions can be sent.
type past struct {
	*fixture
	editions *editions.Editions
	ledger   *ledger.Ledger
	reader   subscribers.Added
	passed   atomic.Int64 // since now
}

// pass lets time go by, as much as the archive needs to look again.
func (p *past) pass(d time.Duration) { p.passed.Add(int64(d)) }

func openPast(t *testing.T, change func(*options)) *past {
	t.Helper()
	p := &past{}
	p.fixture = open(t, func(o *options) {
		p.editions, p.ledger = o.Editions, o.Ledger
		o.Web.Now = func() time.Time { return now.Add(time.Duration(p.passed.Load())) }
		if change != nil {
			change(o)
		}
	})
	p.reader = p.add("reader@example.com", "")
	p.bring(p.reader, subscribers.Active)
	return p
}

// prepare opens an edition of a newsletter whose reader hasn't got it yet.
func (p *past) prepare(newsletter, date, choice string, all ...tips.Tip) {
	p.t.Helper()
	slots, err := p.list.Slots(p.t.Context(), newsletter)
	if err != nil || len(slots) == 0 {
		p.t.Fatalf("%d slots, %v", len(slots), err)
	}
	o := ledger.Opening{
		Newsletter: newsletter, LocalDate: date, Slot: slots[0].ID, DueAt: now, ExpiresAt: now.Add(12 * time.Hour),
		Choice: choice, Reason: "next", Everyone: true,
	}
	for _, tip := range all {
		body, err := json.Marshal(tip)
		if err != nil {
			p.t.Fatal(err)
		}
		o.Items = append(o.Items, editions.Item{Tip: tip.ID, Body: body})
	}
	if n, err := p.ledger.Open(p.t.Context(), now, o); err != nil || n == 0 {
		p.t.Fatalf("%d deliveries, %v", n, err)
	}
}

// deliver sends whatever waits and returns what it was.
func (p *past) deliver(at time.Time) []ledger.Job {
	p.t.Helper()
	claim := ledger.Claiming{Owner: "test", Limit: 1000}
	jobs, err := p.ledger.Exchange(p.t.Context(), at, nil, claim)
	if err != nil {
		p.t.Fatal(err)
	}
	outcomes := make([]ledger.Outcome, len(jobs))
	for i, j := range jobs {
		outcomes[i] = ledger.Outcome{Job: j, State: ledger.Sent}
	}
	if _, err := p.ledger.Exchange(p.t.Context(), at, outcomes, ledger.Claiming{Owner: "test"}); err != nil {
		p.t.Fatal(err)
	}
	p.pass(2 * time.Second)
	return jobs
}

// send makes an edition public.
func (p *past) send(date string, tip tips.Tip) {
	p.t.Helper()
	p.prepare("management", date, editions.Daily, tip)
	p.deliver(now)
}

func sayIt() tips.Tip {
	return tips.Tip{
		ID: "say-it", Path: "team/say-it.md", Title: "Say the hard thing first", Emoji: "🗣️", Tags: []string{"Honesty", "Team Work"}, Digest: "d1",
		Link: "https://example.com/article", Source: "An Article", Author: "A. Writer",
		Body:    "When you have **bad news**, say it.\n\n## Why\n\n<script>alert(1)</script>Because.",
		Mindmap: "![Three steps](map.png)\n\n- Root\n  - Say it\n    - One sentence\n  - Stay\n",
		Translations: []tips.Translation{
			{Language: "ar", Title: "قل الصعب أولًا", Body: "عندما يكون لديك خبر سيئ، قله."},
			{Language: "de", Title: "Erst das Schwere sagen", Body: "Bei schlechten Nachrichten: größte Kürze."},
			{Language: "is", Title: "Segðu það erfiða fyrst", Body: "Segðu það."},
		},
	}
}

func plainTip(i int, tags ...string) tips.Tip {
	return tips.Tip{ID: fmt.Sprintf("tip-%d", i), Title: fmt.Sprintf("Tip number %d", i), Body: fmt.Sprintf("Text %d.", i), Tags: tags, Digest: fmt.Sprint("x", i)}
}

func TestEdition(t *testing.T) {
	p := openPast(t, nil)
	p.send("2026-11-19", plainTip(1))
	p.send("2026-11-20", sayIt())
	p.send("2026-11-21", plainTip(2))

	a := p.get("/archive/management/2026-11-20?lang=en")
	a.must(t, 200,
		`<html lang="en" dir="ltr">`, "<title>Say the hard thing first · "+title+"</title>", "<h1>Say the hard thing first</h1>",
		`<time datetime="2026-11-20">Friday, 20 November 2026</time>`, "<strong>bad news</strong>", `<h2 id="tip-why">Why</h2>`,
		`Adapted from <a href="https://example.com/article">“An Article”</a>, by A. Writer`,
		`<img src="http://tips.example.com/files/management/team/map.png" alt="Three steps" loading="lazy">`,
		`<p class="root">Root</p>`, `<p class="branch">Say it</p><ul><li>One sentence</li></ul>`,
		`<link rel="canonical" href="http://tips.example.com/archive/management/2026-11-20?lang=en">`,
		`<link rel="alternate" hreflang="x-default" href="http://tips.example.com/archive/management/2026-11-20">`,
		`<link rel="alternate" hreflang="is" href="http://tips.example.com/archive/management/2026-11-20?lang=is">`,
		`<link rel="alternate" type="application/atom&#43;xml" title="`+title+`" href="/feed.xml?lang=en&amp;newsletter=management">`,
		`<meta property="og:title" content="🗣️ Say the hard thing first">`, `<meta property="og:locale" content="en_US">`,
		`<meta name="description" content="When you have bad news, say it.`,
		`<meta property="og:image" content="http://tips.example.com/files/management/team/map.png">`,
		`<a rel="prev" href="/archive/management/2026-11-19?lang=en">`, `<a class="on" rel="next" href="/archive/management/2026-11-21?lang=en">`,
		`<a href="/archive/management?lang=en&amp;tag=team&#43;work"><bdi>Team Work</bdi>`,
		`<a lang="is" hreflang="is" href="/archive/management/2026-11-20?lang=is">íslenska</a>`,
	)
	a.mustNot(t, "<script>alert", `name="robots"`, "This tip hasn’t been translated")
	data := linkedData(t, a.body)
	if data["headline"] != "Say the hard thing first" || data["isBasedOn"] != "https://example.com/article" || data["inLanguage"] != "en" ||
		data["datePublished"] != now.Format(time.RFC3339) {
		t.Errorf("%v", data)
	}
	if policy := a.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "img-src 'self' https: http:;") || !strings.Contains(policy, "script-src 'self';") {
		t.Errorf("policy %s", policy)
	}

	p.get("/archive/management/2026-11-20", "Accept-Language", "ar-EG").must(t, 200, `<html lang="ar" dir="rtl">`, "<h1>قل الصعب أولًا</h1>", "٢٠٢٦")
	p.get("/archive/management/2026-11-20?lang=de", "Accept-Language", "ar-EG").must(t, 200, `<html lang="de"`, "<h1>Erst das Schwere sagen</h1>", "größte Kürze")
	// A language that we don't speak, but the tip does.
	p.get("/archive/management/2026-11-20?lang=is", "Accept-Language", "fr").must(t, 200, `<h1 lang="is" dir="ltr">Segðu það erfiða fyrst</h1>`)
	// One that we speak, but the tip doesn't.
	p.get("/archive/management/2026-11-20?lang=ja").must(t, 200, `<html lang="ja"`, `<h1 lang="en" dir="ltr">`, "原文をお届けします",
		`<link rel="canonical" href="http://tips.example.com/archive/management/2026-11-20?lang=en">`)
	// One that nobody speaks: as if nothing had been asked for.
	p.get("/archive/management/2026-11-20?lang=xx").must(t, 200, "<h1>Say the hard thing first</h1>", `<a rel="prev" href="/archive/management/2026-11-19">`)
	p.get("/archive/management/2026-11-21").mustNot(t, `rel="next"`, `hreflang="x-default"`)
}

// linkedData reads the JSON-LD of a page.
func linkedData(t *testing.T, body string) (data map[string]any) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Data == "script" && n.FirstChild != nil {
			if err := json.Unmarshal([]byte(n.FirstChild.Data), &data); err != nil {
				t.Fatal(err)
			}
		}
	}
	return data
}

// What an edition sent stays as it was, whatever the library says now.
func TestNoPageBeforeItIsSent(t *testing.T) {
	p := openPast(t, func(o *options) {
		o.Newsletters = append(o.Newsletters, site.Newsletter{ID: "secret", Title: "Secret", Private: true})
	})
	nothing := p.get("/archive/management/1999-01-01")
	nothing.must(t, 404, "There’s nothing here")
	p.prepare("management", "2026-11-20", editions.Daily, sayIt())
	body, err := json.Marshal(plainTip(9))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.editions.WriteDown(t.Context(), now, "management", "2026-11-24", "pinned", []editions.Item{{Tip: "tip-9", Body: body}}); err != nil {
		t.Fatal(err)
	}
	member := p.addTo("secret", "member@example.com", "")
	p.bring(member, subscribers.Active)
	p.prepare("secret", "2026-11-20", editions.Daily, plainTip(3))
	hidden := func() {
		t.Helper()
		for _, path := range []string{
			"/archive/management/2026-11-20", "/archive/management/2026-11-24", "/archive/management/say-it", "/archive/management/tip-9", "/archive/secret/2026-11-20",
			"/archive/secret", "/archive/nobody", "/archive/management/2026-11-20/x", "/archive?tag=honesty", "/archive?page=1",
			"/feed.xml?newsletter=secret", "/feed.json?newsletter=nobody",
		} {
			a := p.get(path)
			if a.StatusCode != 404 || textOf(a.body) != textOf(nothing.body) {
				t.Errorf("%s: status %d\n%s", path, a.StatusCode, a.body)
			}
		}
		for _, path := range []string{"/archive", "/archive/management", "/archive?q=hard", "/feed.xml", "/feed.json", "/sitemap.xml", "/"} {
			a := p.get(path)
			a.mustNot(t, "hard thing", "say-it", "Tip number 3", "Tip number 9", "2026-11-20", "2026-11-24")
			if path != "/" { // where one may subscribe to it
				a.mustNot(t, "secret")
			}
		}
	}
	hidden()
	jobs, err := p.ledger.Exchange(t.Context(), now, nil, ledger.Claiming{Owner: "test", Limit: 10})
	if err != nil || len(jobs) != 2 {
		t.Fatalf("%d jobs, %v", len(jobs), err)
	}
	p.pass(2 * time.Second)
	hidden() // on the wire
	for _, j := range jobs {
		if _, err := p.ledger.Exchange(t.Context(), now, []ledger.Outcome{{Job: j, State: ledger.Sent}}, ledger.Claiming{Owner: "test"}); err != nil {
			t.Fatal(err)
		}
	}
	p.pass(200 * time.Millisecond) // a mail that is just there
	p.get("/archive/management/2026-11-20").must(t, 200, "Say the hard thing first")
	p.pass(2 * time.Second)
	p.get("/archive/secret/2026-11-20").must(t, 404)
	p.get("/archive").must(t, 200, "Say the hard thing first")

	p.write(func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), "UPDATE editions SET state = 'cancelled'")
		return err
	})
	p.pass(2 * time.Second)
	hidden()
}

// textOf is the text of a page, for comparing.
func textOf(body string) string {
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(strings.TrimSpace(n.Data) + "\n")
		}
	}
	return b.String()
}
