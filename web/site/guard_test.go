package site_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"dailytip/subscribers"
)

func TestFormsOfOtherSites(t *testing.T) {
	for _, step := range []struct {
		name    string
		header  []string
		refused bool
	}{
		{"cross-site", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example.org"}, true},
		{"same-site, another host", []string{"Sec-Fetch-Site", "same-site", "Origin", "http://other.example.com"}, true},
		{"cross-site that hides its origin", []string{"Sec-Fetch-Site", "cross-site", "Origin", "null"}, true},
		{"old browser", []string{"Origin", "https://evil.example.org"}, true},
		{"our page", []string{"Sec-Fetch-Site", "same-origin", "Origin", "null"}, false},
		{"our page over plain HTTP or in an old browser", []string{"Origin", "null"}, false},
		{"our page behind a proxy that changes Host", []string{"Origin", "http://tips.example.com", "Host", "127.0.0.1:8080"}, false},
		{"typed in", []string{"Sec-Fetch-Site", "none"}, false},
		{"not a browser", nil, false},
	} {
		t.Run(step.name, func(t *testing.T) {
			s := open(t, nil)
			ana := s.add("ana@example.com", "")
			a := s.post(s.confirmLink(ana), "", step.header...)
			if step.refused {
				a.must(t, 403, "That didn’t work", "another site")
				if got := s.state(ana); got != subscribers.Pending {
					t.Errorf("refused, and %s all the same", got)
				}
			} else {
				a.must(t, 200, "Thank you, you’re subscribed")
			}
			// One click comes from wherever a mail program runs.
			s.post(s.leaveLink(ana), "List-Unsubscribe=One-Click", step.header...).must(t, 200, "You’re unsubscribed")
			if got := s.state(ana); got != subscribers.Unsubscribed {
				t.Errorf("state %s", got)
			}
		})
	}
}

func TestBadTokens(t *testing.T) {
	s := open(t, nil)
	ana := s.add("ana@example.com", "")
	tokens := s.list.Tokens()
	confirm, leave := tokens.Make(subscribers.ConfirmLink, ana.Subscription), tokens.Make(subscribers.UnsubscribeLink, ana.Subscription)
	preferences := tokens.Make(subscribers.PreferencesLink, ana.Subscription)
	bad := map[string][]string{
		"/confirm/":     {leave, preferences, confirm[:31], confirm + "A", confirm + "%0A", "%0D%0A" + confirm, strings.ToUpper(confirm), "x"},
		"/open/":        {confirm, leave, preferences, tokens.Make(subscribers.AccountPage, 1), tokens.Make(subscribers.UnsubscribeLink, 1), "x"},
		"/account/":     {confirm, leave, preferences, tokens.Make(subscribers.AccountLink, 1), "x"},
		"/preferences/": {confirm, leave, preferences[:31], preferences[1:], preferences + "A", "x", s.list.Tokens().Make(subscribers.FormToken, ana.Subscription)},
		"/u/":           {confirm, preferences, leave[:31], leave[1:], leave + "%00", leave + "=", "%F0%9F%92%A1", "..%2f" + leave, "x"},
	}
	for i := range leave {
		for prefix, good := range map[string]string{"/confirm/": confirm, "/u/": leave, "/preferences/": preferences} {
			letter := byte('A')
			if good[i] == letter {
				letter = 'B'
			}
			bad[prefix] = append(bad[prefix], good[:i]+string(letter)+good[i+1:])
		}
	}
	before := s.dump()
	for prefix, all := range bad {
		for _, token := range all {
			for _, method := range []string{"GET", "POST", "HEAD"} {
				a := s.do(method, prefix+token, formType, "again=1")
				if a.StatusCode != 404 || strings.Contains(a.body, "ana@") || a.Header.Get("Cache-Control") != "no-store" {
					t.Errorf("%s %s%s: status %d", method, prefix, token, a.StatusCode)
				}
				if method != "HEAD" && !strings.Contains(a.body, "<h1>") {
					t.Errorf("%s %s%s: no page:\n%s", method, prefix, token, a.body)
				}
			}
		}
	}
	for _, path := range []string{"/u/" + confirm + "/less", "/u/" + preferences + "/undo", "/u/x/reason"} {
		s.post(path, "do=pause&reason=moved").must(t, 404)
	}
	s.get("/preferences/"+leave+"/data").must(t, 404)
	for _, path := range []string{"/index.html", "/u", "/u/", "/confirm", "/confirm/", "/confirm/a/b", "/u/" + leave + "/x", "/nothing", "/assets/style-0.css"} {
		a := s.get(path)
		if a.StatusCode != 404 || !strings.Contains(a.body, "There’s nothing here") {
			t.Errorf("%s: status %d\n%s", path, a.StatusCode, a.body)
		}
	}
	if after := s.dump(); after != before {
		t.Errorf("something changed:\n%s\n%s", before, after)
	}
}

func TestOversizedBodies(t *testing.T) {
	s := open(t, nil)
	ana := s.add("ana@example.com", "")
	s.bring(ana, subscribers.Active)
	const most = 64 << 10
	for _, step := range []struct {
		size   int
		status int
	}{{1 << 20, 413}, {most + 1, 413}, {most, 200}} {
		body := "x=" + strings.Repeat("a", step.size-2)
		for _, link := range []string{s.confirmLink(ana), s.leaveLink(ana)} {
			s.post(link, body).must(t, step.status)
		}
		// Without a length that could be refused at once.
		r, err := http.NewRequestWithContext(t.Context(), "POST", s.url+s.leaveLink(ana), struct{ *strings.Reader }{strings.NewReader(body)})
		if err != nil {
			t.Fatal(err)
		}
		resp, err := s.http.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != step.status {
			t.Errorf("%d octets in chunks: status %d, want %d", step.size, resp.StatusCode, step.status)
		}
		if got := s.state(ana); (got == subscribers.Active) != (step.status == 413) {
			t.Errorf("%d octets: state %s", step.size, got)
		}
	}
}

func TestHeaders(t *testing.T) {
	for _, base := range []string{"http://tips.example.com", "https://tips.example.com/tips"} {
		s := open(t, func(o *options) { o.Web.BaseURL = base })
		ana := s.add("ana@example.com", "")
		for path, status := range map[string]int{
			s.confirmLink(ana): 200, s.leaveLink(ana): 200, "/u/x": 404, "/nothing": 404, "/healthz": 200, "/readyz": 200,
		} {
			a := s.get(path)
			a.must(t, status)
			h := a.Header
			for name, want := range map[string]string{
				"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
				"Cross-Origin-Opener-Policy": "same-origin",
			} {
				if got := h.Get(name); got != want {
					t.Errorf("%s: %s: %q, want %q", path, name, got, want)
				}
			}
			policy := h.Get("Content-Security-Policy")
			for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"} {
				if !strings.Contains(policy, want) {
					t.Errorf("%s: the policy %q lacks %s", path, policy, want)
				}
			}
			if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
				t.Errorf("%s: policy %q", path, policy)
			}
			if got, want := h.Get("Strict-Transport-Security") != "", strings.HasPrefix(base, "https:"); got != want {
				t.Errorf("%s at %s: HSTS %t, want %t", path, base, got, want)
			}
			if strings.Contains(h.Get("Content-Type"), "html") && h.Get("X-Robots-Tag") != "noindex, nofollow" {
				t.Errorf("%s: X-Robots-Tag %q", path, h.Get("X-Robots-Tag"))
			}
			if len(h.Values("Set-Cookie")) > 0 {
				t.Errorf("%s sets a cookie", path)
			}
		}
	}
}

