package main

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"dailytip/config"
)

// checkReturnPaths looks whether mails can come back to the domain of their return
// paths, and whether its SPF counts for the sender (DMARC's alignment).
func checkReturnPaths(ctx context.Context, cfg *config.Config) []finding {
	domain := cfg.Bounces.Domain
	if domain == "" {
		return []finding{{"return path", "ok", "mails come back to their sender; with bounces.domain each has an address of its own"}}
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	findings := []finding{
		checkTXT(ctx, "SPF of "+domain, domain, "v=spf1", "publish a TXT record that begins with v=spf1 and names your relay: SPF is checked for the return path"),
	}
	mx := finding{"MX of " + domain, "ok", "mails can come back"}
	if found, err := net.DefaultResolver.LookupMX(ctx, domain); err != nil || len(found) == 0 {
		mx.Result, mx.Detail = "warning", "no MX record was found: nothing can come back"+because(err)
	}
	findings = append(findings, mx)
	var seen []string
	for _, n := range cfg.Newsletters {
		if from := domainOf(n.From.Address); !slices.Contains(seen, from) {
			seen = append(seen, from)
			records, _ := net.DefaultResolver.LookupTXT(ctx, "_dmarc."+from) // that there's none is another line
			findings = append(findings, alignment(domain, from, records))
		}
	}
	return findings
}

// alignment says whether SPF of the return path counts for a sender's domain: DMARC
// wants both to be of one organization, or with aspf=s to be the same.
func alignment(returnPath, from string, dmarc []string) finding {
	f := finding{"return path of " + from, "ok", fmt.Sprintf("SPF of %s counts for %s (DMARC)", returnPath, from)}
	strict := slices.ContainsFunc(dmarc, func(record string) bool {
		return strings.HasPrefix(record, "v=DMARC1") && slices.ContainsFunc(strings.Split(record, ";"), func(tag string) bool {
			return strings.EqualFold(strings.Join(strings.Fields(tag), ""), "aspf=s")
		})
	})
	switch {
	case strings.EqualFold(returnPath, from):
	case organization(returnPath) != organization(from):
		f.Result = "warning"
		f.Detail = fmt.Sprintf("SPF of %s says nothing for %s, which is another organization's domain: only DKIM can pass DMARC; choose a subdomain of %s", returnPath, from, from)
	case strict:
		f.Result = "warning"
		f.Detail = fmt.Sprintf("the DMARC record of %s has aspf=s, so SPF of %s doesn't count for it: only DKIM can pass; write aspf=r, or leave it out", from, returnPath)
	}
	return f
}

// organization is the domain that is registered; of one that is none, itself.
func organization(domain string) string {
	domain = strings.ToLower(domain)
	if registered, err := publicsuffix.EffectiveTLDPlusOne(domain); err == nil {
		return registered
	}
	return domain
}
