package web

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// client returns the address that a request comes from, behind the trusted proxies.
// Of the list that they have written it's the rightmost address that isn't a
// proxy's; the client may have made up everything left of it. The zero address means
// that nobody can tell.
func (s *Server) client(r *http.Request) netip.Addr {
	peer := hostAddress(r.RemoteAddr)
	if !s.proxied(peer) {
		return peer
	}
	x, f := r.Header.Values("X-Forwarded-For"), r.Header.Values("Forwarded")
	switch {
	case len(x) == 0 && len(f) == 0:
		return peer
	case len(f) == 0:
		return s.beforeProxies(peer, forwardedFor(x))
	case len(x) == 0:
		return s.beforeProxies(peer, forwarded(f))
	}
	// A proxy writes one of the two headers, and may pass on the other one as the
	// client wrote it. So when they differ, neither counts.
	first, second := s.beforeProxies(peer, forwardedFor(x)), s.beforeProxies(peer, forwarded(f))
	if first != second {
		return peer
	}
	return first
}

// beforeProxies walks a list from its right end to the first address that isn't a
// trusted proxy's. An entry that can't be read ends the walk: the request then comes
// from the proxy that wrote it.
func (s *Server) beforeProxies(peer netip.Addr, list []string) netip.Addr {
	for _, entry := range slices.Backward(list) {
		address := hostAddress(entry)
		if !address.IsValid() {
			return peer
		}
		if peer = address; !s.proxied(peer) {
			return peer
		}
	}
	return peer
}

func (s *Server) proxied(a netip.Addr) bool {
	return a.IsValid() && slices.ContainsFunc(s.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(a) })
}

// hostAddress reads an address with or without a port: 192.0.2.1, 192.0.2.1:80,
// 2001:db8::1, [2001:db8::1], [2001:db8::1]:80. IPv4 within IPv6 is IPv4.
func hostAddress(text string) netip.Addr {
	text = strings.TrimSpace(text)
	if p, err := netip.ParseAddrPort(text); err == nil {
		return p.Addr().Unmap().WithZone("")
	}
	if len(text) > 1 && text[0] == '[' && text[len(text)-1] == ']' {
		text = text[1 : len(text)-1]
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap().WithZone("")
}

// forwardedFor reads X-Forwarded-For: addresses, each proxy's own at the end.
func forwardedFor(values []string) []string {
	return strings.Split(strings.Join(values, ","), ",")
}

// forwarded reads the for= of each element of Forwarded (RFC 7239 §4). An
// element without one, or with an obfuscated one, becomes a text that is no address.
func forwarded(values []string) []string {
	var list []string
	for _, element := range splitQuoted(strings.Join(values, ","), ',') {
		node := "unknown"
		for _, pair := range splitQuoted(element, ';') {
			name, value, _ := strings.Cut(pair, "=")
			if strings.EqualFold(strings.TrimSpace(name), "for") {
				node = strings.Trim(strings.TrimSpace(value), `"`)
			}
		}
		list = append(list, node)
	}
	return list
}

// splitQuoted splits at a byte that isn't inside a quoted string (RFC 9110 §5.6.4).
func splitQuoted(text string, at byte) []string {
	var parts []string
	quoted, start := false, 0
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quoted:
			i++
		case text[i] == '"':
			quoted = !quoted
		case text[i] == at && !quoted:
			parts, start = append(parts, text[start:i]), i+1
		}
	}
	return append(parts, text[start:])
}

// ClientNetwork is the [network] that a request comes from.
func (s *Server) ClientNetwork(r *http.Request) string { return network(s.client(r)) }

// ClientSite is the IPv6 network of 48 bits that a request comes from: who has one can
// come from 65,536 of those that [Server.ClientNetwork] tells apart. "": it comes by IPv4.
func (s *Server) ClientSite(r *http.Request) string {
	a := s.client(r)
	if p, err := a.Prefix(48); err == nil && a.Is6() {
		return p.String()
	}
	return ""
}

// network is what limits count a client by: an IPv4 address, or the IPv6 network
// of 64 bits, because one client commonly has all of its addresses.
func network(a netip.Addr) string {
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}
