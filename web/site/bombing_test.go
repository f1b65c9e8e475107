package site_test

import (
	"database/sql"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"dailytip/store"
	"dailytip/subscribers"
	"dailytip/web/site"
)

// A stranger writes one mailbox in a hundred ways, by the API and by forms, each
// time from somewhere else; then a real person with the same provider comes.
func TestOneMailboxIsNotBombed(t *testing.T) {
	both(t, func(o *options) {
		behindProxy(o)
		o.Limits = site.Limits{PerNetwork: 30, PerDomain: 300, Total: 1000}
	}, func(t *testing.T, s *fixture) {
		ways := func(i int) string {
			switch i % 4 {
			case 0:
				return fmt.Sprintf("some.target+%d@gmail.com", i)
			case 1:
				return strings.ToUpper("sometarget"[:i%10]) + "." + "sometarget"[i%10:] + "@googlemail.com"
			case 2:
				return fmt.Sprintf("s.o.m.e.target+a+%d@GMail.com", i)
			}
			return "some.target@gmail.com"
		}
		for i := range 104 {
			from, address := fmt.Sprintf("192.0.2.%d", i), ways(i)
			address = strings.TrimPrefix(address, ".")
			if i%2 == 0 {
				s.api(jsonOf(t, map[string]string{"email": address}), "X-Forwarded-For", from).must(t, 202)
			} else {
				mark := s.list.Tokens().NewFormToken(now.Add(-time.Minute))
				s.post("/subscribe", form("email", address, "newsletter", "management", "stamp", mark), "X-Forwarded-For", from).must(t, 200, "Look into your inbox")
			}
		}
		if got := s.notices(); len(got) != 1 {
			t.Errorf("%d mails: %q", len(got), got)
		}
		s.api(`{"email": "somebody.else@gmail.com"}`, "X-Forwarded-For", "198.51.100.1").must(t, 202)
		if got := s.starts(); len(got) != 2 || got[1] != 0 {
			t.Errorf("mails start after %v", got)
		}
	})
}

// starts is how long after the beginning each mail may leave, in the order of
// their making.
func (s *fixture) starts() (all []time.Duration) {
	s.t.Helper()
	rows, err := s.db.Read().QueryContext(s.t.Context(), "SELECT next_at, expires_at FROM notices ORDER BY id")
	all, err = store.Collect(rows, err, func(rows *sql.Rows) (time.Duration, error) {
		var start, end int64
		err := rows.Scan(&start, &end)
		if end-start != (24 * time.Hour).Milliseconds() {
			s.t.Errorf("a mail has %s to leave", time.Duration(end-start)*time.Millisecond)
		}
		return store.Time(start).Sub(now), err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// Beyond the limits of a domain, and of all, the visitor is told the same, and the
// mail leaves later: at the limit's rate.
func TestMailsBeyondALimitLeaveLater(t *testing.T) {
	for name, step := range map[string]struct {
		limits site.Limits
		who    func(i int) string
	}{
		"a domain":                {site.Limits{PerDomain: 6}, func(i int) string { return fmt.Sprintf("a%d@a%d.Example.com", i, i%2) }},
		"all":                     {site.Limits{Total: 6}, func(i int) string { return fmt.Sprintf("a%d@host%d.example", i, i) }},
		"all, at large providers": {site.Limits{PerDomain: 3, Total: 6}, func(i int) string { return fmt.Sprintf("a%d@gmail.com", i) }},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, func(o *options) { o.Limits = step.limits })
			for i := range 5 {
				s.api(`{"email": "`+step.who(i)+`"}`).must(t, 202, "A mail is on its way")
				s.api(`{"email": "`+step.who(i)+`"}`).must(t, 202) // causes none, and takes no place
			}
			mark := s.list.Tokens().NewFormToken(now.Add(-time.Minute))
			s.post("/subscribe", form("email", step.who(5), "newsletter", "management", "stamp", mark)).must(t, 200, "Look into your inbox")
			want := []time.Duration{0, 0, 10 * time.Minute, 20 * time.Minute, 30 * time.Minute, 40 * time.Minute}
			got := s.starts()
			for i := range want {
				if len(got) != len(want) || (got[i]-want[i]).Abs() > time.Second {
					t.Fatalf("mails start after %v, want %v", got, want)
				}
			}
			// A line of more than a day has an end: then visitors are asked to wait.
			for i := range 200 {
				if s.api(`{"email": "`+step.who(i+6)+`"}`).StatusCode == 429 {
					return
				}
			}
			t.Error("the line never ends")
		})
	}
	// One domain's line isn't another's.
	s := open(t, func(o *options) { o.Limits = site.Limits{PerDomain: 3} })
	for i := range 3 {
		s.api(fmt.Sprintf(`{"email": "a%d@victim.example"}`, i)).must(t, 202)
		s.api(fmt.Sprintf(`{"email": "a%d@host%d.example"}`, i, i)).must(t, 202)
	}
	late := 0
	for _, start := range s.starts() {
		if start > 0 {
			late++
		}
	}
	if late != 2 {
		t.Errorf("%d mails leave later, want 2", late)
	}
}

