package site_test

import (
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"dailytip/subscribers"
	"dailytip/web/site"
)

// behindProxy trusts the test's own connections, so that it can come from
// anywhere.
func behindProxy(o *options) {
	o.Web.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
}

// direct asks the server without a network between: for asking it very often.
func (s *fixture) direct(handler http.Handler, path, contentType, body, from string) *http.Response {
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
			body := form("email", "victim@example.com", "newsletter", "management", "stamp", s.list.Tokens().NewFormToken(before))
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
	s := open(t, func(o *options) {
		behindProxy(o)
		o.Limits = site.Limits{PerNetwork: 30, PerDomain: 300, Total: 1000}
	})
	handler := s.server.Handler()
	before := now.Add(-time.Minute)
	many(attacks, func(i int) {
		from := fmt.Sprintf("2001:db8:0:7::%x", i) // one /64
		address := fmt.Sprintf("victim%d@host%d.example", i, i)
		var a *http.Response
		if i%2 == 0 {
			a = s.direct(handler, "/subscribe", formType, form("email", address, "newsletter", "management", "stamp", s.list.Tokens().NewFormToken(before)), from)
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
	s := open(t, func(o *options) { o.Limits = site.Limits{PerNetwork: 6} })
	try := func(i int) answer {
		address := fmt.Sprintf("a%d@host%d.example", i, i)
		if i%2 == 0 {
			return s.api(`{"email": "` + address + `"}`)
		}
		mark := s.list.Tokens().NewFormToken(now.Add(time.Duration(s.passed.Load()) - 5*time.Second))
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
	both(t, nil, func(t *testing.T, s *fixture) {
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
			mark := s.list.Tokens().NewFormToken(now.Add(48*time.Hour - 5*time.Second))
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
	s.server.Hasten(site.Evenly)
	for _, address := range []string{"known@example.com", "unknown@example.com", "known@example.com", "unknown@example.com"} {
		began := time.Now()
		s.api(`{"email": "`+address+`"}`).must(t, 202)
		if took := time.Since(began); took < site.Evenly {
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
