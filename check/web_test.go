package check

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"dailytip/publicnet"
)

func TestSources(t *testing.T) {
	t.Parallel()
	var heads, gets, atOnce, most atomic.Int32
	agents := make(chan string, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n := atOnce.Add(1); n > most.Load() {
			most.Store(n)
		}
		defer atOnce.Add(-1)
		agents <- r.UserAgent()
		switch {
		case r.Method == http.MethodHead:
			heads.Add(1)
		default:
			gets.Add(1)
		}
		switch r.URL.Path {
		case "/gone":
			w.WriteHeader(http.StatusGone)
		case "/get-only":
			if r.Method == http.MethodHead {
				w.WriteHeader(http.StatusMethodNotAllowed)
			}
		case "/hangs-up":
			if r.Method == http.MethodHead {
				panic(http.ErrAbortHandler)
			}
		case "/closed":
			panic(http.ErrAbortHandler)
		case "/login":
			w.WriteHeader(http.StatusForbidden)
		case "/moved":
			http.Redirect(w, r, "/good", http.StatusMovedPermanently)
		case "/inside":
			http.Redirect(w, r, "http://127.0.0.2:1/", http.StatusFound)
		}
	}))
	defer server.Close()
	w := &Web{
		Links:     &http.Client{Transport: publicnet.Transport(netip.MustParsePrefix("127.0.0.1/32")), Timeout: Limit},
		UserAgent: "dailytip (+https://tips.example.com)",
	}
	var links []Link
	for _, path := range []string{"good", "gone", "get-only", "login", "moved", "inside", "hangs-up", "closed"} {
		links = append(links, Link{path + ".md", server.URL + "/" + path})
	}
	links = append(links, Link{"private.md", "http://10.255.255.1/"}, Link{"odd.md", "mailto:a@example.com"})
	f := w.Sources(t.Context(), links)[0]
	wants(t, f, Warning, "4 of 10 answer; 1 can't be judged by a program; gone.md: "+server.URL+"/gone answers 410 Gone; inside.md: "+server.URL+"/inside leads to an address that isn't a public one")
	wants(t, f, Warning, "private.md: http://10.255.255.1/ leads to an address that isn't a public one")
	wants(t, f, Warning, "odd.md: mailto:a@example.com isn't a link to a page")
	if most.Load() != 1 {
		t.Errorf("the host was asked %d things at once", most.Load())
	}
	wants(t, f, Warning, "closed.md: "+server.URL+"/closed can't be reached: EOF")
	if gets.Load() < 5 { // gone, get-only, login, hangs-up, closed; one on a kept connection may be asked for twice
		t.Errorf("%d were asked for by GET", gets.Load())
	}
	if agent := <-agents; agent != w.UserAgent {
		t.Errorf("we call ourselves %q", agent)
	}
}

// A machine that reaches the web by a proxy alone calls no link dead.
func TestSourcesWithoutAWayOut(t *testing.T) {
	t.Parallel()
	for _, no := range []syscall.Errno{syscall.ENETUNREACH, syscall.EHOSTUNREACH} {
		dialer := &net.Dialer{Control: func(string, string, syscall.RawConn) error { return no }} // as the kernel says it
		w := &Web{Links: &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext}}}
		f := w.Sources(t.Context(), []Link{{"a.md", "http://192.0.2.1/"}, {"b.md", "https://192.0.2.2/"}})[0]
		wants(t, f, OK, "0 of 2 answer; 2 can't be judged by a program")
	}
}

func TestReachable(t *testing.T) {
	t.Parallel()
	good := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer good.Close()
	bad := httptest.NewServer(http.NotFoundHandler())
	defer bad.Close()
	trusting := &Web{Pages: good.Client()}
	wants(t, trusting.Reachable(t.Context(), good.URL)[0], OK, "answers")
	strangers := &Web{Pages: &http.Client{}}
	wants(t, strangers.Reachable(t.Context(), good.URL)[0], Failed, "a certificate that readers' browsers refuse")
	wants(t, strangers.Reachable(t.Context(), bad.URL)[0], Warning, "answers 404")
	address := bad.URL
	bad.Close()
	wants(t, strangers.Reachable(t.Context(), address)[0], Warning, "can't be reached from here")
}

func TestClock(t *testing.T) {
	t.Parallel()
	answer := func(ahead time.Duration, age string) *http.Response {
		h := http.Header{"Date": {time.Now().Add(ahead).UTC().Format(http.TimeFormat)}}
		if age != "" {
			h.Set("Age", age)
		}
		return &http.Response{Header: h}
	}
	for _, tt := range []struct {
		answers      []*http.Response
		result, says string
	}{
		{nil, Note, "no server was reached"},
		{[]*http.Response{{Header: http.Header{"Date": {"yesterday"}}}}, Note, "no server was reached"},
		{[]*http.Response{answer(0, ""), answer(3*time.Second, ""), answer(-5*time.Hour, "")}, OK, "agrees"},
		{[]*http.Response{answer(-time.Hour, "3600")}, OK, "agrees"},
		{[]*http.Response{answer(5*time.Minute, ""), answer(5*time.Minute, ""), answer(0, "")}, Warning, "m0s behind"},
		{[]*http.Response{answer(-3*time.Hour, "")}, Warning, "ahead of other servers'"},
	} {
		w := &Web{}
		for _, a := range tt.answers {
			w.note(a)
		}
		f := w.Clock()[0]
		f.Detail = strings.NewReplacer("4m59s", "5m0s", "5m1s", "5m0s").Replace(f.Detail)
		wants(t, f, tt.result, tt.says)
	}
}

// Checks run beside each other, each for its time, and their findings keep their order.
func TestTogether(t *testing.T) {
	t.Parallel()
	slow := func(ctx context.Context) []string {
		<-ctx.Done()
		return []string{"slow"}
	}
	meet := make(chan bool)
	got := Together(t.Context(), 50*time.Millisecond, slow,
		func(context.Context) []string { meet <- true; return []string{"one", "two"} },
		func(context.Context) []string { <-meet; return nil },
		func(context.Context) []string { return []string{"three"} })
	if strings.Join(got, " ") != "slow one two three" {
		t.Errorf("%q", got)
	}
}

func TestDisk(t *testing.T) {
	t.Parallel()
	for _, f := range Disk(t.TempDir() + "/none.db") {
		if !strings.Contains(f.Detail, "MB are free at the database") {
			t.Errorf("%+v", f)
		}
	}
}
