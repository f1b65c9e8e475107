package config

import (
	"strings"
	"testing"
)

const sendGridKey = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu/1FwCM/QmGUhA=="

func TestWebhooks(t *testing.T) {
	t.Setenv("KEY", "0123456789abcdef0123456789abcdef")
	path := write(t, map[string]string{
		"config.yaml": minimal + `bounces:
  webhooks:
    ses_topics: [arn:aws:sns:eu-west-1:123456789012:bounces, arn:aws-cn:sns:cn-north-1:123456789012:b.fifo]
    postmark_password_file: postmark.pw
    mailgun_signing_key: ${KEY}
    sendgrid_public_key: ` + sendGridKey + `
    postal_jwks_url: https://postal.example.com/.well-known/jwks.json
    generic_secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
`,
		"postmark.pw": "a long password of my own\n",
	})
	cfg, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	w := cfg.Bounces.Webhooks
	if w.PostmarkPassword.Reveal() != "a long password of my own" || w.MailgunSigningKey.Reveal() != "0123456789abcdef0123456789abcdef" {
		t.Errorf("secrets %q, %q", w.PostmarkPassword.Reveal(), w.MailgunSigningKey.Reveal())
	}
	if len(cfg.SecretFiles()) != 1 {
		t.Errorf("files with secrets: %v", cfg.SecretFiles())
	}
}

func TestWebhookFaults(t *testing.T) {
	for line, want := range map[string]string{
		"ses_topics: [bounces]": "ses_topics[0]: \"bounces\" isn't the ARN",
		"ses_topics: [arn:aws:sqs:eu-west-1:123456789012:bounces]":                  "isn't the ARN",
		"ses_topics: [arn:aws:sns:x.evil.example:123456789012:bounces]":             "isn't the ARN",
		"postmark_password: short":                                                  "postmark_password: has fewer than 16",
		"mailgun_signing_key: short":                                                "mailgun_signing_key: has fewer than 16",
		"postmark_password: a-long-password-of-mine\n    postmark_password_file: x": "stands beside postmark_password_file",
		"mailgun_signing_key_file: none.txt":                                        "there is no file",
		"generic_secret: whsec_c2hvcnQ=":                                            "isn't whsec_",
		"generic_secret: no base64, though it's long enough to be":                  "isn't whsec_",
		"sendgrid_public_key: MFkw":                                                 "isn't a verification key",
		"postal_jwks_url: http://postal.example.com/.well-known/jwks.json":          "begins with https://",
		"postal_jwks_url: postal.example.com":                                       "begins with https://",
		"postmark_secret: x":                                                        "postmark_secret",
	} {
		faults := faultsOf(t, minimal+"bounces:\n  webhooks:\n    "+line+"\n")
		if len(faults) != 1 || !strings.Contains(faults[0], want) {
			t.Errorf("%s: %q, want %q", line, faults, want)
		}
	}
}
