package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"dailytip/bounces"
)

// generic reads a form of our own for every other provider, signed as Standard
// Webhooks says (standardwebhooks.com). docs/bounces.md describes it.
type generic struct{ signed *standardwebhooks.Webhook }

// leastSecret is how long a secret must be, in characters of base64: 24 bytes, as the
// specification wants.
const leastSecret = 32

func newGeneric(secret string) (generic, error) {
	w, err := standardwebhooks.NewWebhook(secret)
	if err != nil || len(secret) < leastSecret {
		return generic{}, errors.New("isn't a secret of Standard Webhooks; make one with: echo whsec_$(openssl rand -base64 32)")
	}
	return generic{w}, nil
}

type genericRequest struct {
	Type string
	Data struct {
		MessageID  string `json:"message_id"`
		ReturnPath string `json:"return_path"`
		Recipient  string
		Status     string // enhanced
		Reply      string // what the remote server said
		Class      bounces.Class
	}
}

func (g generic) read(_ context.Context, now time.Time, r *http.Request, body []byte) ([]event, error) {
	// The library would read the clock itself.
	if err := g.signed.VerifyIgnoringTimestamp(body, r.Header); err != nil {
		return nil, unsigned("the signature is missing or wrong (headers webhook-id, webhook-timestamp and webhook-signature)")
	}
	// Each try is signed anew.
	if err := freshUnix(now, r.Header.Get(standardwebhooks.HeaderWebhookTimestamp), 0); err != nil {
		return nil, err
	}
	var request genericRequest
	if err := json.Unmarshal(body, &request); err != nil {
		return nil, malformed("this isn't JSON as docs/bounces.md describes it: %v", err)
	}
	d := request.Data
	if d.MessageID == "" && d.ReturnPath == "" {
		return nil, malformed("data has neither message_id nor return_path, so that nobody knows which mail it's about")
	}
	var finding bounces.Finding
	switch request.Type {
	case "bounce":
		switch d.Class {
		case "", bounces.Hard, bounces.Soft, bounces.Ours:
		default:
			return nil, malformed("data.class is none of hard, soft and ours")
		}
		finding = bounces.Event{Recipient: d.Recipient, Reply: d.Reply, Status: d.Status, Class: d.Class}.Judged()
	case "complaint":
		finding = complaint(d.Recipient)
	case "unsubscribe":
		finding = leave(d.Recipient)
	default:
		return nil, malformed("type is none of bounce, complaint and unsubscribe")
	}
	return newEvent(body, finding, d.ReturnPath, d.MessageID), nil
}
