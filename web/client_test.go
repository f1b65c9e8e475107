package web_test

import (
	"net/http"
	"net/netip"
	"net/url"
	"testing"

	"dailytip/web"
)

// Who comes through a proxy is told by what the proxy wrote last, and nothing
// that they write themselves.
func TestClient(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, step := range []struct {
		name, peer string
		header     []string
		want       string
	}{
		{"no proxy", "192.0.2.7:4711", nil, "192.0.2.7"},
		{"no proxy, and a header", "192.0.2.7:4711", []string{"X-Forwarded-For", "198.51.100.1"}, "192.0.2.7"},
		{"proxy without header", "127.0.0.1:4711", nil, "127.0.0.1"},
		{"proxy", "127.0.0.1:4711", []string{"X-Forwarded-For", "198.51.100.1"}, "198.51.100.1"},
		{"made up in front", "127.0.0.1:4711", []string{"X-Forwarded-For", "203.0.113.9, 198.51.100.1"}, "198.51.100.1"},
		{"a proxy's address made up", "127.0.0.1:4711", []string{"X-Forwarded-For", "10.9.9.9, 198.51.100.1"}, "198.51.100.1"},
		{"two proxies", "127.0.0.1:4711", []string{"X-Forwarded-For", "198.51.100.1, 10.1.2.3"}, "198.51.100.1"},
		{"nothing but proxies", "127.0.0.1:4711", []string{"X-Forwarded-For", "10.1.2.4, 10.1.2.3"}, "10.1.2.4"},
		{"two headers", "127.0.0.1:4711", []string{"X-Forwarded-For", "203.0.113.9", "X-Forwarded-For", "198.51.100.1"}, "198.51.100.1"},
		{"rubbish at the end", "127.0.0.1:4711", []string{"X-Forwarded-For", "198.51.100.1, unknown"}, "127.0.0.1"},
		{"rubbish behind a proxy", "127.0.0.1:4711", []string{"X-Forwarded-For", "<script>, 10.1.2.3"}, "10.1.2.3"},
		{"empty", "127.0.0.1:4711", []string{"X-Forwarded-For", ""}, "127.0.0.1"},
		{"with a port", "127.0.0.1:4711", []string{"X-Forwarded-For", "198.51.100.1:99"}, "198.51.100.1"},
		{"IPv6", "[fd00::1]:4711", []string{"X-Forwarded-For", "2001:db8::1"}, "2001:db8::1"},
		{"IPv6 with a port", "[fd00::1]:4711", []string{"X-Forwarded-For", "[2001:db8::1]:99"}, "2001:db8::1"},
		{"IPv4 in IPv6", "[::ffff:127.0.0.1]:4711", []string{"X-Forwarded-For", "::ffff:198.51.100.1"}, "198.51.100.1"},
		{"Forwarded", "127.0.0.1:4711", []string{"Forwarded", `for=203.0.113.9, for=198.51.100.1;proto=https;by=10.1.2.3`}, "198.51.100.1"},
		{"Forwarded, IPv6", "127.0.0.1:4711", []string{"Forwarded", `proto=https; For="[2001:db8::1]:99"`}, "2001:db8::1"},
		{"Forwarded, obfuscated", "127.0.0.1:4711", []string{"Forwarded", `for=198.51.100.1, for=_hidden`}, "127.0.0.1"},
		{"Forwarded without for", "127.0.0.1:4711", []string{"Forwarded", `for=198.51.100.1, proto=https`}, "127.0.0.1"},
		{"Forwarded, a comma in quotes", "127.0.0.1:4711", []string{"Forwarded", `for=203.0.113.9;x="a, for=203.0.113.8", for=198.51.100.1`}, "198.51.100.1"},
		{"both, and they agree", "127.0.0.1:4711", []string{"Forwarded", "for=198.51.100.1", "X-Forwarded-For", "203.0.113.9, 198.51.100.1"}, "198.51.100.1"},
		{"both, one made up", "127.0.0.1:4711", []string{"Forwarded", "for=203.0.113.9", "X-Forwarded-For", "198.51.100.1"}, "127.0.0.1"},
		{"a socket", "@", nil, "invalid IP"},
	} {
		t.Run(step.name, func(t *testing.T) {
			s := web.New(web.Options{TrustedProxies: proxies})
			r := &http.Request{RemoteAddr: step.peer, Header: http.Header{}, URL: &url.URL{}}
			for i := 0; i < len(step.header); i += 2 {
				r.Header.Add(step.header[i], step.header[i+1])
			}
			if got := s.Client(r).String(); got != step.want {
				t.Errorf("%s, want %s", got, step.want)
			}
		})
	}
}

// Whatever the headers hold, the answer is an address that isn't a proxy's, or
// the proxy's that wrote it.
func FuzzClient(f *testing.F) {
	f.Add("198.51.100.1, 10.0.0.1", `for="[2001:db8::1]:80";proto=https, for=10.0.0.1`)
	f.Add(`",`, `for="\",for=1.2.3.4`)
	s := web.New(web.Options{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8")}})
	f.Fuzz(func(t *testing.T, x, forwarded string) {
		r := &http.Request{RemoteAddr: "127.0.0.1:80", Header: http.Header{"X-Forwarded-For": {x}, "Forwarded": {forwarded}}, URL: &url.URL{}}
		if !s.Client(r).IsValid() {
			t.Errorf("%q, %q: nobody", x, forwarded)
		}
		// Proxies append: what stands before can't change what comes out.
		r.Header = http.Header{"X-Forwarded-For": {x + ",198.51.100.1"}}
		if got := s.Client(r).String(); got != "198.51.100.1" {
			t.Errorf("%q: %s", x, got)
		}
	})
}

func TestClientSite(t *testing.T) {
	s := web.New(web.Options{})
	for peer, want := range map[string]string{
		"[2001:db8:1:2::3]:4711": "2001:db8:1::/48", "[2001:db8:1:ffff::3]:4711": "2001:db8:1::/48", "[2001:db8:2::3]:4711": "2001:db8:2::/48",
		"192.0.2.7:4711": "", "[::ffff:192.0.2.7]:4711": "", "@": "",
	} {
		if got := s.ClientSite(&http.Request{RemoteAddr: peer, Header: http.Header{}, URL: &url.URL{}}); got != want {
			t.Errorf("%s comes from %q, want %q", peer, got, want)
		}
	}
}
