package publicnet_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"dailytip/publicnet"
)

func TestIs(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"9.9.9.9": true, "151.101.1.195": true, "2620:fe::fe": true, "2a00:1450:4001::1": true, "::ffff:9.9.9.9": true, "172.32.0.1": true, "100.128.0.1": true, "64:ff9b::808:808": true, "2002:808:808::1": true,
		"127.0.0.1": false, "127.8.8.8": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false,
		"0.0.0.0": false, "0.1.2.3": false, "100.64.0.1": false, "224.0.0.1": false, "255.255.255.255": false, "192.0.2.1": false, "198.18.0.1": false,
		"::": false, "::1": false, "fe80::1": false, "fd00::1": false, "fc00::1": false, "ff02::1": false, "fec0::1": false,
		"::ffff:10.0.0.1": false, "::ffff:127.0.0.1": false, "::10.0.0.1": false, "64:ff9b::a00:1": false, "64:ff9b::a9fe:a9fe": false, "64:ff9b:1::1": false, "2002:7f00:1::": false, "2002:a00:1::1": false, "2001:0:a00:1::1": false,
		"2001:db8::1": false, "3fff::1": false, "5f00::1": false, "100::1": false, "fe80::1%eth0": false, "fd00:ec2::254": false, "100.100.100.200": false, "192.0.0.192": false,
		"198.51.100.1": false, "203.0.113.1": false, "240.0.0.1": false, "192.88.99.1": false, "::7f00:1": false, "::ffff:169.254.169.254": false,
	} {
		if got := publicnet.Is(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %t, want %t", address, got, want)
		}
	}
	if publicnet.Is(netip.Addr{}) {
		t.Error("no address is a public one")
	}
}

// A name leads to a private address as the address itself does, and so does a redirect.
func TestTransportRefusesPrivateAddresses(t *testing.T) {
	t.Parallel()
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer server.Close()
	byName := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	for _, url := range []string{server.URL, byName} {
		_, err := (&http.Client{Transport: publicnet.Transport()}).Get(url)
		if !errors.Is(err, publicnet.ErrPrivate) {
			t.Errorf("%s: %v", url, err)
		}
	}
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, strings.Replace(server.URL, "127.0.0.1", "127.0.0.2", 1), http.StatusFound)
	}))
	defer other.Close()
	only := netip.MustParsePrefix("127.0.0.1/32")
	if _, err := (&http.Client{Transport: publicnet.Transport(only)}).Get(other.URL); !errors.Is(err, publicnet.ErrPrivate) {
		t.Errorf("a redirect: %v", err)
	}
	if asked > 0 {
		t.Errorf("it was asked %d times", asked)
	}
	answer, err := (&http.Client{Transport: publicnet.Transport(only)}).Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
}
