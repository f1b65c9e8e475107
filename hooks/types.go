package hooks

import "slices"

// Type is what happened. docs/webhooks.md describes each.
type Type string

// The types of events.
const (
	Subscribed   Type = "subscriber.subscribed"
	Confirmed    Type = "subscriber.confirmed"
	Changed      Type = "subscriber.changed"
	Paused       Type = "subscriber.paused"
	Unsubscribed Type = "subscriber.unsubscribed"
	Suppressed   Type = "subscriber.suppressed"
	Erased       Type = "subscriber.erased"

	EditionOpened   Type = "edition.opened"
	EditionFinished Type = "edition.finished"
	EditionPaused   Type = "edition.paused"
	EditionFailed   Type = "edition.failed"

	Voted   Type = "tip.voted"
	Alerted Type = "alert"

	// Test is sent by command, to try an endpoint out. It isn't chosen.
	Test Type = "test"
)

// Types are those that an endpoint can choose among.
var Types = []Type{
	Subscribed, Confirmed, Changed, Paused, Unsubscribed, Suppressed, Erased,
	EditionOpened, EditionFinished, EditionPaused, EditionFailed, Voted, Alerted,
}

// Endpoint is a program elsewhere that gets events.
type Endpoint struct {
	// Name is what the database knows it by: another name is another endpoint.
	Name string
	URL  string
	// Secret is one of Standard Webhooks; "": it can't be read by who runs this command,
	// who posts nothing then.
	Secret string
	// Events are the types that it gets; none: all.
	Events []Type
	// Newsletters are those that it's told about; none: all, and what concerns none.
	Newsletters []string
	// Addresses: it's told readers' addresses and names, and what mail servers said.
	Addresses bool
	// AllowPrivate: it may be on this machine or in a private network.
	AllowPrivate bool
}

func (e *Endpoint) wants(t Type) bool { return len(e.Events) == 0 || slices.Contains(e.Events, t) }

// covers tells whether a newsletter is in the endpoint's scope; "" is all of them.
func (e *Endpoint) covers(newsletter string) bool {
	return len(e.Newsletters) == 0 || slices.Contains(e.Newsletters, newsletter)
}
