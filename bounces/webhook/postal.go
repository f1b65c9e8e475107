package webhook

import (
	"cmp"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"dailytip/bounces"
)

// postal reads the webhooks of a Postal server, which signs each body with its RSA
// key and publishes the key's public half.
type postal struct {
	url   string
	fetch fetcher

	mu    sync.Mutex
	keys  jose.JSONWebKeySet
	again time.Time // before it the keys aren't fetched once more
	fault error     // of the last fetch
}

func newPostal(url string, f fetcher) *postal { return &postal{url: url, fetch: f} }

// postalAge is longer than Postal goes on trying: 36 minutes, with the timestamp of
// the first try.
const postalAge = time.Hour

// How long to wait before the keys are fetched once more: anybody can name a key that
// isn't there.
const (
	postalPause      = time.Minute
	postalFaultPause = 10 * time.Second
)

type postalRequest struct {
	Event     string
	Timestamp float64 // seconds since 1970
	Payload   struct {
		Status   string
		Details  string // what Postal says
		Output   string // what the remote server said
		Message  postalMessage
		Original postalMessage `json:"original_message"`
		Bounce   postalMessage // what came back
	}
}

type postalMessage struct {
	MessageID string `json:"message_id"`
	To        string
	From      string // the envelope's
	Subject   string
}

// isReply tells an automatic reply, which Postal takes for a report when it comes to
// the return path.
func (m *postalMessage) isReply() bool {
	line := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	found := bounces.Read([]byte("From: " + line(m.From) + "\nSubject: " + line(m.Subject) + "\n\n"))
	return found[0].Class == bounces.Reply
}

func (p *postal) read(ctx context.Context, now time.Time, r *http.Request, body []byte) ([]event, error) {
	if err := p.verify(ctx, now, r.Header, body); err != nil {
		return nil, err
	}
	var request postalRequest
	if err := json.Unmarshal(body, &request); err != nil {
		return nil, malformed("this isn't an event of Postal's: %v", err)
	}
	seconds, fraction := math.Modf(request.Timestamp)
	if err := fresh(now, time.Unix(int64(seconds), int64(fraction*1e9)), postalAge); err != nil {
		return nil, err
	}
	payload := request.Payload
	message := payload.Message
	said := bounces.Event{Recipient: message.To, Reply: cmp.Or(payload.Output, payload.Details), Class: bounces.Soft}
	var finding bounces.Finding
	switch request.Event {
	case "MessageDeliveryFailed":
		finding = said.Judged()
	case "MessageHeld": // on Postal's own list, or the server may not send
		finding = bounces.Event{Recipient: message.To, Class: bounces.Ours, Reply: payload.Details}.Told()
	case "MessageBounced": // a report came back, of which Postal shows only the subject
		if payload.Bounce.isReply() {
			return nil, nil
		}
		message = payload.Original
		finding = bounces.Event{Recipient: message.To, Class: bounces.Soft}.Judged()
	default:
		return nil, nil
	}
	return newEvent(body, finding, message.From, message.MessageID), nil
}

// verify checks the signature with the key that the header names; Postal before 3.0
// names none.
func (p *postal) verify(ctx context.Context, now time.Time, h http.Header, body []byte) error {
	signature, err := base64.StdEncoding.DecodeString(h.Get("X-Postal-Signature-256"))
	if err != nil || len(signature) == 0 {
		return unsigned("the signature X-Postal-Signature-256 is missing")
	}
	name, sum := h.Get("X-Postal-Signature-KID"), sha256.Sum256(body)
	p.mu.Lock()
	defer p.mu.Unlock()
	if signed(p.named(name), sum[:], signature) {
		return nil
	}
	// It may be signed by a key that is newer than those that are known.
	if (name == "" || len(p.named(name)) == 0) && !now.Before(p.again) {
		if p.refresh(ctx, now); signed(p.named(name), sum[:], signature) {
			return nil
		}
	}
	if p.fault != nil {
		return fmt.Errorf("get Postal's keys: %w", p.fault)
	}
	return unsigned("the signature is wrong, or by a key that isn't at postal_jwks_url")
}

func signed(keys []jose.JSONWebKey, sum, signature []byte) bool {
	return slices.ContainsFunc(keys, func(k jose.JSONWebKey) bool {
		public, ok := k.Key.(*rsa.PublicKey)
		return ok && rsa.VerifyPKCS1v15(public, crypto.SHA256, sum, signature) == nil
	})
}

// refresh fetches the keys. Those that are known stay when it fails.
func (p *postal) refresh(ctx context.Context, now time.Time) {
	var keys jose.JSONWebKeySet
	data, err := p.fetch.get(ctx, p.url)
	if err == nil {
		err = json.Unmarshal(data, &keys)
	}
	if p.fault = err; err != nil {
		p.again = now.Add(postalFaultPause)
		return
	}
	p.keys, p.again = keys, now.Add(postalPause)
}

func (p *postal) named(name string) []jose.JSONWebKey {
	if name == "" {
		return p.keys.Keys
	}
	return p.keys.Key(name)
}
