package admin

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"dailytip/admins"
	"dailytip/store"
	"dailytip/store/storetest"
)

func TestSignInAndOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db, nil)
		b := h.browser()
		b.to(b.get("/admin"), "/admin/signin")
		b.to(b.get("/admin/log?before=7"), "/admin/signin?next=%2Fadmin%2Flog%3Fbefore%3D7")
		page := b.want(b.get("/admin/signin?next=%2Fadmin%2Flog"), 200, `<h1>Sign in</h1>`, `name="next" value="/admin/log"`, `autocomplete="current-password"`)
		for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "same-origin", "X-Robots-Tag": ""} {
			if got := page.Header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if policy := page.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("the policy is %s", policy)
		}
		b.want(b.signIn("operator", "not the password"), 422, "Name and password don’t belong together.", `value="operator"`)
		b.want(b.signIn("<i>nobody</i>", password), 422, "Name and password don’t belong together.", "&lt;i&gt;")
		if len(b.cookies) > 0 {
			t.Error("who wasn't let in has a session")
		}
		b.to(b.signIn("Operator", password, "next", "/admin/log"), "/admin/log")
		c := b.cookies["dailytip"]
		if c == nil || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.MaxAge < 13*24*3600 {
			t.Fatalf("the cookie is %+v", c)
		}
		b.want(b.get("/admin"), 200, "<h1>Today</h1>", "<bdi>operator</bdi>", "Sign out")
		b.to(b.get("/admin/signin?next=/admin/log"), "/admin/log")
		b.to(b.post("/admin/signout", nil), "/admin/signin")
		if b.cookies["dailytip"] != nil {
			t.Error("the browser keeps what it has shown")
		}
		b.cookies["dailytip"] = c
		b.to(b.get("/admin"), "/admin/signin")
		b.to(b.post("/admin/signout", nil), "/admin/signin") // a second time is no fault
		if text := h.log.String(); strings.Contains(text, c.Value) || strings.Contains(text, password) || strings.Contains(text, "nobody</i>") {
			t.Error("the log holds a secret")
		}
	})
}

// Nobody is led to another site by signing in.
func TestSigningInLeadsToOurPagesOnly(t *testing.T) {
	h := sqlite(t)
	for _, next := range []string{
		"https://evil.example.com/", "//evil.example.com/admin", "/\\evil.example.com", "javascript:alert(1)", "/", "/archive", "/adminx", "admin",
		"/admin/../archive", "/admin/%2e%2e/archive", "/admin/signin", "/admin/signout", "\x00", "/admin/signin?next=/admin",
	} {
		b := h.as(admins.Viewer)
		got := b.get("/admin/signin?" + url.Values{"next": {next}}.Encode())
		b.to(got, "/admin")
		if page := h.browser().get("/admin/signin?" + url.Values{"next": {next}}.Encode()); strings.Contains(page.body, "evil") {
			t.Errorf("%q is in the form", next)
		}
	}
}

// What somebody has slipped into a browser before isn't what it shows afterwards.
func TestSessionFixation(t *testing.T) {
	h := sqlite(t)
	victim, attacker := h.browser(), h.as(admins.Viewer)
	known := attacker.cookies["dailytip"].Value
	victim.cookies["dailytip"] = &http.Cookie{Name: "dailytip", Value: known}
	victim.to(victim.signIn("operator", password), "/admin")
	if victim.cookies["dailytip"].Value == known {
		t.Error("the session is one that somebody else knows")
	}
	attacker.to(attacker.get("/admin"), "/admin/signin")
	own := h.browser()
	own.cookies["dailytip"] = &http.Cookie{Name: "dailytip", Value: "of-my-own-making"}
	own.to(own.signIn("operator", password), "/admin")
	if own.cookies["dailytip"].Value == "of-my-own-making" {
		t.Error("a token was taken from the browser")
	}
}

func TestOtherSitesFormsAreRefused(t *testing.T) {
	h := sqlite(t)
	for _, headers := range [][]string{
		{"Sec-Fetch-Site", "cross-site"},
		{"Sec-Fetch-Site", "same-site"},
		{"Origin", "https://evil.example.com"},
		{"Origin", "null"},
	} {
		for _, path := range []string{"/admin/signin", "/admin/signout", "/admin/resume"} {
			b := h.as(admins.Operator)
			b.want(b.post(path, url.Values{"name": {"operator"}, "password": {password}}, headers...), 403, "a page that isn’t ours")
			b.want(b.get("/admin"), 200) // and they are signed in as before
		}
	}
	b := h.browser()
	b.to(b.post("/admin/signin", url.Values{"name": {"operator"}, "password": {password}}, "Sec-Fetch-Site", "same-origin", "Origin", "http://localhost:8080"), "/admin")
}

