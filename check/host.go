package check

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"dailytip/publicnet"
)

// Leaves returns the public addresses that mails to a relay may leave from: those of
// this machine when the relay runs on it, and of the relay when its name is one of ours.
// None: they aren't known here. A relay may use some of them only, or hand all on to
// another; that can't be seen.
func Leaves(ctx context.Context, r *net.Resolver, relay string, ours bool) []netip.Addr {
	var found []netip.Addr
	add := func(ip net.IP) {
		if a, ok := netip.AddrFromSlice(ip); ok && publicnet.Is(a) {
			found = append(found, a.Unmap())
		}
	}
	if Here(relay) {
		addresses, err := net.InterfaceAddrs()
		if err != nil {
			return nil
		}
		for _, a := range addresses {
			if network, ok := a.(*net.IPNet); ok {
				add(network.IP)
			}
		}
		return found
	}
	if ip := net.ParseIP(relay); ip != nil && ours {
		add(ip)
	} else if ours {
		addresses, err := r.LookupIPAddr(ctx, relay)
		if err != nil {
			return nil
		}
		for _, a := range addresses {
			add(a.IP)
		}
	}
	return found
}

// Here tells whether a relay runs on this machine.
func Here(relay string) bool {
	ip := net.ParseIP(relay)
	return strings.EqualFold(relay, "localhost") || ip != nil && ip.IsLoopback()
}

// Names looks whether the addresses that mails may leave from have names, and the names
// these addresses (RFC 1912 §2.1). GMX, t-online and Gmail refuse mails from an address
// without. It can't see what DNS says of an address that stands in this machine's
// /etc/hosts: package net looks there first.
func Names(ctx context.Context, r *net.Resolver, addresses []netip.Addr) []Finding {
	var findings []Finding
	for _, a := range addresses {
		f := Finding{"name of " + a.String(), Warning, ""}
		names, err := r.LookupAddr(ctx, a.String())
		switch {
		case isNone(err) || err == nil && len(names) == 0:
			f.Detail = "it has no name (PTR record): if mails leave from it, large receivers refuse them; whoever gave you the address sets it"
		case err != nil:
			f.Detail = "nobody could be asked (DNS: " + err.Error() + ")"
		default:
			f.Detail = fmt.Sprintf("its name %s doesn't lead back to it; if mails leave from it, give the name this address", strings.TrimSuffix(names[0], "."))
			for _, name := range names {
				if leadsTo(ctx, r, name, a) {
					f.Result, f.Detail = OK, strings.TrimSuffix(name, ".")+", and back"
				}
			}
		}
		findings = append(findings, f)
	}
	return findings
}

func leadsTo(ctx context.Context, r *net.Resolver, name string, want netip.Addr) bool {
	addresses, err := r.LookupIPAddr(ctx, name)
	if err != nil {
		return false
	}
	for _, a := range addresses {
		if got, ok := netip.AddrFromSlice(a.IP); ok && got.Unmap() == want.Unmap() {
			return true
		}
	}
	return false
}
