package posting

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"dailytip/hooks"
	"dailytip/publicnet"
	"dailytip/store/storetest"
	"dailytip/test/dnsserver"
)

// However an address near us is written, nothing is posted there.
func TestNothingGoesToPrivateAddresses(t *testing.T) {
	called := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	t.Cleanup(server.Close)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{
		"127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "localhost.",
	} {
		x, err := newTarget(hooks.Endpoint{Name: "crm", URL: "http://" + host + ":" + port, Secret: secret}, nil)
		if err != nil {
			t.Fatal(err)
		}
		a, _ := x.post(t.Context(), start, hooks.Event{ID: 1, Type: hooks.Test, Data: []byte("{}")})
		if a.Status != 0 || called {
			t.Fatalf("%s is posted to: %+v", host, a)
		}
		if !strings.Contains(a.Reply, publicnet.ErrPrivate.Error()) && !strings.Contains(a.Reply, "no such host") {
			t.Errorf("%s: %s", host, a.Reply)
		}
	}
}

// A reply that leads elsewhere is a failure, and isn't followed.
func TestRedirectsArentFollowed(t *testing.T) {
	h, r, p := begin(t, storetest.SQLite(t), "one")
	inner := newReceiver(t)
	for _, code := range []int{301, 302, 303, 307, 308} {
		r.answers(func(w http.ResponseWriter, req *http.Request) { http.Redirect(w, req, inner.URL, code) })
		if a, _ := p.targets[0].post(t.Context(), start, h.first()); a.Status != code || a.Accepted() {
			t.Errorf("%+v", a)
		}
	}
	if got := inner.taken(); len(got) > 0 {
		t.Errorf("the redirect was followed: %v", got)
	}
}

// A name that leads to us leads nowhere: what is checked is the address that is dialled.
func TestNothingGoesToNamesOfPrivateAddresses(t *testing.T) {
	names, err := dnsserver.Start("private.example.com. A 127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = names.Close() })
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, names.Addr())
	}}
	x, err := newTarget(hooks.Endpoint{Name: "crm", URL: "http://private.example.com", Secret: secret}, resolver)
	if err != nil {
		t.Fatal(err)
	}
	if a, _ := x.post(t.Context(), start, hooks.Event{ID: 1, Type: hooks.Test, Data: []byte("{}")}); a.Status != 0 || !strings.Contains(a.Reply, "127.0.0.1 "+publicnet.ErrPrivate.Error()) {
		t.Errorf("it was posted: %+v", a)
	}
}
