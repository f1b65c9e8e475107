package admin

import (
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"

	"dailytip/admins"
	"dailytip/locale"
	"dailytip/scheduler"
)

// look is how somebody looks at a mail, as the address of the page has it.
type look struct{ show, scheme, language string }

// How a mail is looked at. Desktop is as wide as a letter with its paper, and phone
// is a wide one.
const (
	onPhone, onDesktop, asText = "phone", "desktop", "text"
	lightScheme, darkScheme    = "light", "dark"
)

var frameWidths = map[string]int{onPhone: 400, onDesktop: 640}

// lookOf reads it; what isn't known is what comes first.
func lookOf(values url.Values, i *item) look {
	l := look{onPhone, lightScheme, i.languages[0]}
	if show := values.Get("show"); show == onDesktop || show == asText {
		l.show = show
	}
	if values.Get("scheme") == darkScheme {
		l.scheme = darkScheme
	}
	if lang := values.Get("language"); slices.Contains(i.languages, lang) {
		l.language = lang
	}
	return l
}

func (l look) query() url.Values {
	return url.Values{"show": {l.show}, "scheme": {l.scheme}, "language": {l.language}}
}

// mailView is the mail on the page of its tip.
type mailView struct {
	Subject  string
	Language string // of the text
	Choices  []choicesView
	Show     string // phone, desktop or text
	Frame    string // the address of the HTML; "": Text is shown
	Width    int    // of the frame, in CSS pixels
	Wide     bool   // a phone has no room for the frame: it scrolls sideways
	Text     string
}

// choicesView is a choice among links.
type choicesView struct {
	Name  template.HTML // what is chosen
	Links []choiceLink
}

type choiceLink struct {
	Href, Text string
	Lang       string // of Text; "": English
	Chosen     bool
}

// dateOf is the date on which a tip's mail is shown: when it comes next, else today.
func dateOf(v *visit, n *scheduler.Newsletter, i *item, k known) scheduler.Date {
	if next := k.dates.Next[i.ID]; !next.IsZero() {
		return next
	}
	return n.Today(v.now)
}

// mailView is the mail of a tip as it's looked at.
func (a *Admin) mailView(v *visit, n *scheduler.Newsletter, date scheduler.Date, i *item, l look) (*mailView, error) {
	letter, err := a.Mails.Compose(v.Context(), n, date, i.Tip, l.language)
	if err != nil {
		return nil, err
	}
	shown := &mailView{Subject: letter.Subject, Language: letter.Language, Choices: a.choices(n, i, l), Show: l.show, Width: frameWidths[l.show], Wide: l.show == onDesktop}
	if l.show == asText {
		shown.Text = letter.Text()
		return shown, nil
	}
	query := l.query()
	query.Del("show")
	query.Set("date", date.String())
	shown.Frame = a.tipPath(mailPages, n.ID, i.ID, query)
	return shown, nil
}

// choices lead to the other ways to look at the mail.
func (a *Admin) choices(n *scheduler.Newsletter, i *item, now look) []choicesView {
	link := func(to look, text, lang string) choiceLink {
		return choiceLink{Href: a.tipPath(tipPages, n.ID, i.ID, to.query()), Text: text, Lang: lang, Chosen: to == now}
	}
	text := func(id string) string { return locale.Text(locale.Default, "admin.tip."+id, nil) }
	all := []choicesView{{Name: say("admin.tip.shown_as")}}
	for _, show := range []string{onPhone, onDesktop, asText} {
		to := now
		to.show = show
		all[0].Links = append(all[0].Links, link(to, text(show), ""))
	}
	if now.show != asText {
		schemes := choicesView{Name: say("admin.tip.shown_in")}
		for _, scheme := range []string{lightScheme, darkScheme} {
			to := now
			to.scheme = scheme
			schemes.Links = append(schemes.Links, link(to, text(scheme), ""))
		}
		all = append(all, schemes)
	}
	if len(i.languages) > 1 {
		languages := choicesView{Name: say("admin.tip.language")}
		for _, lang := range i.languages {
			to := now
			to.language = lang
			languages.Links = append(languages.Links, link(to, locale.NativeName(lang), lang))
		}
		all = append(all, languages)
	}
	return all
}

// addMail adds the mails, for frames.
func (a *Admin) addMail() {
	pattern := root + mailPages + "{newsletter}/{tip...}"
	a.handle("GET "+pattern, a.admit(admins.See, a.mail))
	a.wrongMethod(pattern, "GET, HEAD")
}

// mail is the HTML of a tip's mail, for a frame that can do nothing.
func (a *Admin) mail(w http.ResponseWriter, r *http.Request, v *visit) {
	n, i, err := a.tipOf(v, v.PathValue("newsletter"), tipAsked(v))
	if err == nil && i.broken {
		err = refuse(http.StatusNotFound, "admin.tips.broken")
	}
	if err != nil {
		a.refused(w, r, v, err)
		return
	}
	l, date := lookOf(r.URL.Query(), i), n.Today(v.now)
	if asked, err := scheduler.ParseDate(r.URL.Query().Get("date")); err == nil {
		date = asked
	}
	letter, err := a.Mails.Compose(r.Context(), n, date, i.Tip, l.language)
	if err != nil {
		a.refused(w, r, v, err)
		return
	}
	h := w.Header()
	h.Set(policyHeader, "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox")
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	_, _ = fmt.Fprint(w, letter.HTMLIn(l.scheme == darkScheme))
}
