package webhook

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"dailytip/bounces"
)

// sendgrid reads SendGrid's signed event webhook: batches of events.
type sendgrid struct{ key *ecdsa.PublicKey }

// sendgridAge is how long SendGrid goes on trying.
const sendgridAge = 24 * time.Hour

// ParseSendGridKey reads the verification key as SendGrid shows it: base64, perhaps
// with PEM's lines around it.
func ParseSendGridKey(text string) (*ecdsa.PublicKey, error) {
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if block, _ := pem.Decode([]byte(text)); block != nil {
		der, err = block.Bytes, nil
	}
	if err == nil {
		var key any
		key, err = x509.ParsePKIXPublicKey(der)
		if key, ok := key.(*ecdsa.PublicKey); ok && err == nil {
			return key, nil
		}
	}
	return nil, errors.New("isn't a verification key; copy it from SendGrid's page Event Webhook, Security features (it begins with MFkw)")
}

// sendgridEvent has the fields of all kinds of event that are looked at.
type sendgridEvent struct {
	Event          string
	Email          string
	SMTPID         string `json:"smtp-id"`
	Status         string // enhanced
	Reason         string // of a bounce: the remote server's reply; of dropped: SendGrid's own
	Type           string // of a bounce: "bounce", "blocked"
	Classification string `json:"bounce_classification"`
}

func (s sendgrid) read(_ context.Context, now time.Time, r *http.Request, body []byte) ([]event, error) {
	timestamp := r.Header.Get("X-Twilio-Email-Event-Webhook-Timestamp")
	signature, err := base64.StdEncoding.DecodeString(r.Header.Get("X-Twilio-Email-Event-Webhook-Signature"))
	sum := sha256.Sum256(slices.Concat([]byte(timestamp), body))
	if err != nil || !ecdsa.VerifyASN1(s.key, sum[:], signature) {
		return nil, unsigned("the signature is missing or wrong; switch on Signed Event Webhook at SendGrid, and compare its verification key with sendgrid_public_key")
	}
	if err := freshUnix(now, timestamp, sendgridAge); err != nil {
		return nil, err
	}
	var batch []json.RawMessage
	if err := json.Unmarshal(body, &batch); err != nil {
		return nil, malformed("this isn't a batch of SendGrid's events: %v", err)
	}
	var events []event
	for _, raw := range batch {
		var e sendgridEvent
		if err := json.Unmarshal(raw, &e); err != nil {
			continue // one that can't be read mustn't keep the others away
		}
		if finding, ok := e.finding(); ok {
			events = append(events, newEvent(raw, finding, e.SMTPID)...)
		}
	}
	return events, nil
}

func (e *sendgridEvent) finding() (f bounces.Finding, ok bool) {
	switch e.Event {
	case "spamreport":
		return complaint(e.Email), true
	case "unsubscribe", "group_unsubscribe":
		return leave(e.Email), true
	case "dropped":
		return e.dropped(), true
	case "bounce", "blocked":
		class, known := sendgridClasses[e.Classification]
		switch {
		case known:
		case e.Type == "blocked" || e.Event == "blocked":
			class = bounces.Soft
		default:
			class = bounces.Hard
		}
		return bounces.Event{Recipient: e.Email, Reply: e.Reason, Status: e.Status, Class: class}.Judged(), true
	}
	return f, false
}

// dropped is a mail that SendGrid didn't even try to deliver. No remote server has
// said anything.
func (e *sendgridEvent) dropped() bounces.Finding {
	class := bounces.Ours
	switch strings.ToLower(e.Reason) {
	case "spam reporting address":
		return complaint(e.Email)
	case "unsubscribed address":
		return leave(e.Email)
	case "bounced address", "invalid":
		class = bounces.Hard
	}
	return bounces.Event{Recipient: e.Email, Class: class, Reply: e.Reason}.Told()
}

// sendgridClasses are SendGrid's classifications of a bounce.
var sendgridClasses = map[string]bounces.Class{
	"Invalid Address":              bounces.Hard,
	"Mailbox Unavailable":          bounces.Soft,
	"Technical":                    bounces.Soft,
	"Technical Failure":            bounces.Soft,
	"Content":                      bounces.Ours,
	"Reputation":                   bounces.Ours,
	"Frequency or Volume Too High": bounces.Ours,
}