// Every kind of request, also those that fail, and nothing in the log that
// names a reader.
func TestLogsNameNobody(t *testing.T) {
	s := open(t, func(o *options) {
		o.NextDue = func(subscribers.Subscription) time.Time { panic("a fault in the schedule") }
	})
	ana, ben := s.add("ana@example.com", ""), s.add("ben@example.com", "")
	s.bring(ben, subscribers.Active)
	links := []string{s.confirmLink(ana), s.leaveLink(ana), s.confirmLink(ben), s.leaveLink(ben)}
	for _, link := range links {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "BREW-" + strings.ToUpper(link[len(link)-9:len(link)-1])} {
			s.do(method, link, formType, "again=1")
			s.do(method, link+"x", formType, strings.Repeat("ana@example.com", 5000))
			s.do(method, link+"?email=ana@example.com", formType, "", "Sec-Fetch-Site", "cross-site", "Referer", s.url+link)
		}
		for _, request := range []string{
			"POST " + link + " HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc",
			"POST " + link + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
			"GET " + link + " HTTP/9.9\r\n\r\n", "GET //" + link + " HTTP/1.0\r\n\r\n", link + "\r\n\r\n",
		} {
			s.raw(request)
		}
	}
	s.post(links[0], "again=1").must(t, 503, "The fault is ours") // the panic is a page
	settings := s.preferencesLink(ben)
	for _, body := range []string{"", "name=Ben", "do=pause&weeks=1", "do=again", "do=erase", "do=join&newsletter=ana@example.com", "name=%00ana"} {
		s.post(settings, body)
		s.get(settings + "/data?email=ana@example.com")
	}
	mark := s.list.Tokens().NewFormToken(now.Add(-time.Minute))
	account := s.openAccount(settings)
	for _, body := range []string{"do=name&name=Ana+Ben", "do=erase", "do=join&newsletter=ana@example.com"} {
		s.post(account, body)
		s.get(account + "/data?email=ana@example.com")
	}
	for _, address := range []string{"cleo@example.com", "ana@example.com", "ana\r\n@example.com"} {
		s.post("/subscribe", form("email", address, "stamp", mark, "name", "Ana Example"), "X-Forwarded-For", "192.0.2.77")
		s.post("/subscribe?email="+url.QueryEscape(address), "")
		s.api(jsonOf(t, map[string]string{"email": address}), "Forwarded", "for=192.0.2.77")
		s.api("{" + address)
	}
	links = append(links, settings, account, "/subscribe/"+mark)
	if err := s.db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, link := range links[:6] {
		s.get(link).must(t, 503)
		s.post(link, "").must(t, 503)
	}
	s.get("/").must(t, 503)
	s.post("/subscribe", form("email", "cleo@example.com", "stamp", mark)).must(t, 503)
	s.api(`{"email": "cleo@example.com"}`).must(t, 503)
	log := s.log.String()
	for _, want := range []string{"route=\"GET /u/{token}\"", "route=\"POST /confirm/{token}\"", "a fault in the schedule", "method=other", "status=413"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s", want)
		}
	}
	for _, link := range links {
		token := link[strings.LastIndexByte(link, '/')+1:]
		if strings.Contains(log, token) || strings.Contains(log, token[:20]) || strings.Contains(log, token[20:]) {
			t.Errorf("a token is in the log")
		}
	}
	for _, secret := range []string{"ana", "ben@", "cleo", "Ana", "example.com", "127.0.0.1", "192.0.2.77"} {
		if strings.Contains(log, secret) {
			t.Errorf("%q is in the log", secret)
		}
	}
}

