package subscribers

import (
	_ "embed"
	"strings"
)

//go:embed receivers.txt
var receiverText string

var receivers = readReceivers(receiverText)

// receiver is one that many people have their mailboxes with.
type receiver struct {
	name    string
	domains []string
	words   []string // of its servers' replies
}

// receiverDomains are the names of those who run the mailboxes of a domain, where anybody
// can have one.
var receiverDomains = func() map[string]string {
	all := map[string]string{}
	for _, r := range receivers {
		for _, domain := range r.domains {
			all[domain] = r.name
		}
	}
	return all
}()

func readReceivers(text string) (all []receiver) {
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		r := receiver{name: fields[0]}
		for _, f := range fields[1:] {
			if domain, ok := strings.CutPrefix(f, "@"); ok {
				r.domains = append(r.domains, domain)
			} else {
				r.words = append(r.words, f)
			}
		}
		all = append(all, r)
	}
	return all
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
