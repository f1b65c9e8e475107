package subscribers

import "time"

// Subscriber is a person.
type Subscriber struct {
	ID               int64
	Email            Address
	Name             string    // may be empty
	Language         string    // BCP 47; "": each newsletter's own
	Timezone         string    // IANA; "": each newsletter's default
	SuppressedAt     time.Time // zero: not suppressed
	SuppressedReason string
	CreatedAt        time.Time
	Subscriptions    []Subscription
}

// StateOf is a subscription's state as it counts: all that a suppressed person has
// is suppressed, but for what they have signed up for since. Confirming that ends
// the suppression.
func (s *Subscriber) StateOf(sub Subscription) State {
	if !s.SuppressedAt.IsZero() && sub.State != Pending {
		return Suppressed
	}
	return sub.State
}

// PreferencesIn are what the person has chosen for one of their subscriptions.
func (s *Subscriber) PreferencesIn(sub Subscription) Preferences {
	return Preferences{
		Name: s.Name, Language: s.Language, Timezone: s.Timezone,
		SendAt: sub.Slot.SendAt, Days: sub.Slot.Days, Cadence: sub.Slot.Cadence,
	}
}

// State is what a subscription is in; the package's page draws the changes.
type State string

// The states of a subscription.
const (
	Pending      State = "pending"
	Active       State = "active"
	Paused       State = "paused"
	Unsubscribed State = "unsubscribed"
	Suppressed   State = "suppressed"
)

// States are all of them, in the order in which a reader may come by them.
var States = []State{Pending, Active, Paused, Unsubscribed, Suppressed}

// Subscription is a person's place in one newsletter.
type Subscription struct {
	ID          int64
	Subscriber  int64
	Newsletter  string
	State       State
	Before      State // what it goes back to if a suppression is undone, or nobody confirms; "": there's nothing to go back to
	Slot        Slot
	DueAfter    time.Time // due only for later instants
	PausedUntil time.Time // zero while paused: until resumed by hand
	CourseTip   string    // the last tip of a course that was sent
	CreatedAt   time.Time
	ConfirmedAt time.Time
}

// Event is something that happened to a subscription.
type Event struct {
	At         time.Time
	Newsletter string
	Kind       string // one of those below, or paused, resumed, changed
	Detail     string
}

// The kinds of events that something is read from later.
const (
	signedUp      = "signed up"
	signedUpAgain = "signed up again" // who had left, or is suppressed
	confirmed     = "confirmed"
	vouchedFor    = "added with consent"
	imported      = "imported"
	leftEvent     = "unsubscribed"
	cameBack      = "came back"
	reasonEvent   = "reason"
	suppressed    = "suppressed"
	restored      = "restored"
	unconfirmed   = "not confirmed"
	restsEvent    = "rests"
	moves         = "is about to move from" // until they confirm; the detail is the old address
	moved         = "address changed"
)

// Preferences are what a reader may choose. Their zero values mean the
// newsletter's own.
type Preferences struct {
	Name     string
	Language string
	Timezone string
	SendAt   string // HH:MM
	Days     Days
	Cadence  Cadence // "": daily
}
