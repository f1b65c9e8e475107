package hooks

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// Person is a reader as they are when something has happened to them.
type Person struct {
	ID       int64
	Email    string
	Name     string
	Language string // BCP 47; "": each newsletter's
	Timezone string // IANA; "": each newsletter's default
	// Newsletter is the one that it's about; "": all of their places.
	Newsletter string
	Places     []Place
}

// Place is a person's in one newsletter.
type Place struct {
	Newsletter  string
	State       string
	PausedUntil time.Time // zero: it isn't paused, or until they resume
}

// PersonData is what an endpoint is told of a person: who they are, and the places that
// the event is about. It's as it was when the event was written.
type PersonData struct {
	Subscriber SubscriberData `json:"subscriber"`
	// Newsletter is the one that the event is about; "": the person, in all of them.
	Newsletter    string             `json:"newsletter"`
	Subscriptions []SubscriptionData `json:"subscriptions"`
}

// SubscriberData is a person. Only an endpoint that is told addresses gets those that
// may be left out.
type SubscriberData struct {
	ID       string  `json:"id"`
	Email    string  `json:"email,omitempty"`
	Name     *string `json:"name,omitempty"`
	Language *string `json:"language,omitempty"` // BCP 47; "": the newsletter's
	Timezone *string `json:"timezone,omitempty"` // IANA; "": the newsletter's
	// EmailHash stands for the address of who was erased: HMAC-SHA256 under the
	// endpoint's secret, in hex.
	EmailHash string `json:"email_hash,omitempty"`
}

// SubscriptionData is a person's place in a newsletter.
type SubscriptionData struct {
	Newsletter  string     `json:"newsletter"`
	State       string     `json:"state"` // pending, active, paused, unsubscribed, suppressed
	PausedUntil *time.Time `json:"paused_until,omitempty"`
}

// Person writes an event about a person.
func (o *Outbox) Person(ctx context.Context, tx *sql.Tx, now time.Time, t Type, p Person) error {
	return o.add(ctx, tx, now, t, p.ID, func(e *Endpoint) (any, bool) {
		d := PersonData{Subscriber: SubscriberData{ID: strconv.FormatInt(p.ID, 10)}, Newsletter: p.Newsletter, Subscriptions: p.placesFor(e)}
		if len(d.Subscriptions) == 0 && len(e.Newsletters) > 0 {
			return nil, false
		}
		switch {
		case t == Erased:
			d.Subscriptions = []SubscriptionData{}
			if e.Addresses && e.Secret != "" {
				d.Subscriber.EmailHash = emailHash(e.Secret, p.Email)
			}
			return d, true
		case e.Addresses:
			d.Subscriber.Email, d.Subscriber.Name = p.Email, &p.Name
		}
		d.Subscriber.Language, d.Subscriber.Timezone = &p.Language, &p.Timezone
		return d, true
	})
}

// placesFor are the places that an event is about, as far as an endpoint is told of
// them.
func (p Person) placesFor(e *Endpoint) []SubscriptionData {
	all := []SubscriptionData{}
	for _, place := range p.Places {
		if !e.covers(place.Newsletter) || p.Newsletter != "" && p.Newsletter != place.Newsletter {
			continue
		}
		d := SubscriptionData{Newsletter: place.Newsletter, State: place.State}
		if !place.PausedUntil.IsZero() {
			until := place.PausedUntil.UTC()
			d.PausedUntil = &until
		}
		all = append(all, d)
	}
	return all
}

// emailHash lets the endpoint find an address among those that it has, and tells
// nobody else which one it was.
func emailHash(secret, email string) string {
	mac := hmac.New(sha256.New, Key(secret))
	mac.Write([]byte(strings.ToLower(email)))
	return hex.EncodeToString(mac.Sum(nil))
}

// Key is a secret's key, as Standard Webhooks writes it: base64 after whsec_.
func Key(secret string) []byte {
	key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_")) // config has checked it
	return key
}
