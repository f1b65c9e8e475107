package lmtp

import (
	"maps"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// What one client's address may do. A mail server hands in what comes back over a few
// connections, and tries again later what is refused for now. A client on this machine
// is the mail server that was set up, which knows its own clients: it may do more.
const (
	clientConnections = 20   // at a time, as many as Postfix uses
	clientCalls       = 300  // new connections a minute, and as many at once
	clientMessages    = 1000 // messages a minute, and as many at once
)

// clients are the addresses that have come lately.
type clients struct {
	mu sync.Mutex
	of map[netip.Prefix]*guest
}

// guest is one client's address; of IPv6 the network that a client commonly has for
// itself (RFC 6177).
type guest struct {
	connections int // guarded by clients.mu
	calls       *rate.Limiter
	messages    *rate.Limiter
}

func perMinute(n int) *rate.Limiter { return rate.NewLimiter(rate.Limit(float64(n)/60), n) }

// come lets a client in, or not. Whom nothing limits is nil.
func (c *clients) come(now time.Time, from net.Addr) (g *guest, welcome bool) {
	tcp, ok := from.(*net.TCPAddr)
	if !ok {
		return nil, true // a socket of this machine
	}
	address := tcp.AddrPort().Addr().Unmap()
	if address.IsLoopback() {
		return nil, true
	}
	bits := 32
	if address.Is6() {
		bits = 64
	}
	network, _ := address.WithZone("").Prefix(bits) // those lengths are right
	c.mu.Lock()
	defer c.mu.Unlock()
	if g = c.of[network]; g == nil {
		c.forget(now)
		g = &guest{calls: perMinute(clientCalls), messages: perMinute(clientMessages)}
		c.of[network] = g
	}
	if !g.calls.AllowN(now, 1) || g.connections >= clientConnections {
		return nil, false
	}
	g.connections++
	return g, true
}

func (c *clients) leave(g *guest) {
	if g == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	g.connections--
}

// forget drops the addresses that have used up nothing: a new one would be the same.
func (c *clients) forget(now time.Time) {
	maps.DeleteFunc(c.of, func(_ netip.Prefix, g *guest) bool {
		return g.connections == 0 && g.calls.TokensAt(now) >= clientCalls && g.messages.TokensAt(now) >= clientMessages
	})
}

// hands tells whether a client may hand in another message now.
func (g *guest) hands(now time.Time) bool { return g == nil || g.messages.AllowN(now, 1) }
