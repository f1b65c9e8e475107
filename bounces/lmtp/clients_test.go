package lmtp

import (
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)

func address(a string) net.Addr {
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(a), 40000))
}

// One client can't take all connections, nor call again and again; others don't notice.
func TestOneClientIsLimited(t *testing.T) {
	c := &clients{of: map[netip.Prefix]*guest{}}
	var in []*guest
	for i := range clientConnections {
		g, welcome := c.come(now, address("2001:db8:1:2::"+string(rune('a'+i%6))))
		if !welcome {
			t.Fatalf("connection %d is refused", i+1)
		}
		in = append(in, g)
	}
	if _, welcome := c.come(now, address("2001:db8:1:2::ffff")); welcome {
		t.Error("one more connection of the same network is taken")
	}
	if _, welcome := c.come(now, address("2001:db8:1:3::a")); !welcome {
		t.Error("another network's isn't")
	}
	for _, g := range in {
		c.leave(g)
	}
	calls := 0
	for range 2 * clientCalls {
		if g, welcome := c.come(now, address("2001:db8:1:2::a")); welcome {
			calls++
			c.leave(g)
		}
	}
	if want := clientCalls - clientConnections - 1; calls != want {
		t.Errorf("%d more calls are taken, want %d", calls, want)
	}
	if _, welcome := c.come(now.Add(2*time.Second), address("2001:db8:1:2::a")); !welcome {
		t.Error("a moment later it still isn't welcome")
	}
	for _, a := range []string{"127.0.0.1", "::1", "::ffff:127.0.0.2"} {
		for range 2 * clientCalls {
			if _, welcome := c.come(now, address(a)); !welcome {
				t.Fatalf("%s is this machine, and is refused", a)
			}
		}
	}
}

func TestMessagesOfOneClientAreLimited(t *testing.T) {
	c := &clients{of: map[netip.Prefix]*guest{}}
	g, _ := c.come(now, address("203.0.113.5"))
	for i := range clientMessages {
		if !g.hands(now) {
			t.Fatalf("message %d is refused", i+1)
		}
	}
	if g.hands(now) {
		t.Error("one more is taken")
	}
	if !g.hands(now.Add(time.Second)) {
		t.Error("a moment later none is taken")
	}
	c.leave(g)
	c.come(now.Add(time.Hour), address("203.0.113.6"))
	if len(c.of) != 1 {
		t.Errorf("%d addresses are remembered", len(c.of))
	}
}

// foreign is a listener whose clients come from elsewhere.
type foreign struct{ net.Listener }

type foreignConn struct{ net.Conn }

func (foreignConn) RemoteAddr() net.Addr { return address("203.0.113.5") }

func (l foreign) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return foreignConn{c}, nil
}

func TestTooManyConnectionsOfOneClient(t *testing.T) {
	h := openOn(t, "127.0.0.1:0", func(l net.Listener) net.Listener { return foreign{l} })
	for range clientConnections {
		h.dial(t)
	}
	c, err := net.Dial(h.network, h.address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	said := make([]byte, 200)
	n, err := c.Read(said)
	if err != nil || !strings.HasPrefix(string(said[:n]), "421 4.7.0 ") {
		t.Errorf("%q, %v", said[:n], err)
	}
}
