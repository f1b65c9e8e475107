package subscribers

import (
	_ "embed"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Mailbox is the mailbox that an address most likely leads to, whatever tag stands in
// it: the address of one mailbox can be written in many ways, and a stranger can use
// all of them. It's for limits, which count these together. Nothing is sent to it, and
// nobody is recognised by it.
func (a Address) Mailbox() Address {
	local, domain, _ := strings.Cut(a.Key(), "@")
	local, _, _ = strings.Cut(local, "+") // RFC 5233, at nearly all providers
	if house, sub := providers[registered(domain)]; sub && house.wildcard && domain != registered(domain) {
		// anything@ana.example.com is ana@example.com there.
		local, domain = strings.TrimSuffix(domain, "."+registered(domain)), registered(domain)
	}
	p := providers[domain]
	if p.tag != "" {
		local, _, _ = strings.Cut(local, p.tag)
	}
	local = strings.Map(func(r rune) rune {
		if strings.ContainsRune(p.ignored, r) {
			return -1
		}
		return r
	}, local)
	if p.same != "" {
		domain = p.same
	}
	return Address(local + "@" + domain)
}

// OrganizationalDomain is the domain that its owner has registered (RFC 7489 §3.2).
// Limits count all the names below it together.
func (a Address) OrganizationalDomain() string {
	_, domain, _ := strings.Cut(a.Key(), "@")
	return registered(domain)
}

// AtLargeProvider tells whether an address is with a large provider, where strangers
// to each other have their mailboxes.
func (a Address) AtLargeProvider() bool {
	_, known := providers[a.OrganizationalDomain()]
	return known
}

func registered(domain string) string {
	if own, err := publicsuffix.EffectiveTLDPlusOne(domain); err == nil {
		return own
	}
	return domain
}

// provider is how one of the large providers reads what stands before the @.
type provider struct {
	ignored  string // characters that make no difference
	tag      string // what a tag begins with, beside "+"
	same     string // the domain whose mailboxes these are
	wildcard bool   // a name below the domain is a mailbox
}

//go:embed providers.txt
var providerText string

var providers = readProviders(providerText)

// readProviders reads the list: a domain on each line, and what is particular
// there.
func readProviders(text string) map[string]provider {
	all := map[string]provider{}
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		var p provider
		for _, word := range words[1:] {
			name, value, _ := strings.Cut(word, "=")
			switch name {
			case "ignores":
				p.ignored = value
			case "tag":
				p.tag = value
			case "same":
				p.same = value
			case "wildcard":
				p.wildcard = true
			}
		}
		all[words[0]] = p
	}
	return all
}