// What a proxy has made of the address that somebody opened is no proof of where they sit.
func TestWithoutTLSAProxyDoesNotMakeItThisMachine(t *testing.T) {
	h := sqlite(t)
	for _, headers := range [][]string{
		{"X-Forwarded-For", "203.0.113.9"},
		{"X-Forwarded-Proto", "http"},
		{"X-Forwarded-Host", "tips.example.com"},
		{"X-Real-IP", "203.0.113.9"},
		{"Forwarded", "for=203.0.113.9"},
		{"Via", "1.1 proxy"},
		{"X-Forwarded-For", ""},
	} {
		b := h.browser()
		b.want(b.get("/admin/signin", headers...), 200, "readable on the way")
		b.want(b.post("/admin/signin", url.Values{"name": {"operator"}, "password": {password}}, headers...), 403, "readable on the way")
	}
	for peer, local := range map[string]bool{"127.0.0.1:4711": true, "[::1]:4711": true, "127.9.9.9:1": true, "192.0.2.7:4711": false, "[2001:db8::1]:4711": false, "@": false, "": false} {
		r := httptest.NewRequest(http.MethodGet, "http://localhost:8080/admin", nil)
		r.RemoteAddr = peer
		if h.admin.private(r) != local {
			t.Errorf("from %q: private: %t", peer, !local)
		}
	}
	elsewhere := open(t, storetest.SQLite(t), func(s *settings) { s.baseURL = "http://tips.example.com" })
	b := elsewhere.browser()
	b.want(b.post("/admin/signin", url.Values{"name": {"operator"}, "password": {password}}, "Host", "localhost:8080"), 403, "readable on the way")
}

// Without TLS a password would be readable on the way.
func TestWithoutTLSSignInWorksOnThisMachineOnly(t *testing.T) {
	h := sqlite(t)
	for host, local := range map[string]bool{
		"localhost:8080": true, "127.0.0.1:8080": true, "[::1]:8080": true, "localhost": true,
		"tips.example.com": false, "192.168.1.5:8080": false, "localhost.example.com": false, "[fe80::1]:8080": false,
	} {
		b := h.browser()
		page := b.want(b.get("/admin/signin", "Host", host), 200)
		if shown := strings.Contains(page.body, `type="password"`); shown != local || strings.Contains(page.body, "readable on the way") == local {
			t.Errorf("%s: the form is shown: %t", host, shown)
		}
		got := b.post("/admin/signin", url.Values{"name": {"operator"}, "password": {password}}, "Host", host)
		if local {
			b.to(got, "/admin")
		} else {
			b.want(got, 403, "readable on the way")
		}
		if (len(b.cookies) > 0) != local {
			t.Errorf("%s: signed in: %v", host, b.cookies)
		}
	}
}

func TestWithTLSTheCookieIsForThisHostOnly(t *testing.T) {
	h := open(t, storetest.SQLite(t), func(s *settings) { s.baseURL = "https://tips.example.com/daily" })
	b := h.browser()
	b.to(b.get("/daily/admin/log"), "/daily/admin/signin?next=%2Fadmin%2Flog")
	b.to(b.post("/daily/admin/signin", url.Values{"name": {"operator"}, "password": {password}, "next": {"/admin/log"}}, "Host", "tips.example.com"), "/daily/admin/log")
	c := b.cookies["__Host-dailytip"]
	if c == nil || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" {
		t.Fatalf("the cookie is %+v", c)
	}
	page := b.want(b.get("/daily/admin/log"), 200, `href="/daily/admin"`, `action="/daily/admin/signout"`)
	if page.Header.Get("Strict-Transport-Security") == "" {
		t.Error("the browser may come without TLS")
	}
}

// Guesses are counted by where they come from and by whom they are about; who is there
// can't be told from either.
func TestTriesAreLimited(t *testing.T) {
	for name, c := range map[string]struct {
		tries func(now time.Time, limits tries) time.Duration
		most  int
	}{
		"one network": {func(now time.Time, l tries) time.Duration {
			return l.allow(now, origin{network: "192.0.2.1"}, "a b", false)
		}, 40},
		"one site, many networks":   {site(), 160},
		"one person, many networks": {anywhere("operator", true), 10},
		"nobody's name":             {anywhere("nobody", false), 10},
	} {
		limits, n := newTries(), 0
		for ; c.tries(now, limits) == 0 && n < 1000; n++ {
			continue
		}
		if n != c.most {
			t.Errorf("%s: %d tries at once, want %d", name, n, c.most)
		}
		hour := 0
		for at := now; at.Before(now.Add(time.Hour)); at = at.Add(time.Second) {
			if c.tries(at, limits) == 0 {
				hour++
			}
		}
		if hour > 3*c.most {
			t.Errorf("%s: %d more in an hour", name, hour)
		}
	}
	h := sqlite(t)
	b := h.browser()
	for range 11 {
		h.admin.tries.allow(now, origin{network: "elsewhere"}, "OPERATOR", true)
	}
	limited := b.want(b.signIn("operator", password), 429, `role="alert"`, `value="operator" required`)
	if limited.Header.Get("Retry-After") == "" || len(b.cookies) > 0 {
		t.Errorf("%v, %v", limited.Header, b.cookies)
	}
	h.passed.Add(int64(time.Hour))
	b.to(b.signIn("operator", password), "/admin")
}

