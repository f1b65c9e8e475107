package site_test

import (
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"dailytip/locale"
	"dailytip/subscribers"
	"dailytip/web/site"
)

var formTokenInput = regexp.MustCompile(`name="stamp" value="([^"]*)"`)

// formToken is what the form of a page carries.
func formToken(t *testing.T, a answer) string {
	t.Helper()
	found := formTokenInput.FindStringSubmatch(a.body)
	if found == nil {
		t.Fatalf("no form token:\n%s", a.body)
	}
	return html.UnescapeString(found[1])
}

// form encodes name and value by turns.
func form(pairs ...string) string {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v.Encode()
}

// fill fills in the form as a person does, five seconds after it came.
func (s *fixture) fill(pairs ...string) answer {
	s.t.Helper()
	mark := formToken(s.t, s.get("/"))
	s.wait(5 * time.Second)
	return s.post("/subscribe", form(append([]string{"newsletter", "management", "stamp", mark}, pairs...)...))
}

func (s *fixture) find(address string) *subscribers.Subscriber {
	s.t.Helper()
	p, err := s.list.Find(s.t.Context(), s.db.Read(), subscribers.Address(address))
	if err != nil {
		s.t.Fatalf("%s: %v", address, err)
	}
	return p
}

// nobody fails the test when anybody was added or is to get mail.
func (s *fixture) nobody() {
	s.t.Helper()
	n := 0
	if err := s.db.Read().QueryRowContext(s.t.Context(), "SELECT (SELECT COUNT(*) FROM subscribers) + (SELECT COUNT(*) FROM notices)").Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	if n != 0 {
		s.t.Errorf("%d rows were written", n)
	}
}

func TestSubscribe(t *testing.T) {
	both(t, nil, func(t *testing.T, s *fixture) {
		a := s.fill("email", " Ana@Example.COM ", "name", "Ana  María", "language", "pt-BR", "timezone", "Asia/Calcutta")
		a.must(t, 200, "Look into your inbox", title, "Ana@Example.COM")
		check(t, a.body)
		ana := s.find("ana@example.com")
		if ana.Email != "Ana@example.com" || ana.Name != "Ana María" || ana.Language != "pt-BR" || ana.Timezone != "Asia/Kolkata" {
			t.Errorf("%+v", ana)
		}
		if sub := ana.Subscriptions[0]; sub.State != subscribers.Pending || sub.Newsletter != "management" || sub.Slot.Timezone != "Asia/Kolkata" {
			t.Errorf("%+v", sub)
		}
		if got := s.notices(); !slices.Equal(got, []string{"confirm Ana@example.com pt-BR"}) {
			t.Errorf("mails %q", got)
		}
		if got := s.events(subscribers.Added{Subscriber: ana.ID}); !slices.Equal(got, []string{"signed up: signed up with the form on our page"}) {
			t.Errorf("events %q", got)
		}
	})
}

// What a visitor leaves open comes from their browser, or is the newsletter's.
func TestSubscribeFillsIn(t *testing.T) {
	s := open(t, func(o *options) {
		o.Newsletters[0].DefaultZone = "America/Chicago"
		o.Newsletters = append(o.Newsletters, site.Newsletter{ID: "conseil", Title: "Le conseil", Language: "fr", DefaultZone: "UTC"})
	})
	for i, step := range []struct{ newsletter, accept, language, zone string }{
		{"management", "", "", "America/Chicago"},
		{"management", "en", "en", "America/Chicago"}, // the newsletter's own language says nothing of a place
		{"management", "en-GB,en;q=0.9", "en-GB", "Europe/London"},
		{"management", "de-AT, de;q=0.9", "de-AT", "Europe/Vienna"},
		{"management", "ar", "ar", "Africa/Cairo"},
		{"management", "is, ja;q=0.5", "ja", "Asia/Tokyo"}, // we don't speak the first
		{"management", "zh-Hant-HK", "zh-Hant-HK", "Asia/Hong_Kong"},
		{"conseil", "fr", "fr", "Europe/Paris"},
		{"conseil", "", "", "UTC"},
	} {
		address := fmt.Sprintf("reader%d@example.com", i)
		mark := formToken(t, s.get("/"))
		s.wait(time.Minute)
		s.post("/subscribe", form("newsletter", step.newsletter, "email", address, "stamp", mark), "Accept-Language", step.accept).must(t, 200)
		if got := s.find(address); got.Language != step.language || got.Timezone != step.zone {
			t.Errorf("%+v: %s, %s", step, got.Language, got.Timezone)
		}
	}
}

