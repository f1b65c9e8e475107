package site_test

import (
	"net/http"
	"net/http/httptest"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/locale"
	"dailytip/mailer/letter"
	"dailytip/store/storetest"
	"dailytip/subscribers"
	"dailytip/web"
	"dailytip/web/site"
)

func TestLanguage(t *testing.T) {
	s := open(t, func(o *options) {
		o.Newsletters = append(o.Newsletters, site.Newsletter{ID: "conseil", Title: "Le conseil du jour", Language: "fr"})
	})
	for i, step := range []struct{ newsletter, own, header, want string }{
		{"management", "zh-CN", "de, en;q=0.5", "zh-CN"},
		{"management", "", "de-AT, en;q=0.5", "de"},
		{"management", "", "ar-EG", "ar"},
		{"management", "", "zh-Hant-HK", "zh-TW"},
		{"management", "", "", "en"},
		{"management", "", "\x7f;;q=,,x-y-z;q=9", "en"},
		{"management", "pt-PT", "de", "pt-BR"},
		{"management", "is", "de", "de"}, // a language that we don't speak
		{"conseil", "", "", "fr"},
		{"conseil", "", "is", "fr"},
		{"conseil", "", "es", "es"},
	} {
		a := s.addTo(step.newsletter, "ana"+string(rune('a'+i))+"@example.com", step.own)
		page := s.get(s.confirmLink(a), "Accept-Language", strings.ReplaceAll(step.header, "\x7f", "~"))
		page.must(t, 200, `<html lang="`+step.want+`" dir="`+locale.Dir(step.want)+`">`)
		if got := page.Header.Get("Content-Language"); got != step.want {
			t.Errorf("%+v: Content-Language %q", step, got)
		}
	}
	s.get("/u/x", "Accept-Language", "ja").must(t, 404, `<html lang="ja" dir="ltr">`)
}

// Every page in every language: well formed, whole, and nothing in it that the
// Content-Security-Policy would refuse.
func TestEveryPageInSomeLanguages(t *testing.T) { everyPageIn(t, someLanguages) }

func everyPageIn(t *testing.T, languages []string) {
	t.Helper()
	s := open(t, func(o *options) {
		o.NextDue = func(subscribers.Subscription) time.Time { return now.Add(24 * time.Hour) }
	})
	for _, lang := range languages {
		for _, state := range []subscribers.State{
			subscribers.Pending, subscribers.Active, subscribers.Paused, subscribers.Unsubscribed, subscribers.Suppressed,
		} {
			a := s.add(strings.ToLower(lang+"."+string(state))+"@example.com", lang)
			s.bring(a, state)
			for _, page := range []answer{s.get(s.confirmLink(a)), s.post(s.confirmLink(a), "")} {
				page.must(t, 200, `lang="`+lang+`"`, shown(s, a))
				check(t, page.body)
			}
			for _, page := range []answer{s.get(s.leaveLink(a)), s.post(s.leaveLink(a), "")} {
				page.must(t, 200, `lang="`+lang+`"`, "…"+string(state[len(state)-1])+"@example.com<")
				page.mustNot(t, shown(s, a))
				check(t, page.body)
			}
		}
		check(t, s.get("/u/x", "Accept-Language", lang).body)
		check(t, s.get("/", "Accept-Language", lang).body)
		check(t, s.post(s.confirmLink(subscribers.Added{}), "", "Accept-Language", lang, "Origin", "http://evil.example.org").body)
	}
}

// shown is a person's address as an element of a page.
func shown(s *fixture, a subscribers.Added) string {
	person, err := s.list.Get(s.t.Context(), s.db.Read(), a.Subscriber)
	if err != nil {
		s.t.Fatal(err)
	}
	return ">" + string(person.Email) + "<"
}

func TestNamesCannotBecomeMarkup(t *testing.T) {
	s := open(t, func(o *options) {
		o.Newsletters[0].Title = `R&D <script>alert("x")</script> 'Tips'`
		o.Newsletters[0].Language = `en" onclick="x`
		o.Newsletters[0].Accent = `#000; } body { display: none`
	})
	a := s.add("o'brien&co=x@example.com", "")
	for link, address := range map[string]string{s.confirmLink(a): "o&#39;brien&amp;co=x@example.com", s.leaveLink(a): "o…x@example.com"} {
		page := s.get(link)
		page.must(t, 200, "<title>", "R&amp;D &lt;script&gt;", address)
		check(t, page.body)
	}
	if style := s.get(styleOf(t, s.get("/").body)); strings.Contains(style.body, "display: none; }") {
		t.Error("an accent broke out of the stylesheet")
	}
}

func styleOf(t *testing.T, body string) string {
	t.Helper()
	found := regexp.MustCompile(`<link rel="stylesheet" href="([^"]+)">`).FindStringSubmatch(body)
	if found == nil {
		t.Fatalf("no stylesheet:\n%s", body)
	}
	return found[1]
}

