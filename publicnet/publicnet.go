// Package publicnet connects to the public internet, and to nothing else: not to this
// machine, nor to the networks behind it. Whoever follows an address that somebody
// wrote into a tip or a page needs that.
//
// It looks at the address that is dialled, after DNS: a name that leads to a private
// address is refused however it does so, at each redirect, too. It refuses to judge
// what is written; that is its callers' business.
package publicnet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"syscall"
	"time"
)

// ErrPrivate means that an address isn't a public one.
var ErrPrivate = errors.New("isn't a public address")

// special are the networks beside those that netip knows which lead nowhere on the
// public internet, or to somewhere near (RFC 6890 and the IANA's registries of
// special-purpose addresses).
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),       // RFC 1122 §3.2.1.3: this network
	netip.MustParsePrefix("100.64.0.0/10"),   // RFC 6598: shared by carriers, and by clouds for their own services
	netip.MustParsePrefix("192.0.0.0/24"),    // RFC 6890: protocols
	netip.MustParsePrefix("192.0.2.0/24"),    // RFC 5737: documentation
	netip.MustParsePrefix("192.88.99.0/24"),  // RFC 7526: 6to4 relays
	netip.MustParsePrefix("198.18.0.0/15"),   // RFC 2544: benchmarks
	netip.MustParsePrefix("198.51.100.0/24"), // RFC 5737
	netip.MustParsePrefix("203.0.113.0/24"),  // RFC 5737
	netip.MustParsePrefix("240.0.0.0/4"),     // RFC 1112 §4, and broadcast
	netip.MustParsePrefix("::/96"),           // RFC 4291 §2.5.5.1: an IPv4 address in disguise
	netip.MustParsePrefix("64:ff9b:1::/48"),  // RFC 8215: translation to IPv4
	netip.MustParsePrefix("100::/64"),        // RFC 6666: discarded
	netip.MustParsePrefix("2001::/23"),       // RFC 2928: protocols, Teredo among them
	netip.MustParsePrefix("2001:db8::/32"),   // RFC 3849: documentation
	netip.MustParsePrefix("3fff::/20"),       // RFC 9637: documentation
	netip.MustParsePrefix("5f00::/16"),       // RFC 9602: segment routing
	netip.MustParsePrefix("fec0::/10"),       // RFC 3879: site-local
}

var (
	nat64     = netip.MustParsePrefix("64:ff9b::/96") // RFC 6052
	sixToFour = netip.MustParsePrefix("2002::/16")    // RFC 3056
)

// Is tells whether an address is a public one.
func Is(a netip.Addr) bool {
	a = inner(a.Unmap().WithZone(""))
	return a.IsValid() && a.IsGlobalUnicast() && !a.IsPrivate() &&
		!slices.ContainsFunc(special, func(p netip.Prefix) bool { return p.Contains(a) })
}

// inner is the IPv4 address that an IPv6 one leads to, if it does.
func inner(a netip.Addr) netip.Addr {
	switch b := a.As16(); {
	case nat64.Contains(a):
		return netip.AddrFrom4([4]byte(b[12:]))
	case sixToFour.Contains(a):
		return netip.AddrFrom4([4]byte(b[2:6]))
	}
	return a
}

// Control is a [net.Dialer.ControlContext] that refuses all but public addresses and
// those of allowed networks. It sees the address itself, after its name was looked up.
func Control(allowed ...netip.Prefix) func(context.Context, string, string, syscall.RawConn) error {
	return func(_ context.Context, _, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		a := to.Addr().Unmap()
		if Is(a) || slices.ContainsFunc(allowed, func(p netip.Prefix) bool { return p.Contains(a) }) {
			return nil
		}
		return fmt.Errorf("%s %w", a.WithZone(""), ErrPrivate)
	}
}

// Transport connects to public addresses and to those of allowed networks. It knows no
// proxies: a proxy would look names up by itself.
func Transport(allowed ...netip.Prefix) *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, ControlContext: Control(allowed...)}
	return &http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: 10 * time.Second, ForceAttemptHTTP2: true, MaxResponseHeaderBytes: 64 << 10}
}