func TestFrontPage(t *testing.T) {
	p := openPast(t, func(o *options) {
		n := &o.Newsletters[0]
		n.SendAt, n.Days, n.Accent = "07:00", 1<<5-1, "#0B6E5F"
		o.Web.PostalAddress = "Example Press\n1 Example Street"
	})
	p.get("/").mustNot(t, "The last tip")
	p.send("2026-11-20", sayIt())
	a := p.get("/")
	a.must(t, 200, "<h1><bdi lang=\"en\">"+title+"</bdi></h1>", "One short tip by mail, Monday to Friday at 07:00.", "The last tip",
		`<time datetime="2026-11-20">Friday, 20 November</time>`, `href="/archive/management/2026-11-20">Say the hard thing first</a>`,
		"When you have bad news, say it.", "Example Press<br>1 Example Street", `<option value="Europe/Berlin">Berlin</option>`, "data-guess")
	if n := strings.Count(a.body, "<option value="); n < 419+13 {
		t.Errorf("%d options", n)
	}
	if len(a.body) > 32<<10 {
		t.Errorf("the page has %d bytes", len(a.body))
	}
	if got := a.Header.Get("Referrer-Policy"); got != "same-origin" { // else a browser hides where the form comes from
		t.Errorf("Referrer-Policy: %s", got)
	}
	if a.Header.Get("X-Robots-Tag") != "" || strings.Contains(a.body, "noindex") {
		t.Error("search engines are kept out")
	}
	for _, lang := range locale.Languages() {
		a := p.get("/?lang=" + lang)
		a.must(t, 200, `<html lang="`+lang+`"`, `action="/subscribe?lang=`+lang+`"`)
		check(t, a.body)
		a = p.get("/", "Accept-Language", lang)
		a.must(t, 200, `<html lang="`+lang+`"`)
		selected := regexp.MustCompile(`<option value="([^"]+)"( lang="[^"]*")? selected>`).FindAllStringSubmatch(a.body, -1)
		if len(selected) != 2 || locale.Match(selected[0][1]) != lang || !strings.Contains(selected[1][1], "/") {
			t.Errorf("%s: chosen are %q", lang, selected)
		}
	}
	p.get("/?lang=de").must(t, 200, "Erst das Schwere sagen")
	p.get("/?lang=xx").must(t, 200, `<html lang="en"`)
	p.get("/subscribe").must(t, 200, "The last tip")
}

func TestFrontPageOfSeveral(t *testing.T) {
	s := open(t, func(o *options) {
		o.Newsletters = append(o.Newsletters, site.Newsletter{ID: "conseil", Title: "Le conseil du jour", Language: "fr", Zone: "Europe/Paris", SendAt: "06:30"})
	})
	a := s.get("/?newsletter=conseil")
	a.must(t, 200, "<h1>A short tip by mail</h1>", "Which one would you like?", `id="newsletter-conseil" value="conseil" required checked`,
		"every day at 06:30 ", "(Europe/Paris)", `<bdi lang="fr">Le conseil du jour</bdi>`)
	check(t, a.body)
	mark := formToken(t, a)
	s.wait(5 * time.Second)
	s.post("/subscribe", form("email", "ana@example.com", "stamp", mark)).must(t, 422, "Please choose one of the newsletters.")
	s.post("/subscribe", form("email", "ana@example.com", "newsletter", "other", "stamp", mark)).must(t, 422, "Please choose one of the newsletters.")
	s.nobody()
	s.post("/subscribe", form("email", "ana@example.com", "newsletter", "conseil", "stamp", mark)).must(t, 200, "Le conseil du jour")
}