func TestDatabaseDown(t *testing.T) {
	s := open(t, nil)
	ana := s.add("ana@example.com", "")
	links := []string{s.confirmLink(ana), s.leaveLink(ana)}
	if err := s.db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, link := range links {
		for _, a := range []answer{s.get(link), s.post(link, "")} {
			a.must(t, 503, "That didn’t work", "The fault is ours")
			if a.Header.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
		}
	}
	s.get("/healthz").must(t, 200, "ok\n")
	a := s.get("/readyz")
	if a.must(t, 503); a.body != "not ready: the database doesn't answer\n" {
		t.Errorf("readyz: %q", a.body)
	}
	if !strings.Contains(s.log.String(), "database is closed") {
		t.Error("the reason isn't in the log")
	}
}

func TestReady(t *testing.T) {
	var fault error
	s := open(t, func(o *options) { o.Web.Ready = func(context.Context) error { return fault } })
	if a := s.get("/readyz"); a.StatusCode != 200 || a.body != "ready\n" {
		t.Errorf("%d %q", a.StatusCode, a.body)
	}
	fault = errors.New("the scheduler has stood still for 3m0s")
	if a := s.get("/readyz"); a.StatusCode != 503 || a.body != "not ready: the scheduler has stood still for 3m0s\n" {
		t.Errorf("%d %q", a.StatusCode, a.body)
	}
	s.do("HEAD", "/healthz", "", "").must(t, 200)
	s.post("/healthz", "").must(t, 404)
}

// raw sends what no client library would.
func (s *fixture) raw(request string) {
	s.t.Helper()
	u, err := url.Parse(s.url)
	if err != nil {
		s.t.Fatal(err)
	}
	c, err := net.Dial("tcp", u.Host)
	if err != nil {
		s.t.Fatal(err)
	}
	defer c.Close()
	if _, err := fmt.Fprint(c, request); err != nil {
		s.t.Fatal(err)
	}
	_ = c.(*net.TCPConn).CloseWrite()
	_, _ = io.Copy(io.Discard, c)
}