func TestStylesheet(t *testing.T) {
	paths := map[string]bool{}
	for _, accent := range []string{"", "#0B6E5F", "#3D4FA3", "#5A0000", "#1C2126"} {
		s := open(t, func(o *options) { o.Newsletters[0].Accent = accent })
		path := styleOf(t, s.get("/").body)
		paths[path] = true
		style := s.get(path)
		style.must(t, 200, "prefers-color-scheme: dark", ":focus-visible")
		if got := style.Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("Cache-Control %q", got)
		}
		if got := style.Header.Get("Content-Type"); got != "text/css; charset=utf-8" {
			t.Errorf("Content-Type %q", got)
		}
		if accent == "" {
			continue
		}
		style.must(t, 200, ".n1 { --accent: "+accent+"; }\n@media")
		// The mail and the page are in one hand, in the dark too.
		dark := regexp.MustCompile(`\t\.n1 \{ --accent: (#[0-9A-F]{6}); \}`).FindStringSubmatch(style.body)
		if dark == nil {
			t.Fatalf("%s has no dark accent:\n%s", accent, style.body)
		}
		notice, err := letter.ComposeNotice(letter.Newsletter{
			ID: "management", Title: title, Language: "en", BaseURL: "http://tips.example.com", Accent: accent,
			From: mail.Address{Address: "tips@example.com"},
		}, letter.Notice{Kind: letter.Confirm, ConfirmURL: "http://tips.example.com/confirm/x"})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(notice.HTML(), dark[1]) {
			t.Errorf("accent %s: the page's dark one is %s, the mail's isn't", accent, dark[1])
		}
	}
	if len(paths) != 5 {
		t.Errorf("the path doesn't name the content: %v", paths)
	}
}

// A proxy strips the path of base_url or leaves it: both must do, and none may
// be answered by a redirect.
func TestBelowAPath(t *testing.T) {
	for _, base := range []string{"https://example.com", "https://example.com/", "https://example.com/tips", "https://example.com/a/tips/", "https://example.com/u", "https://example.com/confirm/"} {
		s := open(t, func(o *options) { o.Web.BaseURL = base })
		a := s.add("ana@example.com", "")
		u, err := url.Parse(base)
		if err != nil {
			t.Fatal(err)
		}
		prefix := strings.TrimSuffix(u.Path, "/")
		style := styleOf(t, s.get("/").body)
		if !strings.HasPrefix(style, prefix+"/assets/") {
			t.Errorf("%s: the stylesheet is at %s", base, style)
		}
		for _, path := range []string{s.confirmLink(a), s.leaveLink(a), "/healthz", "/readyz", strings.TrimPrefix(style, prefix)} {
			if prefix == "/u" && path == "/healthz" || prefix == "/u" && path == "/readyz" || prefix == "/confirm" && strings.HasSuffix(path, "z") {
				continue // reads as a token; monitors can ask without the prefix
			}
			for _, p := range []string{path, prefix + path, "/" + prefix + path, prefix + "/" + path, prefix + path + "/"} {
				if got := s.get(p); got.StatusCode != 200 {
					t.Errorf("%s: GET %s: status %d, Location %q", base, p, got.StatusCode, got.Header.Get("Location"))
				}
			}
		}
		s.post(prefix+"/"+s.confirmLink(a), "").must(t, 200, "Thank you")
		s.post(prefix+"//"+s.leaveLink(a), "List-Unsubscribe=One-Click", "Sec-Fetch-Site", "cross-site").must(t, 200, "You’re unsubscribed")
		s.get("/x"+prefix+s.leaveLink(a)).must(t, 404)
	}
}

// Whatever is asked for, the answer is a page with its headers, never a
// redirect and never a fault.
func FuzzPath(f *testing.F) {
	for _, path := range []string{"/", "/u/AAEFUA5R4X8rOghu34FJ8ysppYarA-Vr", "//u//x", "/tips/u/x", "/tips", "/u/%00", "/../u/x", "/u/{token}", "/confirm/%2e%2e", "*", "/healthz/"} {
		f.Add(path, "GET")
		f.Add(path, "POST")
	}
	db := storetest.SQLite(f)
	list, err := subscribers.Open(f.Context(), db)
	if err != nil {
		f.Fatal(err)
	}
	handler := options{
		Options: site.Options{List: list, Editions: editions.New(db), Ledger: ledger.New(db, list)},
		Web:     web.Options{DB: db, BaseURL: "https://example.com/tips"},
	}.serve().Handler()
	f.Fuzz(func(t *testing.T, path, method string) {
		r := &http.Request{Method: method, URL: &url.URL{Path: path}, Header: http.Header{}, Body: http.NoBody, Host: "example.com"}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		switch w.Code {
		case 200, 404, 405:
		default:
			t.Errorf("%s %q: status %d", method, path, w.Code)
		}
		if w.Header().Get("Content-Security-Policy") == "" {
			t.Errorf("%s %q: no policy", method, path)
		}
	})
}
