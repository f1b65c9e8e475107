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
	domains map[string]bool
	words   []string // of its servers' replies
}

func readReceivers(text string) (all []receiver) {
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		r := receiver{name: fields[0], domains: map[string]bool{}}
		for _, f := range fields[1:] {
			if domain, ok := strings.CutPrefix(f, "@"); ok {
				r.domains[domain] = true
			} else {
				r.words = append(r.words, f)
			}
		}
		all = append(all, r)
	}
	return all
}

// receiverOf names who runs the mailbox of a domain: by the domain, or by what its
// server said; "" when neither tells.
func receiverOf(domain, reply string) string {
	name, _, _ := strings.Cut(domain, ".")
	for _, r := range receivers {
		if r.domains[domain] || r.domains[name+".*"] {
			return r.name
		}
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