// Nothing that could break a header, a mail or a page gets in, by the form or by
// the API; and what is wrong is said beside the field.
func TestBadEntries(t *testing.T) {
	s := open(t, nil)
	for _, step := range []struct{ field, value string }{
		{"email", ""},
		{"email", "ana"},
		{"email", "ana@example.com\r\nBcc: eve@example.net"},
		{"email", "ana@exa\u202Emple.com"},
		{"email", "\"a b\"@example.com"},
		{"email", "ana@example.com, eve@example.net"},
		{"email", strings.Repeat("a", 65) + "@example.com"},
		{"email", "ana\xff@example.com"},
		{"name", "Ana\r\nBcc: eve@example.net"},
		{"name", "Ana\u202Egpj.exe"},
		{"name", "Ana\u2066x"},
		{"name", "Ana\x00"},
		{"name", strings.Repeat("ü", 65)},
		{"newsletter", "management\r\n"},
		{"newsletter", "\u202Emanagement"},
		{"newsletter", strings.Repeat("x", 10_000)},
		{"language", "en\r\nX: y"},
		{"language", "e\u202En"},
		{"language", strings.Repeat("x", 10_000)},
		{"language", "<script>"},
		{"timezone", "Europe/Berlin\r\nX: y"},
		{"timezone", "Europe/\u202EBerlin"},
		{"timezone", "../../etc/passwd"},
		{"timezone", "Local"},
		{"timezone", strings.Repeat("x", 10_000)},
	} {
		entry := map[string]string{"email": "ana@example.com", "newsletter": "management", step.field: step.value}
		pairs := []string{"stamp", formToken(t, s.get("/"))}
		for field, value := range entry {
			pairs = append(pairs, field, value)
		}
		s.wait(5 * time.Second)
		a := s.post("/subscribe", form(pairs...))
		a.must(t, 422, "Something isn’t right yet.", `id="`+step.field+`-fault"`, `role="alert"`)
		check(t, strings.ToValidUTF8(a.body, "?"))
		api := s.do("POST", "/api/subscribe", "application/json", jsonOf(t, entry))
		api.must(t, 422, `"field": "`+step.field+`"`)
	}
	s.nobody()
	// What was right stays, and the cursor goes to what wasn't.
	a := s.fill("email", "nobody", "name", "Ana", "language", "de", "timezone", "Asia/Tokyo")
	a.must(t, 422, `value="nobody"`, `value="Ana"`, `<option value="de" lang="de" selected>`, `<option value="Asia/Tokyo" selected>`,
		`aria-invalid="true" aria-describedby="email-fault" autofocus`, "looks like ana@example.com")
	a.mustNot(t, "data-guess")
	s.fill("email", "").must(t, 422, "Please enter your mail address.")
}

