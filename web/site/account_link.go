package site

import (
	"context"
	"database/sql"
	"errors"
	"html/template"
	"net/http"
	"time"

	"dailytip/membership"
	"dailytip/store"
	"dailytip/subscribers"
	"dailytip/web"
)

// A reader's account shows all that we know of them, and can erase it. It is behind
// a link of its own, which we mail to them when they ask, and which opens once. The
// link leads to a page with a button, because scanners follow every link. The button
// leads to the account's page. That page has another secret address, which works
// until an hour after the link was mailed. So nobody needs a cookie, and a mail that
// is passed on later opens nothing.

// mailAccount mails the link to the account.
func (s *Site) mailAccount(ctx context.Context, now time.Time, p reader) (outcome, error) {
	newsletter := s.sender(p)
	if newsletter == "" || p.state() == subscribers.Suppressed {
		return outcome{}, nil
	}
	err := s.Membership.MailAccount(ctx, now, p.subscription.ID, newsletter)
	if errors.Is(err, membership.ErrTooOften) {
		return outcome{message: "page.account.limit"}, nil
	}
	return outcome{mailed: true}, err
}

// sender is the newsletter in whose name we write to a reader: their own, or the
// first one when theirs has left the configuration. "" means that there is none.
func (s *Site) sender(p reader) string {
	if !p.known && len(s.Newsletters) > 0 {
		return s.Newsletters[0].ID
	}
	return p.newsletter.ID
}

// accountMailed is the page that says where to look for the link.
func (s *Site) accountMailed(r *http.Request, p reader) web.Page {
	l := s.letter(r, p)
	l.Mark, l.Heading = "letter", p.say(l.Lang, "page.subscribe.sent_heading")
	l.Text = []template.HTML{p.say(l.Lang, "page.account.sent")}
	l.Body = s.wayBack(r, l.Lang, p)
	return l
}

// wayBack is a link to the settings.
func (s *Site) wayBack(r *http.Request, lang string, p reader) template.HTML {
	return template.HTML(`<p class="after"><a id="settings" href="`+template.HTMLEscapeString(s.settingsPath(r, p.subscription.ID))+`">`) +
		web.Say(lang, "page.settings.heading") + "</a></p>"
}

// askToOpen shows the button that uses the link up, and changes nothing.
func (s *Site) askToOpen(r *http.Request) (web.Page, error) {
	_, p, bad, err := s.accountOf(r, s.DB.Read(), subscribers.AccountLink)
	if bad != nil || err != nil {
		return orBad(bad), err
	}
	l := s.letter(r, p)
	l.Mark, l.Heading = "letter", web.Say(l.Lang, "page.account.heading")
	l.Text = []template.HTML{web.Say(l.Lang, "page.account.ask")}
	l.Button = web.Say(l.Lang, "page.account.open")
	return l, nil
}

// openAccount uses the link up and leads to the page behind it.
func (s *Site) openAccount(w http.ResponseWriter, r *http.Request) {
	var a subscribers.Account
	var bad *web.Page
	err := s.DB.Write(r.Context(), func(tx *sql.Tx) (err error) {
		if a, _, bad, err = s.accountOf(r, tx, subscribers.AccountLink); err != nil || bad != nil {
			return err
		}
		first, err := s.List.OpenAccount(r.Context(), tx, s.Now(), a.ID)
		if err == nil && !first {
			bad, err = s.accountOver(r, tx, a)
		}
		return err
	})
	if bad != nil || err != nil {
		s.Page(func(*http.Request) (web.Page, error) { return orBad(bad), err })(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, s.Link(r, "/account/"+s.List.Tokens().Make(subscribers.AccountPage, a.ID)), http.StatusSeeOther)
}

// accountOf is the reader behind a link to an account, or the page that says why
// there is none.
func (s *Site) accountOf(r *http.Request, q store.Queryer, purpose subscribers.Purpose) (a subscribers.Account, p reader, bad *web.Page, err error) {
	wrong := func(l web.Page) (subscribers.Account, reader, *web.Page, error) { return a, p, &l, nil }
	token := r.PathValue("token")
	if _, err := s.List.Tokens().Check(purpose, token); err != nil {
		return wrong(s.badLink(r, "page.error.not_found"))
	}
	if r.Method == http.MethodPost {
		if wait := s.limiters.buttons.Allow(s.Now(), token); wait > 0 {
			return wrong(s.TooMany(r, wait))
		}
	}
	a, err = s.List.Account(r.Context(), q, s.Now(), purpose, token)
	if errors.Is(err, subscribers.ErrToken) {
		bad, err = s.accountOver(r, q, a)
		return a, p, bad, err
	}
	if err != nil {
		return a, p, nil, err
	}
	p, err = s.reader(r.Context(), q, a.Subscription)
	if errors.Is(err, subscribers.ErrUnknown) {
		return wrong(s.gone(r))
	}
	p.proven = true
	return a, p, nil, err
}

// accountOver is the page of a link that was used before, or whose hour has gone by.
// It says where to get another one.
func (s *Site) accountOver(r *http.Request, q store.Queryer, a subscribers.Account) (*web.Page, error) {
	l := s.Plain(r, http.StatusGone, "page.account.over_heading", "page.account.over")
	p, err := s.reader(r.Context(), q, a.Subscription)
	if errors.Is(err, subscribers.ErrUnknown) { // or erased meanwhile
		return &l, nil
	}
	if err != nil {
		return nil, err
	}
	own := s.letter(r, p)
	own.Status, own.Heading = http.StatusGone, web.Say(own.Lang, "page.account.over_heading")
	own.Text = []template.HTML{web.Say(own.Lang, "page.account.over")}
	own.Body = s.wayBack(r, own.Lang, p)
	return &own, nil
}
