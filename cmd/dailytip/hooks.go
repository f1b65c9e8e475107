package main

import (
	"log/slog"

	"dailytip/bounces/intake"
	"dailytip/bounces/webhook"
	"dailytip/config"
)

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