// A person loses a click at most, a machine that fills in every form stops here.
func TestMachines(t *testing.T) {
	good := func(s *fixture) string { return formToken(s.t, s.get("/")) }
	for _, step := range []struct {
		name   string
		token  func(s *fixture) string
		passes time.Duration
		more   []string
	}{
		{"no form token", func(*fixture) string { return "" }, time.Minute, nil},
		{"another form token", func(s *fixture) string { return good(s)[1:] + "A" }, time.Minute, nil},
		{"a link's token", func(s *fixture) string { return s.list.Tokens().Make(subscribers.ConfirmLink, now.UnixMilli()) }, time.Minute, nil},
		{"too fast", good, 2 * time.Second, nil},
		{"too late", good, time.Hour + time.Second, nil},
		{"of tomorrow", func(s *fixture) string {
			return s.list.Tokens().NewFormToken(now.Add(24 * time.Hour))
		}, time.Minute, nil},
		{"into the trap", good, time.Minute, []string{"topic", "cheap pills"}},
	} {
		t.Run(step.name, func(t *testing.T) {
			s := open(t, nil)
			mark := step.token(s)
			s.wait(step.passes)
			body := append([]string{"email", "ana@example.com", "newsletter", "management", "stamp", mark}, step.more...)
			a := s.post("/subscribe", form(body...))
			a.must(t, 200, "One more click", "ana@example.com", "Yes, subscribe")
			check(t, a.body)
			s.nobody()
			next := formToken(t, a)
			if (next == mark) != (step.name == "too fast") {
				t.Errorf("token %s, then %s", mark, next)
			}
			s.wait(3 * time.Second)
			s.post("/subscribe", form("email", "ana@example.com", "newsletter", "management", "stamp", next)).must(t, 200, "Look into your inbox")
			if got := s.notices(); len(got) != 1 {
				t.Errorf("mails %q", got)
			}
		})
	}
}

func TestFormsOnOtherSites(t *testing.T) {
	const own = "https://www.example.com"
	for _, step := range []struct {
		name   string
		header []string
		token  bool
		sent   bool
	}{
		{"the operator's site", []string{"Origin", own, "Sec-Fetch-Site", "same-site"}, false, true},
		{"the operator's site, elsewhere", []string{"Origin", own, "Sec-Fetch-Site", "cross-site"}, false, true},
		{"another site", []string{"Origin", "https://evil.example.org", "Sec-Fetch-Site", "cross-site"}, false, false},
		{"another site with a form token of ours", []string{"Origin", "https://evil.example.org", "Sec-Fetch-Site", "cross-site"}, true, false},
		{"another site in an old browser", []string{"Origin", "https://evil.example.org"}, true, false},
		{"a site that hides", []string{"Origin", "null", "Sec-Fetch-Site", "cross-site"}, true, false},
		{"like the operator's", []string{"Origin", own + ".evil.example.org", "Sec-Fetch-Site", "cross-site"}, true, false},
		{"our own page", []string{"Origin", "http://tips.example.com", "Sec-Fetch-Site", "same-origin"}, true, true},
		{"our own page in an old browser", []string{"Origin", "null"}, true, true},
		{"our own page, but when?", []string{"Sec-Fetch-Site", "same-origin"}, false, false},
		{"no browser", nil, false, false},
	} {
		t.Run(step.name, func(t *testing.T) {
			s := open(t, func(o *options) { o.Origins = []string{own} })
			pairs := []string{"email", "ana@example.com", "newsletter", "management"}
			if step.token {
				pairs = append(pairs, "stamp", formToken(t, s.get("/")))
				s.wait(5 * time.Second)
			}
			a := s.post("/subscribe", form(pairs...), step.header...)
			if !step.sent {
				a.must(t, 200, "One more click")
				s.nobody()
				return
			}
			a.must(t, 200, "Look into your inbox")
			detail := s.events(subscribers.Added{Subscriber: s.find("ana@example.com").ID})
			if strings.Contains(detail[0], own) == step.token {
				t.Errorf("events %q", detail)
			}
		})
	}
}

func TestEmbed(t *testing.T) {
	s := open(t, func(o *options) {
		o.Web.BaseURL, o.Origins = "https://example.com/tips", []string{"https://www.example.com"}
		o.Newsletters = append(o.Newsletters, site.Newsletter{ID: "conseil", Title: `L'<b>"conseil"`, Language: "fr"})
	})
	a := s.get("/embed?newsletter=conseil")
	a.must(t, 200, html.EscapeString(`<form action="https://example.com/tips/subscribe" method="post">`), "https://www.example.com", "https://example.com/tips/api/subscribe")
	check(t, a.body)
	a.mustNot(t, "<b>")
	s.get("/embed").must(t, 200, html.EscapeString(`value="management"`))
}
