package web

import (
	"context"
	"database/sql"
	"html/template"
	"net/http"
	"strings"

	"dailytip/subscribers"
)

// reader is the person behind a link, and the subscription that it is for.
type reader struct {
	person       *subscribers.Subscriber
	subscription subscribers.Subscription
	head         letterhead
	newsletter   Newsletter
	known        bool // the newsletter is still in the configuration

	// proven: whoever looks at the page has the mailbox, and not only a mail that
	// was passed on to them.
	proven bool
}

// queryer is a database or a transaction.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// reader returns who a subscription belongs to, or [subscribers.ErrUnknown]
// when they have been erased.
func (s *Server) reader(ctx context.Context, q queryer, subscription int64) (reader, error) {
	person, sub, err := s.List.Behind(ctx, q, subscription)
	if err != nil {
		return reader{}, err
	}
	n, known := s.newsletter(sub.Newsletter)
	return reader{person: person, subscription: sub, head: s.head(sub.Newsletter), newsletter: n, known: known}, nil
}

// head is a newsletter's letterhead, also of one that is no more.
func (s *Server) head(id string) letterhead {
	if head, known := s.newsletters[id]; known {
		return head
	}
	return letterhead{Name: isolated(id, "")}
}

// state is the subscription's as it counts.
func (p reader) state() subscribers.State { return p.person.StateOf(p.subscription) }

// letter begins a page for a reader, in their language.
func (s *Server) letter(r *http.Request, p reader) page {
	return page{Lang: s.language(r, p.person.Language, p.head.Language), letterhead: p.head}
}

// say is one of our messages with the reader's values in it.
func (p reader) say(lang, id string) template.HTML {
	return phrase(lang, id, map[string]template.HTML{"Newsletter": p.head.Name, "Email": p.address()})
}

// address is the reader's. Who reads a mail that was passed on needn't see it.
func (p reader) address() template.HTML {
	if p.proven {
		return address(string(p.person.Email))
	}
	return address(masked(p.person.Email))
}

// masked leaves of an address what its owner knows it by: a…n@example.com.
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
func (s *Server) next(r *http.Request, lang, id string, p reader) ([]template.HTML, error) {
	if p.state() != subscribers.Active {
		return nil, nil
	}
	due, err := s.nextDue(r.Context(), s.DB.Read(), p)
	if err != nil || !due.After(s.Now()) {
		return nil, err
	}
	return []template.HTML{phrase(lang, id, map[string]template.HTML{"When": instant(lang, due)})}, nil
}
