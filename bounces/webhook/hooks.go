package webhook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"time"

	"golang.org/x/time/rate"

	"dailytip/bounces/intake"
)

// mostBodies are the most that the providers' requests may hold, in bytes: those of
// SNS have up to 256 KB in JSON, SendGrid's batches 768 KB, and Postmark's may have the
// whole report in them. The others tell of one mail, in a few lines.
var mostBodies = map[string]int64{
	"ses": 512 << 10, "postmark": 1 << 20, "mailgun": 256 << 10, "sendgrid": 1 << 20, "postal": 64 << 10, "generic": 64 << 10,
}

// Options are what [New] needs. Take is required. A provider without its secret or
// key is none.
type Options struct {
	// Take takes an event. It's [intake.Taker.Take].
	Take func(ctx context.Context, now time.Time, r intake.Return) (intake.Outcome, error)

	SESTopics         []string // ARNs of the SNS topics that may speak of Amazon SES
	PostmarkSecret    string   // the password in the webhook's URL
	MailgunSigningKey string   // the account's HTTP webhook signing key
	SendGridPublicKey string   // the verification key, as SendGrid shows it: base64 of PKIX
	PostalKeysURL     string   // where Postal publishes its keys (RFC 7517)
	GenericSecret     string   // of Standard Webhooks: whsec_ and base64

	// Client fetches keys and certificates; nil: one that gives up after five
	// seconds. It needn't be told not to follow redirects.
	Client *http.Client
	Now    func() time.Time // nil: time.Now
	Log    *slog.Logger     // nil: nothing is logged
}

// Hooks answer the providers' requests.
type Hooks struct {
	o       Options
	readers map[string]reader
	unknown rate.Sometimes // an event that is about no mail of ours is worth a line in the log
	refused rate.Sometimes // so is a request that is refused
}

// reader checks a request and returns its events. What it refuses is a [refusal];
// another error is a fault of ours or of the network's.
type reader func(ctx context.Context, now time.Time, r *http.Request, body []byte) ([]event, error)

// New returns the hooks of those providers that are configured. It fails when a
// secret or a key can't be read.
func New(o Options) (*Hooks, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now //nolint:forbidigo // a request's arrival is read here
	}
	h := &Hooks{
		o: o, readers: map[string]reader{},
		unknown: rate.Sometimes{First: 1, Interval: time.Hour}, refused: rate.Sometimes{First: 10, Interval: time.Minute},
	}
	fetch := newFetcher(o.Client)
	if len(o.SESTopics) > 0 {
		s, err := newSES(o.SESTopics, fetch, o.Log)
		if err != nil {
			return nil, err
		}
		h.readers["ses"] = s.read
	}
	if o.PostmarkSecret != "" {
		h.readers["postmark"] = postmark{o.PostmarkSecret}.read
	}
	if o.MailgunSigningKey != "" {
		h.readers["mailgun"] = newMailgun(o.MailgunSigningKey).read
	}
	if o.SendGridPublicKey != "" {
		key, err := ParseSendGridKey(o.SendGridPublicKey)
		if err != nil {
			return nil, err
		}
		h.readers["sendgrid"] = sendgrid{key}.read
	}
	if o.PostalKeysURL != "" {
		h.readers["postal"] = newPostal(o.PostalKeysURL, fetch).read
	}
	if o.GenericSecret != "" {
		g, err := newGeneric(o.GenericSecret)
		if err != nil {
			return nil, err
		}
		h.readers["generic"] = g.read
	}
	return h, nil
}

// Providers are those that are configured, in order.
func (h *Hooks) Providers() []string { return slices.Sorted(maps.Keys(h.readers)) }

// MaxBody is the most that a request of a provider may hold, in bytes.
func (h *Hooks) MaxBody(provider string) int64 { return mostBodies[provider] }

// Handler answers the requests of a provider that is configured.
func (h *Hooks) Handler(provider string) http.HandlerFunc {
	read, most := h.readers[provider], h.MaxBody(provider)
	return func(w http.ResponseWriter, r *http.Request) {
		now := h.o.Now()
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
		if err != nil {
			err = refuse(http.StatusRequestEntityTooLarge, "the request can't be read, or has more than %d bytes", most)
		}
		var events []event
		if err == nil {
			events, err = read(r.Context(), now, r, body)
		}
		if err == nil {
			err = h.take(r.Context(), now, provider, events)
		}
		h.answer(w, provider, err)
	}
}

// take hands events on. The first that can't be taken ends it: the provider will
// tell all of them again.
func (h *Hooks) take(ctx context.Context, now time.Time, provider string, events []event) error {
	for _, e := range events {
		known, err := h.takeOne(ctx, now, provider, e)
		if err != nil {
			return fmt.Errorf("take an event of %s: %w", provider, err)
		}
		if !known {
			h.unknown.Do(func() {
				h.o.Log.Info("a provider tells of a mail that isn't ours, or doesn't say which it is; docs/bounces.md says what to switch on there", "provider", provider)
			})
		}
	}
	return nil
}

func (h *Hooks) takeOne(ctx context.Context, now time.Time, provider string, e event) (known bool, err error) {
	for _, about := range e.about {
		if about == "" {
			continue
		}
		outcome, err := h.o.Take(ctx, now, intake.Return{Door: provider, Raw: e.raw, About: about, Findings: e.findings})
		if err != nil || outcome.Known {
			return true, err
		}
	}
	return false, nil
}

// answer tells the provider how it went: 200, or why it was refused, or to try again.
func (h *Hooks) answer(w http.ResponseWriter, provider string, err error) {
	var refused *refusal
	switch {
	case err == nil:
		w.WriteHeader(http.StatusOK)
	case errors.As(err, &refused):
		h.refused.Do(func() {
			h.o.Log.Warn("a webhook was refused", "provider", provider, "status", refused.status, "reason", refused.reason)
		})
		if refused.status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", `Basic realm="dailytip"`)
		}
		http.Error(w, refused.reason, refused.status)
	default:
		h.o.Log.Error("a webhook can't be answered now; the provider was asked to try again", "provider", provider, "error", err)
		w.Header().Set("Retry-After", "60")
		http.Error(w, "this can't be taken now; try again later", http.StatusServiceUnavailable)
	}
}
