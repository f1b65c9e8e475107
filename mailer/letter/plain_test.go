package letter

import (
	"strings"
	"testing"
)

// What isPlainAddress lets through is what the parser returns unchanged.
func FuzzPlainAddress(f *testing.F) {
	for _, address := range []string{
		"ana@example.org", "a.b+tag@x-1.example.co.uk", "a@b", "a@1", "a@127.0.0.1", "a@xn--bcher-kva.example", "a@a--b.example", "a@ab--c",
		"a@Example.org", ".a@example.org", "a..b@example.org", "a.@example.org", "a@.org", "a@org.", "a@-x.org", "a@x-.org", "@x", "a@", "a@b@c",
		"\"a b\"@example.org", "a@[127.0.0.1]", "ana@bücher.example", "a(c)@example.org", "!#$%&'*+-/=?^_`{|}~@x", "a\r\nb@example.org",
		strings.Repeat("a", 64) + "@x", strings.Repeat("a", 65) + "@x", "a@" + strings.Repeat("a", 64), "a@" + strings.Repeat("a.", 130) + "x",
	} {
		f.Add(address)
	}
	f.Fuzz(func(t *testing.T, address string) {
		if !isPlainAddress(address) {
			return
		}
		if got, err := parseAddress("email", address); err != nil || got != address {
			t.Errorf("%q: the parser says %q, %v", address, got, err)
		}
	})
}

// What isPlainURL lets through is what the parser accepts.
func FuzzPlainURL(f *testing.F) {
	for _, address := range []string{
		"https://tips.example.com/u/AAEFUBFdgP5FN2P1mIwiFotGLGOuTSSX", "http://localhost:8080/u/x", "https://x/?a=b&c=d", "https://x", "https:///x",
		"https://x:/", "https://x:123456/", "https://x:1:2/", "https://[::1]/", "https://a@b/", "https://x/%zz", "https://x/a b", "HTTPS://x/", "ftp://x/",
		"https://x/<", "https://x/#a", "https://xn--a/", "https://x.-y/",
	} {
		f.Add(address)
	}
	f.Fuzz(func(t *testing.T, address string) {
		if !isPlainURL(address) {
			return
		}
		if err := parseURL("URL", address); err != nil {
			t.Errorf("%q: %v", address, err)
		}
	})
}

// The usual values take the short way; else they'd all be slow unnoticed.
func TestPlain(t *testing.T) {
	for address, want := range map[string]bool{
		"ana@example.org": true, "a.b+tag@x-1.example.co.uk": true, "o'neil@example.org": true, strings.Repeat("a", 64) + "@example.org": true,
		"ana@bücher.example": false, "a@Example.org": false, "a": false, "": false, "a..b@x": false, "a@xn--x": false,
	} {
		if isPlainAddress(address) != want {
			t.Errorf("%q is plain: %v, want %v", address, !want, want)
		}
	}
	for address, want := range map[string]bool{
		"https://tips.example.com/u/AAEFUBFdgP5FN2P1mIwiFotGLGOuTSSX": true, "http://localhost:8080/u/x_-": true, "https://x/?t=1&u=2": true,
		"https://x/%20": false, "https://x": false, "mailto:a@x": false, "": false,
	} {
		if isPlainURL(address) != want {
			t.Errorf("%q is plain: %v, want %v", address, !want, want)
		}
	}
	for id, want := range map[string]bool{
		"1.a@example.com": true, "n.z@x": true, "a@": false, "@a": false, "a": false, "a@b@c": false, "a b@c": false, "a@b_c": false, "": false,
		strings.Repeat("a", 248) + "@x": true, strings.Repeat("a", 249) + "@x": false,
	} {
		if isMessageID(id) != want {
			t.Errorf("%q is a Message-ID: %v, want %v", id, !want, want)
		}
	}
}
