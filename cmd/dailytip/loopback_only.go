package main

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strconv"
)

// pagesForOne serves pages that are for whoever sits at this machine: the preview
// and the demo. They have no login, so they answer to the machine's own names only.
// Otherwise a site whose own name leads to this machine (DNS rebinding) could have a
// browser read them.
func pagesForOne(listen string, next http.Handler) http.Handler {
	named, _, _ := net.SplitHostPort(listen)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'") // pages have their own
		if !ownHost(r.Context(), r.Host, named) {
			http.Error(w, "This page is for the machine it runs on: open it as localhost, 127.0.0.1 or [::1], with its own port.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ownHost tells whether a Host header names this machine and the port that the
// request came to: as localhost, as loopback, by the address that it came to, or as
// the operator named it in --listen.
func ownHost(ctx context.Context, header, named string) bool {
	local, ok := ctx.Value(http.LocalAddrContextKey).(*net.TCPAddr)
	if !ok {
		return false
	}
	host, port, err := net.SplitHostPort(header)
	if err != nil { // without a port, which means 80
		host, port = header, "80"
		if n := len(host); n > 2 && host[0] == '[' && host[n-1] == ']' {
			host = host[1 : n-1]
		}
	}
	if port != strconv.Itoa(local.Port) {
		return false
	}
	if host == "localhost" || named != "" && host == named {
		return true
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	to, _ := netip.AddrFromSlice(local.IP)
	return ip.Unmap() == to.Unmap() || ip == netip.IPv6Loopback() || ip == netip.AddrFrom4([4]byte{127, 0, 0, 1})
}
