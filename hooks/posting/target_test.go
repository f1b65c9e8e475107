package posting

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"dailytip/hooks"
	"dailytip/publicnet"
	"dailytip/store/storetest"
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

// An answer that leads elsewhere is a failure, and isn't followed.
func TestRedirectsArentFollowed(t *testing.T) {
	h, r := open(t, storetest.SQLite(t)), newReceiver(t)
	inner := newReceiver(t)
	endpoints := at(r.URL)
	h.happen(start, endpoints, "one")
	for _, code := range []int{301, 302, 303, 307, 308} {
		r.answers(func(w http.ResponseWriter, req *http.Request) { http.Redirect(w, req, inner.URL, code) })
		p := h.poster(endpoints...)
		event, _, err := h.queue.First(t.Context(), h.db.Read(), "crm")
		if err != nil {
			t.Fatal(err)
		}
		if a, _ := p.targets[0].post(t.Context(), start, event); a.Status != code || a.Accepted() {
			t.Errorf("%+v", a)
		}
	}
	if got := inner.taken(); len(got) > 0 {
		t.Errorf("the redirect was followed: %v", got)
	}
}

// A name that is first somebody's public address and then ours leads nowhere: what is
// checked is what is dialled.
func TestRebinding(t *testing.T) {
	called := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	t.Cleanup(server.Close)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	names := newNames(t, netip.MustParseAddr("127.0.0.1"))
	x, err := newTarget(hooks.Endpoint{Name: "crm", URL: "http://rebind.example.com:" + port, Secret: secret}, names.resolver())
	if err != nil {
		t.Fatal(err)
	}
	if a, _ := x.post(t.Context(), start, hooks.Event{ID: 1, Type: hooks.Test, Data: []byte("{}")}); a.Status != 0 || called || !strings.Contains(a.Reply, "127.0.0.1 "+publicnet.ErrPrivate.Error()) {
		t.Errorf("it was posted: %v, %+v", called, a)
	}
	if names.asked() == 0 {
		t.Error("the name wasn't looked up: the test shows nothing")
	}
}

// names is a server of the domain name system that knows one address.
type names struct {
	conn net.PacketConn
	ip   netip.Addr
	mu   sync.Mutex
	n    int
}

func newNames(t *testing.T, ip netip.Addr) *names {
	conn, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &names{conn: conn, ip: ip}
	t.Cleanup(func() { _ = conn.Close() })
	go n.serve()
	return n
}

func (n *names) asked() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.n
}

func (n *names) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", n.conn.LocalAddr().String())
	}}
}

func (n *names) serve() {
	buffer := make([]byte, 1500)
	for {
		size, from, err := n.conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(buffer[:size]) != nil || len(m.Questions) == 0 {
			continue
		}
		n.mu.Lock()
		n.n++
		n.mu.Unlock()
		m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
		if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
			m.Answers = []dnsmessage.Resource{{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
				Body:   &dnsmessage.AResource{A: n.ip.As4()},
			}}
		}
		if answer, err := m.Pack(); err == nil {
			_, _ = n.conn.WriteTo(answer, from)
		}
	}
}
