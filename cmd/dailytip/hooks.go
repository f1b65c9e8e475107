package main

import (
	"log/slog"
	"strings"

	"dailytip/bounces/intake"
	"dailytip/bounces/webhook"
	"dailytip/config"
)

// hookPath is where providers post, before their names.
const hookPath = "/hooks/bounces/"

// newHooks makes what takes the posts of mail providers about the mails that came
// back to them.
func newHooks(cfg *config.Config, taker *intake.Taker, log *slog.Logger) (*webhook.Hooks, error) {
	w := cfg.Bounces.Webhooks
	hooks, err := webhook.New(webhook.Options{
		Take: taker.Take, Log: log,
		SESTopics: w.SESTopics, PostmarkSecret: w.PostmarkPassword.Reveal(), MailgunSigningKey: w.MailgunSigningKey.Reveal(),
		SendGridPublicKey: w.SendGridPublicKey, PostalKeysURL: w.PostalJWKS, GenericSecret: w.GenericSecret.Reveal(),
	})
	if err != nil {
		return nil, config.Faults{cfg.Fault("bounces.webhooks", "%v", err)}
	}
	return hooks, nil
}

// checkHooks says where mail providers are to post, and whether anybody can read it
// on the way.
func checkHooks(base string, providers []string) []finding {
	var findings []finding
	for _, provider := range providers {
		f := finding{"webhook of " + provider, "ok", "posts to " + base + hookPath + provider + " are taken"}
		if !strings.HasPrefix(base, "https://") {
			f.Result, f.Detail = "warning", f.Detail+", but base_url isn't https: readers' addresses, and a password in the URL, can be read on the way"
		}
		findings = append(findings, f)
	}
	return findings
}
