package config

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"dailytip/safefile"
)

// Webhooks are what mail providers prove themselves with when they post to us what
// came back to them. A provider without its own is refused.
type Webhooks struct {
	// SESTopics are the ARNs of the topics of Amazon SNS that Amazon SES publishes to.
	SESTopics []string `yaml:"ses_topics"`
	// PostmarkPassword stands in the URL that Postmark posts to; at least 16 characters.
	// It holds the content of PostmarkPasswordFile when that is given.
	PostmarkPassword     Secret `yaml:"postmark_password"`
	PostmarkPasswordFile string `yaml:"postmark_password_file"`
	// MailgunSigningKey is the account's HTTP webhook signing key.
	MailgunSigningKey     Secret `yaml:"mailgun_signing_key"`
	MailgunSigningKeyFile string `yaml:"mailgun_signing_key_file"`
	// SendGridPublicKey is the verification key of the signed event webhook.
	SendGridPublicKey string `yaml:"sendgrid_public_key"`
	// PostalJWKS is the URL where a Postal server publishes its keys.
	PostalJWKS string `yaml:"postal_jwks_url"`
	// GenericSecret is one of Standard Webhooks: whsec_ and base64 of 24 bytes or more.
	GenericSecret     Secret `yaml:"generic_secret"`
	GenericSecretFile string `yaml:"generic_secret_file"`
}

func (c *checker) webhooks(path string, w *Webhooks) {
	for i, arn := range w.SESTopics {
		if topic := fmt.Sprintf("%s.ses_topics[%d]", path, i); !c.broken[topic] && !topicARN.MatchString(arn) {
			c.fault(topic, "%s: %s isn't the ARN of a topic of Amazon SNS; write one such as arn:aws:sns:eu-west-1:123456789012:bounces", topic, c.shown(topic))
		}
	}
	for _, s := range []struct {
		key   string
		value *Secret
		file  *string
		check func(string) error
	}{
		{"postmark_password", &w.PostmarkPassword, &w.PostmarkPasswordFile, longEnough},
		{"mailgun_signing_key", &w.MailgunSigningKey, &w.MailgunSigningKeyFile, longEnough},
		{"generic_secret", &w.GenericSecret, &w.GenericSecretFile, standardSecret},
	} {
		key := path + "." + s.key
		if !c.secretIn(key, s.value, s.file, "secret") || s.value.IsZero() || c.broken[key] {
			continue
		}
		if *s.file != "" {
			key += "_file"
		}
		if err := s.check(s.value.Reveal()); err != nil {
			c.fault(key, "%s: %v", key, err)
		}
	}
	if key := path + ".sendgrid_public_key"; w.SendGridPublicKey != "" && !c.broken[key] {
		if err := verificationKey(w.SendGridPublicKey); err != nil {
			c.fault(key, "%s: %v", key, err)
		}
	}
	if key := path + ".postal_jwks_url"; w.PostalJWKS != "" && !c.broken[key] {
		u, err := url.Parse(w.PostalJWKS)
		if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
			c.fault(key, "%s: %s isn't an address that begins with https://; write such as https://postal.example.com/.well-known/jwks.json", key, c.shown(key))
		}
	}
}

var topicARN = regexp.MustCompile(`^arn:(aws|aws-cn|aws-us-gov):sns:[a-z]{2}(-[a-z]+)+-[0-9]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?$`)

// secretIn reads a secret from the file that stands beside it, if one does. ok is
// false when both are given, which has been told.
func (c *checker) secretIn(path string, value *Secret, file *string, what string) (ok bool) {
	key := path + "_file"
	if *file == "" || c.broken[key] {
		return true
	}
	if !value.IsZero() {
		c.fault(path, "%s: stands beside %s; keep one of them", path, key[strings.LastIndexByte(key, '.')+1:])
		return false
	}
	*file = c.secretPath(*file)
	text, err := safefile.ReadSecret(*file)
	switch {
	case err != nil:
		c.unread(key, err, "write the path of a file with nothing but the "+what+" in it")
	case text == "":
		c.fault(key, "%s: %s is empty; write the %s into it", key, *file, what)
	default:
		*value = newSecret(text)
	}
	return true
}

// leastSecret is how long a secret must be that anybody may try to guess, in
// characters.
const leastSecret = 16

func longEnough(s string) error {
	if len(s) < leastSecret {
		return fmt.Errorf("has fewer than %d characters, and anybody may guess; make one with: openssl rand -hex 24", leastSecret)
	}
	return nil
}

// standardSecret checks a secret of Standard Webhooks.
func standardSecret(s string) error {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s, "whsec_"))
	if err != nil || len(key) < 24 {
		return errors.New("isn't whsec_ and base64 of 24 bytes or more; make one with: echo whsec_$(openssl rand -base64 32)")
	}
	return nil
}

// verificationKey checks a public key as SendGrid shows it.
func verificationKey(text string) error {
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if block, _ := pem.Decode([]byte(text)); block != nil {
		der, err = block.Bytes, nil
	}
	if err == nil {
		if key, err := x509.ParsePKIXPublicKey(der); err == nil {
			if _, ok := key.(*ecdsa.PublicKey); ok {
				return nil
			}
		}
	}
	return errors.New("isn't a verification key; copy it whole from SendGrid's page Event Webhook, Security features (it begins with MFkw)")
}
