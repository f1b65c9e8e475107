package mailaddr

import "testing"

func TestRouting(t *testing.T) {
	for local, want := range map[string]rune{"ana": 0, "ana+tips": 0, "ana%example.org": '%', "example.org!ana": '!'} {
		if got := Routing(local); got != want {
			t.Errorf("Routing(%q) = %q, want %q", local, got, want)
		}
	}
}

func TestIsMachine(t *testing.T) {
	for _, machine := range []string{
		"localhost", "LOCALHOST", "localhost.", "mail.localhost", "localhost.localdomain",
		"127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.0.0.0x1", "1.2.3.0X4", "example.123",
	} {
		if !IsMachine(machine) {
			t.Errorf("%s isn't taken for a machine", machine)
		}
	}
	for _, domain := range []string{"3com.com", "1.example", "0x7f.example.com", "localhost.example.com", "example.xn--p1ai", "163.com"} {
		if IsMachine(domain) {
			t.Errorf("%s is taken for a machine", domain)
		}
	}
}
