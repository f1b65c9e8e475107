package check

import (
	"context"
	"fmt"
	"net"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// policy is a DMARC record (RFC 9989 §4.7).
type policy struct {
	domain string // the record stands at _dmarc.DOMAIN
	tags   map[string]string
}

func (p policy) tag(name, otherwise string) string {
	if value, ok := p.tags[name]; ok {
		return strings.ToLower(value)
	}
	return otherwise
}

// parsePolicy reads a record; ok false: it's none of DMARC. Tags that it doesn't know
// are kept, and what is no tag is passed over, as receivers do.
func parsePolicy(record string) (tags map[string]string, ok bool) {
	for i, part := range strings.Split(record, ";") {
		name, value, isTag := strings.Cut(part, "=")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		if i == 0 {
			if name != "v" || value != "DMARC1" { // in these letters
				return nil, false
			}
			tags = map[string]string{}
		}
		if _, twice := tags[name]; isTag && name != "" && !twice {
			tags[name] = value
		}
	}
	return tags, true
}

// Organizations knows DMARC records and whose domains are whose, by the tree walk of
// RFC 9989 §4.10.
type Organizations struct {
	resolver *net.Resolver
}

// NewOrganizations asks a resolver.
func NewOrganizations(r *net.Resolver) *Organizations { return &Organizations{r} }

// mostQueries is how many names a tree walk looks at, and what keeps long names cheap.
const mostQueries = 8

// walk returns the records from a domain up, longest name first, and the names at which
// several stand, which count as none.
func (o *Organizations) walk(ctx context.Context, domain string) (found []policy, several []string, err error) {
	labels := strings.Split(strings.ToLower(strings.TrimSuffix(domain, ".")), ".")
	for n := len(labels); n > 0; n-- {
		if n == len(labels)-1 && n >= mostQueries {
			n = mostQueries - 1
		}
		name := strings.Join(labels[len(labels)-n:], ".")
		records, err := texts(ctx, o.resolver, "_dmarc."+name)
		if err != nil {
			return found, several, err
		}
		var here []policy
		for _, record := range records {
			if tags, ok := parsePolicy(record); ok {
				here = append(here, policy{name, tags})
			}
		}
		switch len(here) {
		case 0:
		case 1:
			found = append(found, here[0])
			if psd := here[0].tag("psd", "u"); psd == "y" || psd == "n" {
				return found, several, nil
			}
		default:
			several = append(several, name)
		}
	}
	return found, several, nil
}

// organizationOf picks the organization's domain of a domain by the records that a walk
// found (§4.10.2). Where it found none, it's the registered domain, since that is where
// a first record belongs.
func organizationOf(domain string, found []policy) string {
	domain = strings.ToLower(domain)
	for i, p := range found {
		switch p.tag("psd", "u") {
		case "n":
			return p.domain
		case "y":
			if i > 0 || p.domain != domain {
				rest := strings.Split(strings.TrimSuffix(domain, "."+p.domain), ".")
				return rest[len(rest)-1] + "." + p.domain
			}
		}
	}
	if len(found) > 0 {
		return found[len(found)-1].domain
	}
	if registered, err := publicsuffix.EffectiveTLDPlusOne(domain); err == nil {
		return registered
	}
	return domain
}

// removed are the tags that RFC 9989 did away with, and what takes their place.
var removed = []struct{ tag, advice string }{
	{"pct", "t=y, for a policy that is only tried out"},
	{"rf", "nothing"},
	{"ri", "nothing"},
}

// DMARC looks at the policy that counts for a sender's domain. Gmail, Yahoo and
// Microsoft want one of who sends much.
func (o *Organizations) DMARC(ctx context.Context, domain string) []Finding {
	f := Finding{Check: "DMARC of " + domain, Result: Warning}
	found, several, err := o.walk(ctx, domain)
	switch {
	case err != nil:
		f.Detail = "nobody could be asked (DNS: " + err.Error() + ")"
		return []Finding{f}
	case len(several) > 0:
		f.Result, f.Detail = Failed, fmt.Sprintf("several records stand at _dmarc.%s, so none of them counts; keep one", several[0])
		return []Finding{f}
	case len(found) == 0:
		f.Detail = fmt.Sprintf("none was found at _dmarc.%s, nor above it; publish a TXT record there, such as v=DMARC1; p=none; rua=mailto:dmarc@%[1]s. Gmail, Yahoo and Microsoft want one", domain)
		return []Finding{f}
	}
	org := organizationOf(domain, found)
	p, inherited := found[0], found[0].domain != strings.ToLower(domain)
	if inherited { // the organization's counts, else that of who registers names (§4.10.1)
		p = found[len(found)-1]
		for _, other := range found {
			if other.domain == org {
				p = other
			}
		}
	}
	verb, notes := o.appliedPolicy(ctx, domain, p, inherited)
	f.Result, f.Detail = OK, fmt.Sprintf("the record at _dmarc.%s counts (%s); the organization is %s", p.domain, verb, org)
	if len(notes) > 0 {
		f.Result, f.Detail = Warning, f.Detail+". But "+strings.Join(notes, "; and ")
	} else if p.tag("t", "n") == "y" {
		f.Result, f.Detail = Note, f.Detail+". It has t=y: receivers are asked to treat what fails one step less strictly"
	}
	return []Finding{f}
}

// appliedPolicy says which of a record's policies counts for a domain, and what is
// wrong with the record.
func (o *Organizations) appliedPolicy(ctx context.Context, domain string, p policy, inherited bool) (applied string, notes []string) {
	name := "p"
	if inherited {
		name = "sp"
		if !o.exists(ctx, domain) {
			name = "np"
			notes = append(notes, domain+" has neither an address nor an MX record, so that it counts as a domain that doesn't exist: give it an MX record")
		}
	}
	value, tag := "", ""
	for _, tag = range map[string][]string{"p": {"p"}, "sp": {"sp", "p"}, "np": {"np", "sp", "p"}}[name] {
		if value = p.tag(tag, ""); value != "" {
			break
		}
	}
	switch value {
	case "none", "quarantine", "reject":
	case "":
		tag, value = "p", "none"
	default:
		notes = append(notes, fmt.Sprintf("%s=%s isn't one of none, quarantine and reject", tag, value))
	}
	for _, r := range removed {
		if _, ok := p.tags[r.tag]; ok {
			notes = append(notes, fmt.Sprintf("it has %s=, which RFC 9989 removed: %s takes its place", r.tag, r.advice))
		}
	}
	if !inherited && p.tag("psd", "u") == "y" {
		notes = append(notes, "psd=y says that others register names below "+domain+"; take it out unless that is so")
	}
	return tag + "=" + value, notes
}

// exists tells whether a domain has an address or takes mail.
func (o *Organizations) exists(ctx context.Context, domain string) bool {
	if addresses, err := o.resolver.LookupIPAddr(ctx, domain+"."); err == nil && len(addresses) > 0 || err != nil && !isNone(err) {
		return true
	}
	mx, err := o.resolver.LookupMX(ctx, domain+".")
	return len(mx) > 0 || err != nil && !isNone(err)
}

// Alignment says whether what passes SPF or DKIM for one domain counts for a sender's:
// both must be of one organization, or, where the sender's record says so, the same
// (§4.4). kind is SPF or DKIM; La Poste takes what isn't aligned for none at all.
func (o *Organizations) Alignment(ctx context.Context, kind, checked, from string) Finding {
	f := Finding{kind + " alignment of " + from, OK, fmt.Sprintf("%s of %s counts for %s", kind, checked, from)}
	if strings.EqualFold(checked, from) {
		return f
	}
	theirs, _, err := o.walk(ctx, checked)
	ours, _, other := o.walk(ctx, from)
	if err != nil || other != nil {
		f.Result, f.Detail = Warning, "nobody could be asked (DNS)"
		return f
	}
	a, b := organizationOf(checked, theirs), organizationOf(from, ours)
	mode := map[string]string{"SPF": "aspf", "DKIM": "adkim"}[kind]
	strict := ""
	for _, p := range ours {
		if p.domain == strings.ToLower(from) || p.domain == b {
			strict = p.tag(mode, "r")
			break
		}
	}
	switch {
	case a != b:
		f.Result = Warning
		f.Detail = fmt.Sprintf("%s of %s says nothing for %s, which is another organization's domain (%s, not %s): it can't pass DMARC by it; choose a subdomain of %s", kind, checked, from, b, a, b)
	case strict == "s":
		f.Result = Warning
		f.Detail = fmt.Sprintf("the DMARC record of %s has %s=s, so %s of %s doesn't count for it; write %[2]s=r, or leave it out", from, mode, kind, checked)
	}
	return f
}
