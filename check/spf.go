package check

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"blitiri.com.ar/go/spf"
)

// SPF looks at the record of a domain that is in return paths (RFC 7208): that it
// stands once, can be evaluated, doesn't let everybody send, and covers the addresses
// that mails may leave from, as far as they are known.
func SPF(ctx context.Context, r *net.Resolver, domain string, from []netip.Addr) Finding {
	f := Finding{Check: "SPF of " + domain, Result: Warning}
	records, err := texts(ctx, r, domain)
	if err != nil {
		f.Detail = "nobody could be asked (DNS: " + err.Error() + ")"
		return f
	}
	var found []string
	for _, record := range records {
		if version, _, _ := strings.Cut(record, " "); strings.EqualFold(version, "v=spf1") {
			found = append(found, record)
		}
	}
	switch len(found) {
	case 0:
		f.Detail = "none was found; publish a TXT record that begins with v=spf1 and names your relay"
		return f
	case 1:
	default: // §4.5
		f.Result, f.Detail = Failed, fmt.Sprintf("%d records that begin with v=spf1 stand at %s, so none counts; join them into one", len(found), domain)
		return f
	}
	ask := func(a netip.Addr) (spf.Result, error) {
		return spf.CheckHostWithSender(a.Unmap().AsSlice(), domain, "tips@"+domain, spf.WithContext(ctx), spf.WithResolver(r))
	}
	// An address that is nobody's has all of the record looked at.
	switch result, err := ask(netip.MustParseAddr("192.0.2.1")); {
	case errors.Is(err, spf.ErrLookupLimitReached): // §4.6.4
		f.Result, f.Detail = Failed, found[0]+" takes more than 10 lookups, so receivers give up; leave out what you don't send by, or name networks (ip4:) instead"
		return f
	case errors.Is(err, spf.ErrVoidLookupLimitReached):
		f.Result, f.Detail = Failed, found[0]+" names more than 2 domains that don't exist, so receivers give up; take them out"
		return f
	case result == spf.PermError:
		f.Result, f.Detail = Failed, fmt.Sprintf("%s can't be evaluated: %v", found[0], err)
		return f
	case result == spf.TempError:
		f.Detail = fmt.Sprintf("%s: nobody could be asked about a part of it (DNS: %v)", found[0], err)
		return f
	case result == spf.Pass:
		f.Detail = found[0] + " lets everybody send in your name; end it with ~all or -all"
		return f
	}
	for _, a := range from {
		if result, _ := ask(a); result != spf.Pass {
			f.Detail = fmt.Sprintf("%s doesn't cover %s (%s); if mails leave from it, add it", found[0], a, result)
			return f
		}
	}
	f.Result, f.Detail = OK, found[0]
	if len(from) == 0 {
		f.Detail += "; whether it covers the servers that mails leave from, only the relay's operator can tell"
	}
	return f
}
