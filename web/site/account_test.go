package site_test

import (
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dailytip/subscribers"
)

var linkOn = regexp.MustCompile(`(?:href|action)="(/[^"?]*)`)

// Somebody gets a mail passed on and goes wherever its links lead, pressing every
// button: they never see the address or the name, nor what else is read, and erase
// nothing.
func TestAPassedOnMail(t *testing.T) {
	both(t, twoLetters, func(t *testing.T, s *fixture) {
		ana, settings := s.reader("ana.miller@example.com", "")
		s.write(func(tx *sql.Tx) error {
			person := s.find("ana.miller@example.com")
			return s.list.Set(t.Context(), tx, now, person, person.Subscriptions[0], subscribers.Preferences{Name: "Ana Miller"})
		})
		s.bring(s.addTo("conseil", "ana.miller@example.com", ""), subscribers.Active)
		secrets := []string{"ana.miller", "Ana Miller", "Le conseil", `id="erase"`, `id="download"`}
		seen, next := map[string]bool{}, []string{s.leaveLink(ana), settings}
		for len(next) > 0 {
			path := next[0]
			next = next[1:]
			if seen[path] || path == "/" || strings.HasPrefix(path, "/assets/") || strings.HasPrefix(path, "/archive") {
				continue
			}
			seen[path] = true
			pages := []answer{s.get(path), s.get(path + "/data"), s.get("/open" + path[strings.LastIndex(path, "/"):]), s.get("/account" + path[strings.LastIndex(path, "/"):])}
			for _, do := range []string{"save", "account", "join", "leave", "erase", "forget", "name", "pause", "resume", "again", ""} {
				if path == settings || do == "" {
					pages = append(pages, s.post(path, form("do", do, "name", "Eve", "newsletter", "conseil", "email", "eve@example.com", "weeks", "1", "reason", "moved")))
				}
			}
			for _, a := range pages {
				a.mustNot(t, secrets...)
				for _, found := range linkOn.FindAllStringSubmatch(a.body, -1) {
					next = append(next, found[1])
				}
			}
		}
		if len(seen) < 3 {
			t.Errorf("only %v were seen", seen)
		}
		person := s.find("ana.miller@example.com")
		if person.Name != "Ana Miller" || len(person.Subscriptions) != 2 || person.Subscriptions[0].State != subscribers.Active {
			t.Errorf("%+v", person)
		}
		for _, mail := range s.notices() {
			if !strings.Contains(mail, "ana.miller@example.com") {
				t.Errorf("mail %s", mail)
			}
		}
	})
}

func TestAccount(t *testing.T) {
	both(t, twoLetters, func(t *testing.T, s *fixture) {
		_, settings := s.reader("ana@example.com", "")
		a := s.post(settings, form("do", "account"))
		a.must(t, 200, "Look into your inbox", ">a…a@example.com<", "It works once, and for an hour.", `href="`+settings+`"`)
		check(t, a.body)
		if got := s.notices(); !slices.Equal(got, []string{"account ana@example.com "}) {
			t.Fatalf("mails %q", got)
		}
		link := s.accountLink()
		// Scanners follow it, and press nothing.
		before := s.dump()
		for range 3 {
			a := s.get(link)
			a.must(t, 200, "The link opens the page once.", ">Open the page</button>")
			a.mustNot(t, "ana@")
			check(t, a.body)
			s.do("HEAD", link, "", "").must(t, 200)
		}
		if after := s.dump(); after != before {
			t.Errorf("looking changed something:\n%s\n%s", before, after)
		}
		a = s.post(link, "")
		a.must(t, 303)
		page := a.Header.Get("Location")
		if a.Header.Get("Cache-Control") != "no-store" || strings.Contains(page, link[6:]) {
			t.Errorf("to %s, %v", page, a.Header)
		}
		for _, again := range []answer{s.get(link), s.post(link, "")} {
			again.must(t, 410, "This link is used up")
			again.mustNot(t, "ana@")
		}
		a = s.get(page)
		a.must(t, 200, ">ana@example.com<", "You can use this page until", "Sunday, 22 November at 09:00", `id="join-conseil"`, `id="erase"`, `href="`+page+`/data"`)
		check(t, a.body)
		s.post(page, form("do", "name", "name", "Ana B.")).must(t, 200, "Your settings are saved.", `value="Ana B."`)
		s.post(page, form("do", "name", "name", "Ana\r\nBcc: x@example.com")).must(t, 422, `id="name-fault"`)
		if p := s.find("ana@example.com"); p.Name != "Ana B." {
			t.Errorf("name %q", p.Name)
		}
		s.post(page, form("do", "erase"), "Origin", "https://evil.example.org", "Sec-Fetch-Site", "cross-site").must(t, 403)

		s.wait(time.Hour - time.Second)
		s.get(page).must(t, 200)
		s.wait(time.Second)
		for _, over := range []answer{s.get(page), s.post(page, form("do", "forget")), s.get(page + "/data")} {
			over.must(t, 410, "its hour is over")
			over.mustNot(t, "ana@")
		}
		s.find("ana@example.com")
	})
}

