package check

import (
	"context"
	"fmt"
	"net"
)

// MX looks whether answers, and mails that come back, can arrive at a domain.
func MX(ctx context.Context, r *net.Resolver, domain string) Finding {
	f := Finding{"MX of " + domain, OK, "answers and bounces can arrive"}
	mx, err := r.LookupMX(ctx, domain+".")
	switch {
	case err != nil && !isNone(err):
		f.Result, f.Detail = Warning, "nobody could be asked (DNS: "+err.Error()+")"
	case len(mx) == 0:
		f.Result, f.Detail = withoutMX(ctx, r, domain)
	case len(mx) == 1 && mx[0].Host == ".": // RFC 7505
		f.Result, f.Detail = Warning, "its MX record says that it takes no mail: answers and bounces can't arrive, and receivers may refuse it as a sender"
	}
	return f
}

// withoutMX looks at a domain without an MX record: its address takes its mails then,
// if it has one (RFC 5321 §5.1).
func withoutMX(ctx context.Context, r *net.Resolver, domain string) (result, detail string) {
	switch addresses, err := r.LookupIPAddr(ctx, domain+"."); {
	case err != nil && !isNone(err):
		return Warning, "it has no MX record, and nobody could be asked for its address (DNS: " + err.Error() + ")"
	case len(addresses) > 0:
		return OK, fmt.Sprintf("it has no MX record, so answers and bounces go to its own address, %s", addresses[0].IP)
	}
	return Warning, "it has neither an MX record nor an address: answers and bounces can't arrive"
}
