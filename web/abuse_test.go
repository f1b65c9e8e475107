package web_test

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"dailytip/subscribers"
	"dailytip/web"
)

// behindProxy trusts the test's own connections, so that it can come from
// anywhere.
func behindProxy(o *web.Options) {
	o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
}

// direct asks the server without a network between: for asking it very often.
func (s *site) direct(handler http.Handler, path, contentType, body, from string) *http.Response {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	r.RemoteAddr = net.JoinHostPort(from, "4711")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w.Result()
}

// many runs f for 0 to n-1, some at once.
func many(n int, f func(i int)) {
	var group sync.WaitGroup
	work := make(chan int)
	for range 16 {
		group.Go(func() {
			for i := range work {
				f(i)
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	group.Wait()
}

// attacks is how many sign-ups make an attack here; ten thousand do no more, but
// take a minute with the race detector.
const attacks = 500

// Sign-ups for one address, each from a network of its own, half of them over the
// API.
func TestManySignUpsForOneAddress(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	handler := s.server.Handler()
	before := now.Add(-time.Minute)
	many(attacks, func(i int) {
		from := fmt.Sprintf("10.%d.%d.%d", i>>16&255, i>>8&255, i&255)
		if i%2 == 0 {
			body := form("email", "victim@example.com", "newsletter", "management", "stamp", s.list.Tokens().NewStamp(before))
			if a := s.direct(handler, "/subscribe", formType, body, from); a.StatusCode != 200 {
				t.Errorf("%s: %d", from, a.StatusCode)
			}
		} else if a := s.direct(handler, "/api/subscribe", "application/json", `{"email": "Victim@example.com"}`, from); a.StatusCode != 202 {
			t.Errorf("%s: %d", from, a.StatusCode)
		}
	})
	if got := s.notices(); len(got) != 1 {
		t.Fatalf("%d mails", len(got))
	}
	for range 10 { // days
		s.wait(24 * time.Hour)
		s.api(`{"email": "victim@example.com"}`).must(t, 202)
		s.api(`{"email": "victim@example.com"}`).must(t, 202)
	}
	if got := s.notices(); len(got) != subscribers.MostUnanswered {
		t.Errorf("%d mails in eleven days, want %d", len(got), subscribers.MostUnanswered)
	}
}

// Sign-ups from one network, each for an address of its own.
func TestManySignUpsFromOneNetwork(t *testing.T) {
	t.Parallel()
	s := open(t, func(o *web.Options) {
		behindProxy(o)
		o.Limits = web.Limits{PerNetwork: 30, PerDomain: 300, Total: 1000}
	})
	handler := s.server.Handler()
	before := now.Add(-time.Minute)
	many(attacks, func(i int) {
		from := fmt.Sprintf("2001:db8:0:7::%x", i) // one /64
		address := fmt.Sprintf("victim%d@host%d.example", i, i)
		var a *http.Response
		if i%2 == 0 {
			a = s.direct(handler, "/subscribe", formType, form("email", address, "newsletter", "management", "stamp", s.list.Tokens().NewStamp(before)), from)
		} else {
			a = s.direct(handler, "/api/subscribe", "application/json", `{"email": "`+address+`"}`, from)
		}
		if a.StatusCode == 429 && a.Header.Get("Retry-After") != "" {
			return
		}
		if a.StatusCode != 200 && a.StatusCode != 202 {
			t.Errorf("status %d", a.StatusCode)
		}
	})
	if got := len(s.notices()); got != 10 {
		t.Errorf("%d mails at once, want a third of 30", got)
	}
	s.api(`{"email": "elsewhere@example.com"}`, "X-Forwarded-For", "2001:db8:0:8::1").must(t, 202)
}

// A network that has had its share is asked to come back.
func TestTooManySignUps(t *testing.T) {
	s := open(t, func(o *web.Options) { o.Limits = web.Limits{PerNetwork: 6} })
	try := func(i int) answer {
		address := fmt.Sprintf("a%d@host%d.example", i, i)
		if i%2 == 0 {
			return s.api(`{"email": "` + address + `"}`)
		}
		mark := s.list.Tokens().NewStamp(now.Add(time.Duration(s.passed.Load()) - 5*time.Second))
		return s.post("/subscribe", form("email", address, "newsletter", "management", "stamp", mark))
	}
	for i := range 2 {
		if a := try(i); a.StatusCode != 200 && a.StatusCode != 202 {
			t.Fatalf("%d: %d", i, a.StatusCode)
		}
	}
	form, api := try(3), try(4)
	form.must(t, 429, "Not so fast", "in 10 minutes")
	check(t, form.body)
	api.must(t, 429, `"field": ""`, "in 10 minutes")
	for _, a := range []answer{form, api} {
		if n, err := strconv.Atoi(a.Header.Get("Retry-After")); err != nil || n < 590 || n > 601 {
			t.Errorf("Retry-After: %s", a.Header.Get("Retry-After"))
		}
	}
	s.wait(10 * time.Minute)
	try(6).must(t, 202)
}

// Whether an address is on the list shows in nothing: not in the answer, not in
// its headers.
func TestKnownAndUnknownAddressesLookAlike(t *testing.T) {
	both(t, nil, func(t *testing.T, s *site) {
		names := []string{"unknown", "pending", "active", "paused", "unsubscribed", "suppressed"}
		for _, name := range names[1:] {
			a := s.add(name+"@example.com", "de")
			s.bring(a, subscribers.State(name))
		}
		s.wait(48 * time.Hour)
		header := func(a answer) string {
			var b strings.Builder
			for _, name := range slices.Sorted(maps.Keys(a.Header)) {
				if name != "Date" && name != "Content-Length" { // the address's own length
					fmt.Fprintln(&b, name, a.Header[name])
				}
			}
			return b.String()
		}
		var first [2]string
		for _, name := range names {
			address := name + "@example.com"
			mark := s.list.Tokens().NewStamp(now.Add(48*time.Hour - 5*time.Second))
			a := s.post("/subscribe", form("email", address, "newsletter", "management", "stamp", mark))
			b := s.api(`{"email": "` + address + `"}`)
			for i, got := range []string{
				fmt.Sprint(a.StatusCode, header(a), strings.ReplaceAll(a.body, address, "X")),
				fmt.Sprint(b.StatusCode, header(b), strings.ReplaceAll(b.body, address, "X")),
			} {
				if first[i] == "" {
					first[i] = got
				} else if got != first[i] {
					t.Errorf("%s differs:\n%s\n%s", name, got, first[i])
				}
			}
		}
		want := []string{"confirm pending@example.com ", "confirm suppressed@example.com ", "confirm unknown@example.com ", "confirm unsubscribed@example.com ", "known active@example.com de", "known paused@example.com de"}
		got := s.notices()
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("mails %q, want %q", got, want)
		}
	})
}

// Nor in the time that the answer takes.
func TestKnownAndUnknownAddressesTakeAsLong(t *testing.T) {
	s := open(t, nil)
	s.bring(s.add("known@example.com", ""), subscribers.Active)
	s.server.Hasten(web.Evenly)
	for _, address := range []string{"known@example.com", "unknown@example.com", "known@example.com", "unknown@example.com"} {
		began := time.Now()
		s.api(`{"email": "`+address+`"}`).must(t, 202)
		if took := time.Since(began); took < web.Evenly {
			t.Errorf("%s took %s", address, took)
		}
	}
}

func TestBigBodies(t *testing.T) {
	s := open(t, nil)
	big := strings.Repeat("a", 1<<20)
	s.post("/subscribe", form("email", big)).must(t, 413)
	s.api(`{"email": "`+big+`"}`).must(t, 413)
	s.do("POST", "/subscribe", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"email\"; filename=\"a\"\r\n\r\n"+big+"\r\n--x--\r\n").must(t, 413)
	s.nobody()
}

// The link of a button may be pressed often, but not without end.
func TestButtonsAreLimited(t *testing.T) {
	s := open(t, nil)
	ana := s.add("ana@example.com", "")
	s.bring(ana, subscribers.Active)
	link := s.preferencesLink(ana)
	limited := false
	for range 100 {
		a := s.post(link, form("language", "de"))
		if limited = a.StatusCode == 429; limited {
			a.must(t, 429, "Not so fast")
			break
		}
		a.must(t, 200)
	}
	if !limited {
		t.Error("a hundred times in a moment")
	}
	// Leaving is never refused.
	for range 200 {
		s.post(s.leaveLink(ana), "List-Unsubscribe=One-Click").must(t, 200)
	}
}

// A client that hands its body over a byte at a time is shown the door.
func TestSlowBodies(t *testing.T) {
	t.Parallel()
	address, _ := run(t.Context(), t, func(*web.Options) {})
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = fmt.Fprint(c, "POST /subscribe HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\n")
	began := time.Now()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = c.SetReadDeadline(began.Add(2 * time.Minute))
		_, _ = io.Copy(io.Discard, bufio.NewReader(c))
	}()
	for tick := time.NewTicker(100 * time.Millisecond); ; {
		select {
		case <-done:
			tick.Stop()
			if took := time.Since(began); took > time.Minute || took < time.Second {
				t.Errorf("it was kept for %s", took)
			}
			return
		case <-tick.C:
			_, _ = c.Write([]byte("a"))
		}
	}
}

// Who comes through a proxy is told by what the proxy wrote last, and nothing
// that they write themselves.
func TestClient(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, step := range []struct {
		name, peer string
		header     []string
		want       string
	}{
		{"no proxy", "192.0.2.7:4711", nil, "192.0.2.7"},
		{"no proxy, and a header", "192.0.2.7:4711", []string{"X-Forwarded-For", "198.51.100.1"}, "192.0.2.7"},
		{"proxy without header", "127.0.0.1:4711", nil, "127.0.0.1"},
		{"proxy", "127.0.0.1:4711", []string{"X-Forwarded-For", "198.51.100.1"}, "198.51.100.1"},
		{"made up in front", "127.0.0.1:4711", []string{"X-Forwarded-For", "203.0.113.9, 198.51.100.1"}, "198.51.100.1"},
		{"a proxy's address made up", "127.0.0.1:4711", []string{"X-Forwarded-For", "10.9.9.9, 198.51.100.1"}, "198.51.100.1"},
		{"two proxies", "127.0.0.1:4711", []string{"X-Forwarded-For", "198.51.100.1, 10.1.2.3"}, "198.51.100.1"},
		{"nothing but proxies", "127.0.0.1:4711", []string{"X-Forwarded-For", "10.1.2.4, 10.1.2.3"}, "10.1.2.4"},
		{"two headers", "127.0.0.1:4711", []string{"X-Forwarded-For", "203.0.113.9", "X-Forwarded-For", "198.51.100.1"}, "198.51.100.1"},
		{"rubbish at the end", "127.0.0.1:4711", []string{"X-Forwarded-For", "198.51.100.1, unknown"}, "127.0.0.1"},
		{"rubbish behind a proxy", "127.0.0.1:4711", []string{"X-Forwarded-For", "<script>, 10.1.2.3"}, "10.1.2.3"},
		{"empty", "127.0.0.1:4711", []string{"X-Forwarded-For", ""}, "127.0.0.1"},
		{"with a port", "127.0.0.1:4711", []string{"X-Forwarded-For", "198.51.100.1:99"}, "198.51.100.1"},
		{"IPv6", "[fd00::1]:4711", []string{"X-Forwarded-For", "2001:db8::1"}, "2001:db8::1"},
		{"IPv6 with a port", "[fd00::1]:4711", []string{"X-Forwarded-For", "[2001:db8::1]:99"}, "2001:db8::1"},
		{"IPv4 in IPv6", "[::ffff:127.0.0.1]:4711", []string{"X-Forwarded-For", "::ffff:198.51.100.1"}, "198.51.100.1"},
		{"Forwarded", "127.0.0.1:4711", []string{"Forwarded", `for=203.0.113.9, for=198.51.100.1;proto=https;by=10.1.2.3`}, "198.51.100.1"},
		{"Forwarded, IPv6", "127.0.0.1:4711", []string{"Forwarded", `proto=https; For="[2001:db8::1]:99"`}, "2001:db8::1"},
		{"Forwarded, obfuscated", "127.0.0.1:4711", []string{"Forwarded", `for=198.51.100.1, for=_hidden`}, "127.0.0.1"},
		{"Forwarded without for", "127.0.0.1:4711", []string{"Forwarded", `for=198.51.100.1, proto=https`}, "127.0.0.1"},
		{"Forwarded, a comma in quotes", "127.0.0.1:4711", []string{"Forwarded", `for=203.0.113.9;x="a, for=203.0.113.8", for=198.51.100.1`}, "198.51.100.1"},
		{"both, and they agree", "127.0.0.1:4711", []string{"Forwarded", "for=198.51.100.1", "X-Forwarded-For", "203.0.113.9, 198.51.100.1"}, "198.51.100.1"},
		{"both, one made up", "127.0.0.1:4711", []string{"Forwarded", "for=203.0.113.9", "X-Forwarded-For", "198.51.100.1"}, "127.0.0.1"},
		{"a socket", "@", nil, "invalid IP"},
	} {
		t.Run(step.name, func(t *testing.T) {
			s := web.New(web.Options{TrustedProxies: proxies})
			r := &http.Request{RemoteAddr: step.peer, Header: http.Header{}, URL: &url.URL{}}
			for i := 0; i < len(step.header); i += 2 {
				r.Header.Add(step.header[i], step.header[i+1])
			}
			if got := s.Client(r).String(); got != step.want {
				t.Errorf("%s, want %s", got, step.want)
			}
		})
	}
}

// Whatever the headers hold, the answer is an address that isn't a proxy's, or
// the proxy's that wrote it.
func FuzzClient(f *testing.F) {
	f.Add("198.51.100.1, 10.0.0.1", `for="[2001:db8::1]:80";proto=https, for=10.0.0.1`)
	f.Add(`",`, `for="\",for=1.2.3.4`)
	s := web.New(web.Options{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8")}})
	f.Fuzz(func(t *testing.T, x, forwarded string) {
		r := &http.Request{RemoteAddr: "127.0.0.1:80", Header: http.Header{"X-Forwarded-For": {x}, "Forwarded": {forwarded}}, URL: &url.URL{}}
		if !s.Client(r).IsValid() {
			t.Errorf("%q, %q: nobody", x, forwarded)
		}
		// Proxies append: what stands before can't change what comes out.
		r.Header = http.Header{"X-Forwarded-For": {x + ",198.51.100.1"}}
		if got := s.Client(r).String(); got != "198.51.100.1" {
			t.Errorf("%q: %s", x, got)
		}
	})
}
