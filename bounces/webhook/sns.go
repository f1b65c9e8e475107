package webhook

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha1" // SNS signs with it unless a topic is set to version 2
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// snsAge is how long SNS goes on trying at most, with the timestamp of the first try.
const snsAge = time.Hour

// snsMessage is what Amazon SNS posts.
type snsMessage struct {
	Type             string
	MessageID        string `json:"MessageId"`
	TopicArn         string
	Subject          *string // of a notification, when it has one
	Message          string
	Timestamp        string
	SignatureVersion string // "1" or "2"
	Signature        string
	SigningCertURL   string
	SubscribeURL     string // of a confirmation
	Token            string // of a confirmation
}

// signed is the text that SNS has signed: names and values of some fields, each on a
// line of its own.
func (m *snsMessage) signed() string {
	var b strings.Builder
	add := func(name, value string) { b.WriteString(name + "\n" + value + "\n") }
	add("Message", m.Message)
	add("MessageId", m.MessageID)
	notification := m.Type == "Notification"
	switch {
	case !notification:
		add("SubscribeURL", m.SubscribeURL)
	case m.Subject != nil:
		add("Subject", *m.Subject)
	}
	add("Timestamp", m.Timestamp)
	if !notification {
		add("Token", m.Token)
	}
	add("TopicArn", m.TopicArn)
	add("Type", m.Type)
	return b.String()
}

// verify checks that the SNS of a topic's region has signed a message, not long ago.
func (s *ses) verify(ctx context.Context, now time.Time, t topic, m *snsMessage) error {
	signature, err := base64.StdEncoding.DecodeString(m.Signature)
	if err != nil || len(signature) == 0 {
		return unsigned("the signature is missing")
	}
	text := []byte(m.signed())
	var hash crypto.Hash
	var digest []byte
	switch m.SignatureVersion {
	case "1":
		sum := sha1.Sum(text)
		hash, digest = crypto.SHA1, sum[:]
	case "2":
		sum := sha256.Sum256(text)
		hash, digest = crypto.SHA256, sum[:]
	default:
		return unsigned("the signature version %.10q isn't known", m.SignatureVersion)
	}
	if !t.certifies(m.SigningCertURL) {
		return unsigned("the certificate isn't at %s", t.host)
	}
	certificate, err := s.certificates.get(ctx, now, m.SigningCertURL)
	if err != nil {
		return err
	}
	if now.Before(certificate.NotBefore) || now.After(certificate.NotAfter) {
		return unsigned("the certificate has expired, or isn't valid yet")
	}
	key, ok := certificate.PublicKey.(*rsa.PublicKey)
	if !ok || rsa.VerifyPKCS1v15(key, hash, digest, signature) != nil {
		return unsigned("the signature is wrong")
	}
	at, err := time.Parse(time.RFC3339, m.Timestamp)
	if err != nil {
		return malformed("the timestamp can't be read")
	}
	return fresh(now, at, snsAge)
}

// confirm tells SNS that the topic may post here.
func (s *ses) confirm(ctx context.Context, t topic, m *snsMessage) error {
	if !t.confirms(m.SubscribeURL) {
		return unsigned("SubscribeURL doesn't confirm a subscription to the topic at %s", t.host)
	}
	if _, err := s.fetch.get(ctx, m.SubscribeURL); err != nil {
		return fmt.Errorf("confirm the subscription to %s: %w", t.arn, err)
	}
	s.log.Info("the subscription to a topic of Amazon SNS is confirmed", "topic", t.arn)
	return nil
}

// topic is a topic of SNS.
type topic struct {
	arn  string
	host string // the SNS of its region
}

var topicARN = regexp.MustCompile(`^arn:(aws|aws-cn|aws-us-gov):sns:([a-z]{2}(?:-[a-z]+)+-[0-9]+):[0-9]{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?$`)

func parseTopic(arn string) (topic, error) {
	m := topicARN.FindStringSubmatch(arn)
	if m == nil {
		return topic{}, fmt.Errorf("%.100q isn't the ARN of a topic; write one such as arn:aws:sns:eu-west-1:123456789012:bounces", arn)
	}
	host := "sns." + m[2] + ".amazonaws.com"
	if m[1] == "aws-cn" {
		host += ".cn"
	}
	return topic{arn, host}, nil
}

// certifies tells whether an address is that of a certificate of the region's SNS.
func (t topic) certifies(address string) bool {
	u, err := url.Parse(address)
	return err == nil && t.serves(u) && u.RawQuery == "" && certificatePath.MatchString(u.Path)
}

var certificatePath = regexp.MustCompile(`^/SimpleNotificationService-[0-9A-Za-z]{1,64}\.pem$`)

// confirms tells whether an address confirms a subscription to the topic.
func (t topic) confirms(address string) bool {
	u, err := url.Parse(address)
	if err != nil || !t.serves(u) || u.Path != "/" {
		return false
	}
	q := u.Query()
	return len(q["Action"]) == 1 && q.Get("Action") == "ConfirmSubscription" && len(q["TopicArn"]) == 1 && q.Get("TopicArn") == t.arn
}

func (t topic) serves(u *url.URL) bool {
	return u.Scheme == "https" && u.Host == t.host && u.User == nil && u.Fragment == ""
}