// A form token is good for one form. The same form sent twice is no machine.
func TestAFormTokenWorksOnce(t *testing.T) {
	both(t, nil, func(t *testing.T, s *fixture) {
		mark := formToken(t, s.get("/"))
		if other := formToken(t, s.get("/")); other == mark {
			t.Error("two forms of one instant have the same token")
		}
		s.wait(5 * time.Second)
		send := func(address string) answer {
			return s.post("/subscribe", form("email", address, "newsletter", "management", "stamp", mark))
		}
		send("ana@example.com").must(t, 200, "Look into your inbox")
		send("ana@example.com").must(t, 200, "Look into your inbox") // a double click
		for i := range 20 {
			send(fmt.Sprintf("ben%d@host%d.example", i, i)).must(t, 200, "One more click")
		}
		if got := s.notices(); len(got) != 1 {
			t.Errorf("mails %q", got)
		}
		// Another daemon with the same database knows it too.
		other := openOn(t, s.db, nil)
		other.wait(5 * time.Second)
		other.post("/subscribe", form("email", "eve@example.com", "newsletter", "management", "stamp", mark)).must(t, 200, "One more click")
		// What is too old anyway isn't kept.
		s.wait(2 * time.Hour)
		s.fill("email", "cleo@example.com").must(t, 200, "Look into your inbox")
		n := 0
		if err := s.db.Read().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM spent").Scan(&n); err != nil || n != 1 {
			t.Errorf("%d form tokens are kept, %v", n, err)
		}
	})
}

func TestUnlistedNewsletters(t *testing.T) {
	s := open(t, func(o *options) {
		behindProxy(o)
		o.Web.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
		o.Newsletters = append(o.Newsletters, site.Newsletter{ID: "inner", Title: "Inner Circle", Language: "en", Private: true, Unlisted: true})
	})
	for _, path := range []string{"/", "/subscribe", "/?newsletter=inner", "/embed", "/embed?newsletter=inner", "/archive", "/nothing", "/sitemap.xml"} {
		s.get(path).mustNot(t, "Inner Circle", "inner")
	}
	s.api(`{"email": "eve@example.com", "newsletter": "inner"}`).must(t, 422, `"field": "newsletter"`)
	s.fill("email", "eve@example.com", "newsletter", "inner").must(t, 200, "Look into your inbox", title) // the form's own comes first
	mark := formToken(t, s.get("/"))
	s.wait(5 * time.Second)
	s.post("/subscribe", form("email", "ben@example.com", "newsletter", "inner", "stamp", mark)).must(t, 422)
	s.api(`{"email": "cleo@example.com"}`).must(t, 202, title) // there is one to join

	// Whom the operator has added confirms, and has their settings.
	ana := s.addTo("inner", "ana@example.com", "")
	s.post(s.confirmLink(ana), "").must(t, 200, "Inner Circle")
	s.get(s.preferencesLink(ana)).must(t, 200, "Inner Circle")
	// Nobody else joins it, not with a link to their account either.
	_, settings := s.reader("dan@example.com", "")
	account := s.openAccount(settings)
	s.get(account).mustNot(t, "Inner Circle")
	s.post(account, form("do", "join", "newsletter", "inner")).mustNot(t, "Inner Circle")
	if subs := s.find("dan@example.com").Subscriptions; len(subs) != 1 {
		t.Errorf("%+v", subs)
	}
	// Alone it has no front page.
	alone := open(t, func(o *options) { o.Newsletters[0].Unlisted = true })
	for _, path := range []string{"/", "/embed"} {
		a := alone.get(path)
		a.must(t, 404)
		a.mustNot(t, title)
	}
}

func TestWithoutAPI(t *testing.T) {
	s := open(t, func(o *options) { o.NoAPI, o.Origins = true, []string{"https://www.example.com"} })
	s.api(`{"email": "ana@example.com"}`).must(t, 404)
	s.do("OPTIONS", "/api/subscribe", "", "", "Origin", "https://www.example.com").must(t, 404)
	s.get("/embed").mustNot(t, "/api/subscribe")
	s.nobody()
}

