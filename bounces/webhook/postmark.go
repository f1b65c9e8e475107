package webhook

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"dailytip/bounces"
)

// PostmarkHeader is the header field in which a mail tells Postmark its tag. Postmark
// takes it out of the mail and shows it in the webhook's metadata; our Message-ID it
// replaces by one of its own.
const PostmarkHeader = "X-PM-Metadata-Mail"

// postmark reads Postmark's webhooks for bounces, spam complaints and changes of a
// subscription. Postmark doesn't sign: it sends the password in the webhook's URL.
type postmark struct{ secret string }

// postmarkRecord has what the three kinds of record say.
type postmarkRecord struct {
	RecordType string
	Type       string // of a bounce
	Details    string // the remote server's reply
	Email      string // of a bounce or complaint
	Metadata   map[string]any

	Recipient         string // of a change
	Origin            string // who made the change: "Recipient", "Customer", "Admin"
	SuppressSending   bool
	SuppressionReason string
}

func (p postmark) read(_ context.Context, _ time.Time, r *http.Request, body []byte) ([]event, error) {
	if _, password, _ := r.BasicAuth(); !equal(password, p.secret) {
		return nil, unsigned("the password is missing or wrong; write it into the webhook's URL at Postmark: https://dailytip:PASSWORD@…")
	}
	var record postmarkRecord
	if err := json.Unmarshal(body, &record); err != nil {
		return nil, malformed("this isn't a record of Postmark's: %v", err)
	}
	finding, ok := record.finding()
	if !ok {
		return nil, nil
	}
	var about []string
	for _, value := range record.Metadata {
		if s, ok := value.(string); ok {
			about = append(about, s)
		}
	}
	return newEvent(body, finding, about...), nil
}

// finding is what a record says of its reader; ok is false when that's nothing.
func (p *postmarkRecord) finding() (f bounces.Finding, ok bool) {
	kind, address := p.Type, p.Email
	switch {
	case p.RecordType == "SpamComplaint":
		kind = "SpamComplaint"
	case p.RecordType == "SubscriptionChange" && p.SuppressSending:
		kind, address = p.SuppressionReason, p.Recipient
		if kind == "ManualSuppression" && p.Origin == "Recipient" {
			kind = "Unsubscribe"
		}
	case p.RecordType != "Bounce":
		return f, false
	}
	class, known := postmarkTypes[kind]
	switch {
	case known && class == "":
		return f, false
	case kind == "Unsubscribe":
		return leave(address), true
	case class == bounces.Complaint:
		return complaint(address), true
	}
	return bounces.Event{Recipient: address, Reply: p.Details, Class: class}.Judged(), true
}

// postmarkTypes are the types of a bounce, and what Postmark means by them; "" is
// nothing that is about the address. A type that isn't here is judged by the reply.
var postmarkTypes = map[string]bounces.Class{
	"HardBounce":              bounces.Hard,
	"BadEmailAddress":         bounces.Hard,
	"ManuallyDeactivated":     bounces.Hard, // the operator did that, at Postmark
	"ManualSuppression":       bounces.Hard, // likewise
	"SoftBounce":              bounces.Soft,
	"DnsError":                bounces.Soft,
	"Undeliverable":           bounces.Soft,
	"Unconfirmed":             bounces.Soft,
	"Unknown":                 bounces.Soft,
	"Blocked":                 bounces.Ours,
	"SpamNotification":        bounces.Ours,
	"VirusNotification":       bounces.Ours,
	"DMARCPolicy":             bounces.Ours,
	"SMTPApiError":            bounces.Ours,
	"TemplateRenderingFailed": bounces.Ours,
	"SpamComplaint":           bounces.Complaint,
	"Unsubscribe":             bounces.Complaint,
	"Transient":               "", // the mail is still on its way
	"AutoResponder":           "",
	"ChallengeVerification":   "",
	"AddressChange":           "",
	"Subscribe":               "",
	"OpenRelayTest":           "",
	"InboundError":            "",
}
