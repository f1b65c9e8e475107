package posting

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
)

// errPrivate is why an address isn't dialled.
var errPrivate = errors.New("is on this machine or in a private network; allow_private: true lets events go there")

// onlyPublic refuses a connection to an address that isn't a public one. It sees the
// address itself, after the name was looked up (net.Dialer.Control), so that no name
// leads around it.
func onlyPublic(_, address string, _ syscall.RawConn) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return err
	}
	if !public(ip) {
		return fmt.Errorf("%s %w", ip.WithZone(""), errPrivate)
	}
	return nil
}

// notPublic are networks that lead nowhere, or to somewhere near (RFC 6890 and IANA's
// registries of special-purpose addresses). What package netip knows isn't among them.
var notPublic = prefixes(
	"0.0.0.0/8",       // RFC 1122 §3.2.1.3: this network
	"100.64.0.0/10",   // RFC 6598: shared by carriers, and by clouds for their own services
	"192.0.0.0/24",    // RFC 6890: protocols
	"192.0.2.0/24",    // RFC 5737: documentation
	"192.88.99.0/24",  // RFC 7526: 6to4 relays
	"198.18.0.0/15",   // RFC 2544: benchmarks
	"198.51.100.0/24", // RFC 5737
	"203.0.113.0/24",  // RFC 5737
	"240.0.0.0/4",     // RFC 1112 §4, and broadcast
	"::/96",           // RFC 4291 §2.5.5.1: an IPv4 address in disguise
	"64:ff9b:1::/48",  // RFC 8215: translation to IPv4
	"100::/64",        // RFC 6666: discarded
	"2001::/23",       // RFC 2928: protocols, Teredo among them
	"2001:db8::/32",   // RFC 3849: documentation
	"3fff::/20",       // RFC 9637: documentation
	"5f00::/16",       // RFC 9602: segment routing
	"fec0::/10",       // RFC 3879: site-local
)

func prefixes(all ...string) (out []netip.Prefix) {
	for _, s := range all {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

// public tells whether an address belongs to the internet.
func public(ip netip.Addr) bool {
	ip = ip.WithZone("").Unmap()
	if inner, ok := embedded(ip); ok {
		return public(inner)
	}
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return false
	}
	for _, p := range notPublic {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

// embedded returns the IPv4 address that an IPv6 one leads to: by NAT64 (RFC 6052) or
// 6to4 (RFC 3056).
func embedded(ip netip.Addr) (inner netip.Addr, ok bool) {
	b := ip.As16()
	switch {
	case !ip.Is6():
	case netip.MustParsePrefix("64:ff9b::/96").Contains(ip):
		return netip.AddrFrom4([4]byte(b[12:])), true
	case netip.MustParsePrefix("2002::/16").Contains(ip):
		return netip.AddrFrom4([4]byte(b[2:6])), true
	}
	return inner, false
}