// Nothing that programs may read in two ways signs anybody up.
func TestOddJSON(t *testing.T) {
	s := open(t, nil)
	for _, body := range []string{
		`{"email": "ana@example.com", "email": "eve@example.com"}`,
		`{"email": "ana@example.com", "Email": "eve@example.com"}`,
		`{"email": "ana@example.com", "\u0065mail": "eve@example.com"}`,
		`{"email": "ana@example.com", "x": 1, "x": 2}`,
		`{"email": "ana@example.com"} {"email": "eve@example.com"}`,
		`{"email": "ana@example.com"}x`, `{"email": "ana@example.com"},`, `{"email": "ana@example.com"}]`,
		`{"email": "ana@example.com",}`, `{"email": "ana@example.com"`, `{'email': 'ana@example.com'}`,
		"\ufeff" + `{"email": "ana@example.com"}`, "{\"email\": \"ana@example.com\", \"name\": \"\xff\"}",
		`{"email": ["ana@example.com"]}`, `{"email": {"a": 1}}`, `{"email": true}`, `null`,
		"{\"email\": \"ana@example.com\"}\x00",
	} {
		s.api(body).must(t, 400, `"field": ""`)
	}
	good := `{"email": "ana@example.com"}`
	for _, kind := range []string{
		"application/json; charset=utf-16", "application/json; charset=iso-8859-1", "application/json; charset=utf-7",
		"application/json; charset", "application/json, text/plain", "application/json; charset=utf-8; charset=utf-16",
	} {
		s.do("POST", "/api/subscribe", kind, good).must(t, 415)
	}
	for _, body := range []string{`{"EMAIL": "ana@example.com"}`, `{"email": null}`, `{}`} { // no address
		s.api(body).must(t, 422, `"field": "email"`)
	}
	s.nobody()
	s.do("POST", "/api/subscribe", "application/json; charset=UTF-8", " "+good+"\n").must(t, 202)
}

func FuzzJSON(f *testing.F) {
	f.Add(`{"email": "ana@example.com", "name": "Ana"}`)
	f.Add(`{"email": "a", "email": "b"} x`)
	f.Fuzz(func(t *testing.T, body string) {
		email, err := site.ReadEmail(body)
		if err != nil {
			return
		}
		// What was taken can't be read in another way.
		again, err := site.ReadEmail(body + " ")
		if err != nil || again != email {
			t.Errorf("%q: %q, then %q, %v", body, email, again, err)
		}
		if _, err := site.ReadEmail(body + "{}"); err == nil {
			t.Errorf("%q: something follows it", body)
		}
	})
}

// An owner reads the name that somebody else has given them, and changes it before
// it stands in a mail.
func TestTheOwnerSetsTheName(t *testing.T) {
	both(t, nil, func(t *testing.T, s *fixture) {
		s.api(`{"email": "ana@example.com", "name": "You have won"}`).must(t, 202)
		person := s.find("ana@example.com")
		ana := subscribers.Added{Subscriber: person.ID, Subscription: person.Subscriptions[0].ID}
		link := s.confirmLink(ana)
		before := s.dump()
		a := s.get(link)
		a.must(t, 200, confirmButton, `name="name" id="name" value="You have won"`)
		check(t, a.body)
		for _, bad := range []string{"a\r\nBcc: eve@example.com", "\u202Eana", strings.Repeat("x", 65)} {
			a := s.post(link, form("name", bad))
			a.must(t, 422, `id="name-fault"`, confirmButton)
			check(t, a.body)
		}
		if after := s.dump(); after != before {
			t.Errorf("something changed:\n%s\n%s", before, after)
		}
		s.post(link, form("name", "Ana")).must(t, 200, "Thank you")
		if p := s.find("ana@example.com"); p.Name != "Ana" || p.Subscriptions[0].State != subscribers.Active {
			t.Errorf("%+v", p)
		}
		s.post(link, form("name", "Eve")).must(t, 200, "already") // that was once
		if p := s.find("ana@example.com"); p.Name != "Ana" {
			t.Errorf("name %q", p.Name)
		}
		// An empty name is one.
		s.api(`{"email": "ben@example.com", "name": "Cheap pills"}`).must(t, 202)
		ben := s.find("ben@example.com")
		s.post(s.confirmLink(subscribers.Added{Subscription: ben.Subscriptions[0].ID}), form("name", "")).must(t, 200, "Thank you")
		if p := s.find("ben@example.com"); p.Name != "" {
			t.Errorf("name %q", p.Name)
		}
	})
}
