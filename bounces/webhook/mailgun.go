package webhook

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"dailytip/bounces"
)

// mailgun reads Mailgun's webhooks. Mailgun signs a timestamp and a token, and not the
// event: so a token counts for one event only.
type mailgun struct {
	key    string
	tokens *tokens
}

func newMailgun(key string) mailgun { return mailgun{key, newTokens()} }

// mailgunAge is how long Mailgun goes on trying, with the same signature as far as
// anybody has said.
const mailgunAge = 8 * time.Hour

type mailgunRequest struct {
	Signature struct {
		Timestamp       number
		Token           string
		Signature       string
		ParentSignature string `json:"parent-signature"` // of the account that a subaccount belongs to
	}
	Event json.RawMessage `json:"event-data"`
}

type mailgunEvent struct {
	Event          string
	Severity       string // of failed: "permanent", "temporary"
	Reason         string
	Recipient      string
	DeliveryStatus struct {
		Code         number
		Message      string
		Description  string
		EnhancedCode string `json:"enhanced-code"`
		BounceType   string `json:"bounce-type"` // "hard", "soft"
	} `json:"delivery-status"`
	Envelope struct{ Sender string }
	Message  struct{ Headers map[string]any }
}

func (m mailgun) read(_ context.Context, now time.Time, _ *http.Request, body []byte) ([]event, error) {
	var request mailgunRequest
	if err := json.Unmarshal(body, &request); err != nil {
		return nil, malformed("this isn't an event of Mailgun's: %v", err)
	}
	s := request.Signature
	mac := hmac.New(sha256.New, []byte(m.key))
	mac.Write([]byte(string(s.Timestamp) + s.Token))
	want := hex.EncodeToString(mac.Sum(nil))
	if s.Token == "" || !equal(s.Signature, want) && !equal(s.ParentSignature, want) {
		return nil, unsigned("the signature is missing or wrong; the signing key is that at Mailgun's API Security, HTTP webhook signing key")
	}
	if err := freshUnix(now, string(s.Timestamp), mailgunAge); err != nil {
		return nil, err
	}
	if !m.tokens.use(s.Token, sha256.Sum256(request.Event)) {
		return nil, unsigned("the signature has been used for another event already")
	}
	var e mailgunEvent
	if err := json.Unmarshal(request.Event, &e); err != nil {
		return nil, malformed("this isn't an event of Mailgun's: %v", err)
	}
	finding, ok := e.finding()
	if !ok {
		return nil, nil
	}
	id, _ := e.Message.Headers["message-id"].(string)
	return newEvent(request.Event, finding, e.Envelope.Sender, id), nil
}

func (e *mailgunEvent) finding() (f bounces.Finding, ok bool) {
	switch {
	case e.Event == "complained", e.Reason == "suppress-complaint":
		return complaint(e.Recipient), true
	case e.Event == "unsubscribed", e.Reason == "suppress-unsubscribe":
		return leave(e.Recipient), true
	case e.Event != "failed" || e.Severity == "temporary": // a mail that is still on its way
		return f, false
	}
	s := e.DeliveryStatus
	class := bounces.Soft // “permanent” is also what was tried long enough
	if s.BounceType == "hard" || s.BounceType == "" && (e.Reason == "bounce" || e.Reason == "suppress-bounce") {
		class = bounces.Hard
	}
	text := cmp.Or(s.Message, s.Description)
	if code, _ := strconv.Atoi(string(s.Code)); code >= 400 && code < 600 && !strings.HasPrefix(text, string(s.Code)) {
		text = string(s.Code) + " " + text
	}
	return bounces.Event{Recipient: e.Recipient, Reply: text, Status: s.EnhancedCode, Class: class}.Judged(), true
}

// number is one that some write as a number and some as a text.
type number string

// UnmarshalJSON takes what stands there, without quotation marks.
func (n *number) UnmarshalJSON(data []byte) error {
	*n = number(strings.Trim(string(data), `"`))
	return nil
}