func TestAccountLinkEnds(t *testing.T) {
	s := open(t, nil)
	_, settings := s.reader("ana@example.com", "")
	s.post(settings, form("do", "account")).must(t, 200)
	link := s.accountLink()
	s.wait(time.Hour)
	s.get(link).must(t, 410, "its hour is over")
	s.post(link, "").must(t, 410)
	// Nor is the mail worth sending then.
	var end int64
	if err := s.db.Read().QueryRowContext(t.Context(), "SELECT expires_at FROM notices").Scan(&end); err != nil || end != now.Add(time.Hour).UnixMilli() {
		t.Errorf("the mail ends at %d, %v", end, err)
	}
}

// Two who press the button at once don't both get in.
func TestAccountLinkOpensOnce(t *testing.T) {
	both(t, nil, func(t *testing.T, s *fixture) {
		_, settings := s.reader("ana@example.com", "")
		s.post(settings, form("do", "account")).must(t, 200)
		link := s.accountLink()
		var in atomic.Int64
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+link, http.NoBody)
				if err != nil {
					t.Error(err)
					return
				}
				a, err := s.http.Do(r)
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, a.Body)
				_ = a.Body.Close()
				if a.StatusCode == http.StatusSeeOther {
					in.Add(1)
				}
			})
		}
		group.Wait()
		if in.Load() != 1 {
			t.Errorf("%d got in", in.Load())
		}
	})
}

func TestAccountLinkIsMailedThreeTimesADay(t *testing.T) {
	s := open(t, twoLetters)
	_, settings := s.reader("ana@example.com", "")
	other := s.addTo("conseil", "ana@example.com", "")
	s.bring(other, subscribers.Active)
	for i := range 6 { // whatever newsletter's settings it's asked on
		link := settings
		if i%2 == 1 {
			link = s.preferencesLink(other)
		}
		a := s.post(link, form("do", "account"), "Accept-Language", "en")
		a.must(t, 200, map[bool]string{true: "It works once", false: "three times in a day"}[i < 3])
	}
	if got := s.notices(); len(got) != 3 {
		t.Errorf("mails %q", got)
	}
	s.wait(25 * time.Hour)
	s.post(settings, form("do", "account")).must(t, 200, "It works once")
}

// A reader of a newsletter that is no more still has a right to what we hold.
func TestAccountOfAClosedNewsletter(t *testing.T) {
	s := open(t, nil)
	ana := s.addTo("closed", "ana@example.com", "")
	s.bring(ana, subscribers.Active)
	page := s.openAccount(s.preferencesLink(ana))
	s.get(page).must(t, 200, ">ana@example.com<")
	s.post(page, form("do", "forget")).must(t, 200, "You’re erased")
}

// A path in the address of the site stays in front of where the link leads.
func TestAccountBelowAPath(t *testing.T) {
	for _, base := range []string{"https://example.com/tips", "https://example.com/account", "https://example.com/open"} {
		u, err := url.Parse(base)
		if err != nil {
			t.Fatal(err)
		}
		c := open(t, func(o *options) { o.Web.BaseURL = base })
		_, settings := c.reader("ana@example.com", "")
		c.post(u.Path+settings, form("do", "account")).must(t, 200, u.Path+"/preferences/")
		a := c.post(u.Path+c.accountLink(), "")
		a.must(t, 303)
		if got := a.Header.Get("Location"); !strings.HasPrefix(got, u.Path+"/account/") {
			t.Errorf("%s: to %s", base, got)
		}
		c.get(a.Header.Get("Location")).must(t, 200, `href="`+u.Path+"/account/")
		c.get(strings.TrimPrefix(a.Header.Get("Location"), u.Path)).must(t, 200) // a proxy has taken it off
	}
}

func TestMaskedAddresses(t *testing.T) {
	s := open(t, nil)
	for address, want := range map[string]string{
		"ana@example.com": "a…a@example.com", "ab@example.com": "a…@example.com", "x@example.com": "x…@example.com",
		"anna.maria@example.com": "a…a@example.com", "ün@example.com": "ü…@example.com", "émilé@example.com": "é…é@example.com",
	} {
		_, settings := s.reader(address, "")
		a := s.get(settings)
		a.must(t, 200, ">"+want+"<")
		a.mustNot(t, fmt.Sprintf(">%s<", address))
	}
}
