package subscribers

import (
	"strings"
	"testing"
)

func TestMailbox(t *testing.T) {
	for address, want := range map[string]string{
		"Ana@Example.com":                "ana@example.com",
		"ana+tips@example.com":           "ana@example.com",
		"ana+a+b@example.com":            "ana@example.com",
		"a.n.a@example.com":              "a.n.a@example.com", // two people there
		"ana-tips@example.com":           "ana-tips@example.com",
		"a.n.a+tips@gmail.com":           "ana@gmail.com",
		"a.n.a@googlemail.com":           "ana@gmail.com",
		"ana-tips@gmail.com":             "ana-tips@gmail.com",
		"ana-tips@yahoo.com":             "ana@yahoo.com",
		"ana-tips@yahoo.co.uk":           "ana@yahoo.co.uk",
		"ana-tips@yahoo.evil.example":    "ana-tips@yahoo.evil.example",
		"a.n-a_@protonmail.com":          "ana@proton.me",
		"anything@ana.fastmail.com":      "ana@fastmail.com",
		"ana+x@fastmail.com":             "ana@fastmail.com",
		"ana@me.com":                     "ana@icloud.com",
		"+x@example.com":                 "@example.com",
		"ana@mail.gmail.com.example.org": "ana@mail.gmail.com.example.org",
	} {
		if got := Address(address).Mailbox(); string(got) != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

func TestHouse(t *testing.T) {
	for address, want := range map[string]struct {
		house  string
		public bool
	}{
		"ana@example.com":        {"example.com", false},
		"ana@a.b.example.com":    {"example.com", false},
		"ana@a.example.co.uk":    {"example.co.uk", false},
		"ana@gmail.com":          {"gmail.com", true},
		"ana@yahoo.co.uk":        {"yahoo.co.uk", true},
		"ana@x.fastmail.com":     {"fastmail.com", true},
		"ana@gmail.com.evil.org": {"evil.org", false},
		"ana@localhost":          {"localhost", false},
	} {
		a := Address(address)
		if a.OrganizationalDomain() != want.house || a.AtLargeProvider() != want.public {
			t.Errorf("%s: %s, %t", address, a.OrganizationalDomain(), a.AtLargeProvider())
		}
	}
}

// The list holds domains, each once, in the form that addresses have, and rules
// that we know.
func TestProviders(t *testing.T) {
	seen := map[string]bool{}
	for line := range strings.Lines(providerText) {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		a, err := ParseAddress("ana@" + words[0])
		if err != nil || string(a) != "ana@"+words[0] || seen[words[0]] {
			t.Errorf("%s: %s, %v, twice: %t", words[0], a, err, seen[words[0]])
		}
		seen[words[0]] = true
		for _, word := range words[1:] {
			name, value, _ := strings.Cut(word, "=")
			if name == "same" && providers[value] == (provider{}) && !strings.Contains(providerText, "\n"+value) {
				t.Errorf("%s is the same as %s, which isn't in the list", words[0], value)
			}
			if name != "ignores" && name != "tag" && name != "same" && name != "wildcard" {
				t.Errorf("%s: unknown rule %s", words[0], word)
			}
		}
	}
	if len(seen) < 200 || len(seen) != len(providers) {
		t.Errorf("%d lines, %d providers", len(seen), len(providers))
	}
}

func FuzzMailbox(f *testing.F) {
	f.Add("a.n+a@gmail.com", "x")
	f.Fuzz(func(t *testing.T, text, tag string) {
		a, err := ParseAddress(text)
		if err != nil {
			return
		}
		mailbox := string(a.Mailbox())
		if strings.Count(mailbox, "@") != 1 || string(Address(mailbox).Mailbox()) != mailbox && !strings.HasPrefix(mailbox, "@") {
			t.Errorf("%q: %q, then %q", text, mailbox, Address(mailbox).Mailbox())
		}
		local, domain, _ := strings.Cut(string(a), "@")
		if tagged, err := ParseAddress(local + "+" + tag + "@" + domain); err == nil && string(tagged.Mailbox()) != mailbox {
			t.Errorf("%q: %q, tagged %q", text, mailbox, tagged.Mailbox())
		}
	})
}

func TestAddressesThatLeadElsewhere(t *testing.T) {
	for _, bad := range []string{
		"ana%example.org@example.com", "example.org!ana@example.com", "ana!@example.com", "%@example.com",
		"ana@localhost", "ana@LOCALHOST", "ana@mail.localhost", "ana@localhost.localdomain",
		"ana@127.0.0.1", "ana@10.0.0.8", "ana@127.1", "ana@2130706433", "ana@0x7f000001", "ana@0x7f.0.0.0x1", "ana@1.2.3.0X4",
		"ana@[127.0.0.1]", "ana@[IPv6:::1]", "ana@::1", "ana@１２７.０.０.１", "ana@example.123",
	} {
		if a, err := ParseAddress(bad); err == nil {
			t.Errorf("%s is taken, as %s", bad, a)
		}
	}
	for _, good := range []string{"ana@3com.com", "ana@1.example", "ana@0x7f.example.com", "ana@localhost.example.com", "ana@xn--e1afmkfd.xn--p1ai", "a@163.com"} {
		if _, err := ParseAddress(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
}
