package subscribers

import (
	_ "embed"
	"strings"
)

//go:embed receivers.txt
var receiverText string

// receivers are those that many people have their mailboxes with, and receiverDomains their
// names by the domains at which anybody can have one.
var receivers, receiverDomains = readReceivers(receiverText)

type receiver struct {
	name  string
	words []string // of its servers' replies
}

func readReceivers(text string) (all []receiver, domains map[string]string) {
	domains = map[string]string{}
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		r := receiver{name: fields[0]}
		for _, f := range fields[1:] {
			if domain, ok := strings.CutPrefix(f, "@"); ok {
				domains[domain] = r.name
			} else {
				r.words = append(r.words, f)
			}
		}
		all = append(all, r)
	}
	return all, domains
}

// Receiver names who runs the mailbox of an address, if it's one with whom many people
// have theirs, as its domain tells; "": another.
func (a Address) Receiver() string { return receiverOfDomain(a.Domain()) }

// receiverOfDomain is Receiver of any address of a domain.
func receiverOfDomain(domain string) string {
	if name, known := receiverDomains[domain]; known {
		return name
	}
	name, _, _ := strings.Cut(domain, ".")
	return receiverDomains[name+".*"]
}

// receiverOf names who runs the mailbox of a domain: by the domain, or by what its
// server said; "" when neither tells.
func receiverOf(domain, reply string) string {
	if name := receiverOfDomain(domain); name != "" {
		return name
	}
	reply = strings.ToLower(reply)
	for _, r := range receivers {
		for _, word := range r.words {
			if strings.Contains(reply, word) {
				return r.name
			}
		}
	}
	return ""
}