// anywhere tries one name, each time from another network.
func anywhere(name string, known bool) func(time.Time, tries) time.Duration {
	n := 0
	return func(now time.Time, l tries) time.Duration {
		n++
		return l.allow(now, origin{network: fmt.Sprint(n)}, name, known)
	}
}

// site comes from one IPv6 site, each time from another of its networks.
func site() func(time.Time, tries) time.Duration {
	n := 0
	return func(now time.Time, l tries) time.Duration {
		n++
		return l.allow(now, origin{fmt.Sprint(n), "2001:db8::/48"}, "a b", false)
	}
}

// Whoever guesses without end, and from behind the same address, keeps nobody out where
// they have signed in before; elsewhere, and for anybody else, that changes nothing.
func TestGuessesKeepNobodyOutWhereTheyHaveSignedInBefore(t *testing.T) {
	h := sqlite(t)
	b := h.browser()
	b.to(b.signIn("operator", password), "/admin")
	c := b.cookies["dailytip-device"]
	if c == nil || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.MaxAge < 100*24*3600 {
		t.Fatalf("the cookie is %+v", c)
	}
	b.to(b.post("/admin/signout", nil), "/admin/signin")
	for n := range 200 { // from here, and from everywhere
		h.admin.tries.allow(now, origin{network: "127.0.0.1"}, "operator", true)
		h.admin.tries.allow(now, origin{network: fmt.Sprint(n)}, "operator", true)
	}
	stranger := h.browser()
	stranger.want(stranger.signIn("operator", password), 429)
	b.want(b.signIn("viewer", password), 429) // whose device it isn't
	b.to(b.signIn("OPERATOR", password), "/admin")
	if b.cookies["dailytip-device"].Value != c.Value {
		t.Error("it's another device now")
	}
	for range personTries / 3 { // it's no way to guess without end
		b.signIn("operator", "not the password")
	}
	b.want(b.signIn("operator", password), 429)
}

// However many names somebody makes up, the tries of those that there are stay counted.
func TestMadeUpNamesDoNotMakeTriesForgotten(t *testing.T) {
	limits := newTries()
	from := func(n int) origin { return origin{network: fmt.Sprint(n)} }
	for n := range personTries / 3 {
		if limits.allow(now, from(n), "operator", true) > 0 {
			t.Fatalf("only %d tries", n)
		}
	}
	for n := range 50_000 {
		limits.allow(now, from(n), fmt.Sprintf("name%d", n), false)
	}
	if limits.allow(now, from(0), "operator", true) == 0 {
		t.Error("there is one more try")
	}
}

// Who comes while many passwords wait to be compared is sent away, and doesn't wait, too.
func TestPasswordsThatWaitAreBounded(t *testing.T) {
	h := sqlite(t)
	h.admin.tries = tries{} // no limit but this one
	busy, tried := 0, make(chan int)
	for range 48 {
		go func() {
			resp, err := client.PostForm(h.url+"/admin/signin", url.Values{"name": {"operator"}, "password": {"not the password"}})
			if err != nil {
				t.Error(err)
				tried <- 0
				return
			}
			resp.Body.Close()
			if resp.StatusCode == 429 && resp.Header.Get("Retry-After") == "" {
				t.Error("it doesn't say when to come back")
			}
			tried <- resp.StatusCode
		}()
	}
	for range 48 {
		switch status := <-tried; status {
		case 429:
			busy++
		case 422:
		default:
			t.Errorf("status %d", status)
		}
	}
	if busy == 0 {
		t.Error("all 48 have waited")
	}
}

// A page is shown while another process writes into the database.
func TestADatabaseThatIsWrittenIsNotWaitedFor(t *testing.T) {
	h := sqlite(t)
	b := h.as(admins.Viewer)
	h.passed.Add(int64(time.Hour)) // that they are here is worth noting
	writing, done, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	finish := sync.OnceFunc(func() { close(done) })
	defer finish()
	go func() {
		ended <- h.db.Write(context.Background(), func(*sql.Tx) error {
			close(writing)
			<-done
			return nil
		})
	}()
	<-writing
	b.want(b.get("/admin"), 200, "<h1>Today</h1>")
	finish()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if !strings.Contains(h.log.String(), "active can't be noted") {
		t.Error("the log doesn't say so")
	}
}

// Who can't sign in by anything finds nothing.
func TestNobodyNoPages(t *testing.T) {
	h := open(t, storetest.SQLite(t), func(s *settings) { s.people = nil })
	b := h.browser()
	elsewhere := b.get("/anything")
	for _, path := range []string{"/admin", "/admin/signin", "/admin/log", "/admin/signout"} {
		if got := b.get(path); got.StatusCode != 404 || got.body != strings.ReplaceAll(elsewhere.body, "/anything", path) {
			t.Errorf("%s: %d %s", path, got.StatusCode, got.body)
		}
		b.want(b.post(path, nil), 404)
	}
}
