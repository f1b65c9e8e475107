package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"dailytip/store"
	"dailytip/subscribers"
	"dailytip/tokens"
)

// Person is somebody on the list, as far as a token may know them.
type Person struct {
	ID               string     `json:"id" doc:"A number, larger than 2^53"`
	Email            string     `json:"email" example:"ana@example.com"`
	Name             string     `json:"name"`
	Language         string     `json:"language" doc:"BCP 47; empty: each newsletter's own" example:"zh-CN"`
	Timezone         string     `json:"timezone" doc:"IANA; empty: each newsletter's default" example:"Europe/Berlin"`
	CreatedAt        time.Time  `json:"created_at"`
	SuppressedAt     *time.Time `json:"suppressed_at,omitempty" doc:"Since then no tip is sent to them, whatever the states of their subscriptions"`
	SuppressedReason string     `json:"suppressed_reason,omitempty" doc:"Not for a token of one newsletter"`
	Subscriptions    []Place    `json:"subscriptions" nullable:"false"`
}

// Place is somebody's place in a newsletter.
type Place struct {
	Newsletter  string     `json:"newsletter"`
	State       string     `json:"state" enum:"pending,active,paused,unsubscribed,suppressed" doc:"Who left before they were suppressed stays unsubscribed"`
	SendAt      string     `json:"send_at" doc:"HH:MM on their clock; empty: the newsletter's"`
	Days        string     `json:"days" doc:"Such as MON WED; empty: the newsletter's"`
	Cadence     string     `json:"cadence" enum:"daily,weekly"`
	PausedUntil *time.Time `json:"paused_until,omitempty" doc:"While paused; none: until somebody resumes it"`
	CreatedAt   time.Time  `json:"created_at"`
	ConfirmedAt *time.Time `json:"confirmed_at,omitempty"`
}

// personOf is what a token may know of somebody; false: not even that they are there.
func personOf(by tokens.Token, s *subscribers.Subscriber) (Person, bool) {
	p := Person{
		ID: strconv.FormatInt(s.ID, 10), Email: string(s.Email), Name: s.Name, Language: s.Language, Timezone: s.Timezone,
		CreatedAt: s.CreatedAt.UTC(), SuppressedAt: optional(s.SuppressedAt), Subscriptions: []Place{},
	}
	if by.Newsletter == "" { // else it may tell of another newsletter's mail
		p.SuppressedReason = s.SuppressedReason
	}
	for _, sub := range s.Subscriptions {
		if !by.Sees(sub.Newsletter) {
			continue
		}
		p.Subscriptions = append(p.Subscriptions, Place{
			Newsletter: sub.Newsletter, State: string(sub.State), SendAt: sub.Slot.SendAt, Days: sub.Slot.Days.String(), Cadence: string(sub.Slot.Cadence),
			PausedUntil: optional(sub.PausedUntil), CreatedAt: sub.CreatedAt.UTC(), ConfirmedAt: optional(sub.ConfirmedAt),
		})
	}
	return p, by.Newsletter == "" || len(p.Subscriptions) > 0
}

// tag is the entity tag of what is shown (RFC 9110 §8.8.3).
func tag(shown any) string {
	text, err := json.Marshal(shown)
	if err != nil { // it has been shown as JSON
		return ""
	}
	sum := sha256.Sum256(text)
	return `"` + hex.EncodeToString(sum[:16]) + `"`
}

// matches refuses a change of something that isn't any more what the program has seen.
func matches(ifMatch string, shown any) error {
	if !conditional(ifMatch) {
		return nil
	}
	now := tag(shown)
	if slices.ContainsFunc(strings.Split(ifMatch, ","), func(t string) bool { return strings.TrimSpace(t) == now }) {
		return nil
	}
	return changed()
}

// conditional tells whether a change depends on what the program has seen.
func conditional(ifMatch string) bool { return ifMatch != "" && ifMatch != "*" }

func changed() error {
	return Refuse(http.StatusPreconditionFailed, "It was changed since you read it: read it again, and decide anew.")
}

// Conditional is what requests have in common that change something.
type Conditional struct {
	IfMatch string `header:"If-Match" doc:"The ETag of what you have seen: if it has changed since, nothing is done (412)."`
}

// Named is the person that a path names.
type Named struct {
	ID string `path:"id" doc:"Their number" example:"424242424242424242"`
}

// number reads the number of something that has one.
func number(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n > 0 && strconv.FormatInt(n, 10) == text
}

// find returns the person with a number, as far as a token may know them.
func (a *API) find(ctx context.Context, q store.Queryer, by tokens.Token, id string) (*subscribers.Subscriber, Person, error) {
	n, ok := number(id)
	if !ok {
		return nil, Person{}, nobody(id)
	}
	return a.known(by, id, func() (*subscribers.Subscriber, error) { return a.List.Get(ctx, q, n) })
}

func (a *API) known(by tokens.Token, id string, get func() (*subscribers.Subscriber, error)) (*subscribers.Subscriber, Person, error) {
	s, err := get()
	if errors.Is(err, subscribers.ErrUnknown) {
		return nil, Person{}, nobody(id)
	}
	if err != nil {
		return nil, Person{}, err
	}
	p, known := personOf(by, s)
	if !known {
		return nil, Person{}, nobody(id)
	}
	return s, p, nil
}

func nobody(id string) error { return unknown("nobody has the number %q", id) }

// newsletter refuses a newsletter that there isn't, or that a token may not know of. ""
// is the token's own, or, for one of all newsletters, any.
func (a *API) newsletter(by tokens.Token, name string) (string, error) {
	switch {
	case name == "":
		return by.Newsletter, nil
	case by.Sees(name):
		for _, n := range a.Scheduler.Newsletters {
			if n.ID == name {
				return name, nil
			}
		}
	}
	var ids []string
	for _, n := range a.Scheduler.Newsletters {
		if by.Sees(n.ID) {
			ids = append(ids, n.ID)
		}
	}
	return "", unknown("newsletter %q is unknown; write one of %s", name, strings.Join(ids, ", "))
}
