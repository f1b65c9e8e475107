package site

import (
	"context"
	"html/template"
	"net/http"
	"strings"

	"dailytip/store"
	"dailytip/subscribers"
	"dailytip/web"
)

// reader is the person behind a link, and the subscription that it is for.
type reader struct {
	person       *subscribers.Subscriber
	subscription subscribers.Subscription
	head         web.Letterhead
	newsletter   Newsletter
	known        bool // the newsletter is still in the configuration

	// leaveOnly: the link is one to unsubscribe whose key has been replaced. It
	// unsubscribes for ever, and does nothing else any more.
	leaveOnly bool

	// proven: whoever looks at the page reads the mails to this address, and wasn't
	// just passed one on.
	proven bool
}

// reader returns whom a subscription belongs to, or [subscribers.ErrUnknown]
// when they have been erased.
func (s *Site) reader(ctx context.Context, q store.Queryer, subscription int64) (reader, error) {
	person, sub, err := s.List.BySubscription(ctx, q, subscription)
	if err != nil {
		return reader{}, err
	}
	n, known := s.newsletter(sub.Newsletter)
	return reader{person: person, subscription: sub, head: s.Letterhead(sub.Newsletter), newsletter: n, known: known}, nil
}

// state is the subscription's as it counts.
func (p reader) state() subscribers.State { return p.person.StateOf(p.subscription) }

// comes tells whether the newsletter comes to them, or will after a pause. For
// nobody else there is anything to set.
func (p reader) comes() bool {
	return p.known && (p.state() == subscribers.Active || p.state() == subscribers.Paused)
}

// letter begins a page for a reader, in their language.
func (s *Site) letter(r *http.Request, p reader) web.Page {
	return web.Page{Lang: s.Language(r, p.person.Language, p.head.Language), Letterhead: p.head}
}

// say is one of our messages with the reader's values in it.
func (p reader) say(lang, id string) template.HTML {
	return web.Phrase(lang, id, map[string]template.HTML{"Newsletter": p.head.Name, "Email": p.address()})
}

// address is the reader's. Somebody whom a mail was passed on to needn't see it.
func (p reader) address() template.HTML {
	if p.proven {
		return web.Address(string(p.person.Email))
	}
	return web.Address(masked(p.person.Email))
}

// masked hides most of an address, so that only its owner knows it: a…n@example.com.
func masked(a subscribers.Address) string {
	local, domain, _ := strings.Cut(string(a), "@")
	letters := []rune(local)
	first, last := letters[:min(1, len(letters))], letters[len(letters):]
	if len(letters) >= 3 {
		last = letters[len(letters)-1:]
	}
	return string(first) + "…" + string(last) + "@" + domain
}

// next says when the next tip comes, or nothing when nobody can tell.
func (s *Site) next(r *http.Request, lang, id string, p reader) ([]template.HTML, error) {
	if p.state() != subscribers.Active {
		return nil, nil
	}
	due, err := s.nextDue(r.Context(), s.DB.Read(), p)
	if err != nil || !due.After(s.Now()) {
		return nil, err
	}
	return []template.HTML{web.Phrase(lang, id, map[string]template.HTML{"When": web.Instant(lang, due)})}, nil
}
