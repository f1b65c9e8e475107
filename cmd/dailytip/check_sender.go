package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"dailytip/check"
	"dailytip/config"
)

// aTest is how many readers a list has at most that is only tried out.
const aTest = 20

// senderChecks are those of what receivers ask of a sender in DNS; a is nil when the
// database can't be opened.
func senderChecks(cfg *config.Config, a *app, r *net.Resolver) []func(context.Context) []finding {
	organizations := check.NewOrganizations(r)
	var checks []func(context.Context) []finding
	domains := senderDomains(cfg)
	for _, domain := range domains {
		checks = append(checks, func(ctx context.Context) []finding {
			return append(findingsOf(organizations.DMARC(ctx, domain)...), checkAlignments(ctx, cfg, organizations, domain)...)
		})
	}
	returnPaths := domains // mails come back to their sender
	if cfg.Bounces.Domain != "" {
		returnPaths = []string{cfg.Bounces.Domain}
	}
	for _, domain := range returnPaths {
		checks = append(checks, func(ctx context.Context) []finding {
			var from []netip.Addr
			for _, relay := range cfg.SMTP {
				from = append(from, check.Leaves(ctx, r, relay.Host, isOurs(relay.Host, domain))...)
			}
			return findingsOf(check.SPF(ctx, r, domain, from))
		})
	}
	receiving := slices.Concat(domains, returnPaths)
	slices.Sort(receiving)
	for _, domain := range slices.Compact(receiving) {
		checks = append(checks, func(ctx context.Context) []finding { return findingsOf(check.MX(ctx, r, domain)) })
	}
	return append(checks,
		func(ctx context.Context) []finding { return checkDKIM(ctx, cfg, r, a.activeReaders(ctx)) },
		func(ctx context.Context) []finding { return checkNames(ctx, cfg, r) })
}

// senderDomains are the domains that mails come from.
func senderDomains(cfg *config.Config) []string {
	var domains []string
	for _, n := range cfg.Newsletters {
		for _, address := range []string{n.From.Address, n.ConfirmFrom.Address} {
			if d := domainOf(address); d != "" && !slices.Contains(domains, d) {
				domains = append(domains, d)
			}
		}
	}
	return domains
}

// checkAlignments looks whether SPF of the return path and DKIM of our keys count for a
// sender's domain.
func checkAlignments(ctx context.Context, cfg *config.Config, organizations *check.Organizations, from string) []finding {
	var findings []finding
	if cfg.Bounces.Domain != "" {
		findings = append(findings, finding(organizations.Alignment(ctx, "SPF", cfg.Bounces.Domain, from)))
	}
	var signs []string
	for _, k := range cfg.DKIM {
		if isOurs(k.Domain, from) && !slices.Contains(signs, k.Domain) {
			signs = append(signs, k.Domain)
			findings = append(findings, finding(organizations.Alignment(ctx, "DKIM", k.Domain, from)))
		}
	}
	return findings
}

// isOurs tells whether a host is named below the domain that a sender's was registered
// as.
func isOurs(host, domain string) bool {
	a, err := publicsuffix.EffectiveTLDPlusOne(strings.ToLower(host))
	b, other := publicsuffix.EffectiveTLDPlusOne(strings.ToLower(domain))
	return err == nil && other == nil && a == b
}

// checkNames looks at the names of the addresses that mails leave from.
func checkNames(ctx context.Context, cfg *config.Config, r *net.Resolver) []finding {
	var findings []finding
	for _, relay := range cfg.SMTP {
		from := check.Leaves(ctx, r, relay.Host, slices.ContainsFunc(senderDomains(cfg), func(d string) bool { return isOurs(relay.Host, d) }))
		switch {
		case len(from) > 0:
			findings = append(findings, findingsOf(check.Names(ctx, r, from)...)...)
		case check.Here(relay.Host):
			findings = append(findings, finding{"sending host", check.Note, "this machine has no public address of its own: look by hand whether the address that mails leave from has a name (PTR), and the name that address"})
		default:
			findings = append(findings, finding{"sending host", check.Note, fmt.Sprintf("mails leave from %s, whose addresses and names (PTR) are its operator's business", relay.Host)})
		}
	}
	return findings
}

// checkPostalAddress says what readers and receivers want to know of who sends.
func checkPostalAddress(cfg *config.Config) finding {
	if strings.TrimSpace(cfg.PostalAddress) != "" {
		return finding{"postal_address", check.OK, "it's in every footer; some countries, GMX and web.de ask for an imprint page, too"}
	}
	return finding{"postal_address", check.Warning, "it's empty: many countries want a name and an address in each mail, and GMX and web.de an imprint"}
}

// checkFeedback says where receivers tell what they think of a sender.
func checkFeedback(cfg *config.Config) finding {
	return finding{"feedback", check.Note, fmt.Sprintf("register %s at Gmail's Postmaster Tools and Yahoo's Sender Hub, and the sending address at Microsoft's SNDS and JMRP: they tell complaints and reputation", strings.Join(senderDomains(cfg), ", "))}
}

// activeReaders counts who gets mail; of a program that couldn't be put together: 0.
func (a *app) activeReaders(ctx context.Context) (n int64) {
	if a == nil {
		return 0
	}
	for _, newsletter := range a.config.Newsletters {
		counts, err := a.list.CountActive(ctx, newsletter.ID)
		if err != nil {
			return n
		}
		for _, some := range counts {
			n += some
		}
	}
	return n
}
