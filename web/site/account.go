package site

import (
	"database/sql"
	"errors"
	"html/template"
	"net/http"
	"time"

	"dailytip/subscribers"
	"dailytip/web"
)

// What a button on the page of the account asks for, beside doJoin.
const (
	doName   = "name"
	doLeave  = "leave"  // leave one newsletter
	doErase  = "erase"  // ask whether to erase
	doForget = "forget" // erase
)

// How a change came about, kept as proof of consent.
const accountDetail = "chose it on the page that a mailed link opened"

// accountView is the data of the template "account".
type accountView struct {
	fields
	Outcome  template.HTML // what a button brought about
	Address  template.HTML
	Until    template.HTML
	Others   []otherNewsletter
	Data     string
	Settings string
}

// account shows what we know of the reader. It changes nothing.
func (s *Site) account(r *http.Request) (web.Page, error) {
	a, p, bad, err := s.accountOf(r, s.DB.Read(), subscribers.AccountPage)
	if bad != nil || err != nil {
		return orBad(bad), err
	}
	return s.accountPage(r, a, p, outcome{})
}

// changeAccount does what a button says.
func (s *Site) changeAccount(r *http.Request) (web.Page, error) {
	do, now := r.PostFormValue("do"), s.Now()
	a, p, bad, err := s.accountOf(r, s.DB.Read(), subscribers.AccountPage)
	if bad != nil || err != nil {
		return orBad(bad), err
	}
	var out outcome
	switch do {
	case doErase:
		return s.eraseQuestion(r, p)
	case doForget:
		if err := s.Membership.Erase(r.Context(), now, p.person.ID); err != nil && !errors.Is(err, subscribers.ErrUnknown) {
			return web.Page{}, err
		}
		return s.forgotten(r), nil
	case doName:
		out, err = s.rename(r, now, p)
	case doJoin:
		out, err = s.joinOne(r, now, p)
	case doLeave:
		out, err = s.leaveOne(r, now, p)
	}
	if err == nil {
		p, err = s.reader(r.Context(), s.DB.Read(), a.Subscription)
		p.proven = true
	}
	if errors.Is(err, subscribers.ErrUnknown) { // erased meanwhile
		return s.gone(r), nil
	}
	if err != nil {
		return web.Page{}, err
	}
	return s.accountPage(r, a, p, out)
}

// rename takes the name that the reader wants.
func (s *Site) rename(r *http.Request, now time.Time, p reader) (outcome, error) {
	written := r.PostFormValue("name")
	name, err := subscribers.ParseName(written)
	if err != nil {
		return outcome{form: &settingsForm{Name: written}, faults: []fault{{"name", "page.fault.name"}}}, nil
	}
	err = s.DB.Write(r.Context(), func(tx *sql.Tx) error {
		person, sub, err := s.List.BySubscription(r.Context(), tx, p.subscription.ID)
		if err != nil {
			return err
		}
		return s.List.Rename(r.Context(), tx, now, person, sub, name)
	})
	return outcome{message: "page.settings.saved"}, err
}

// joinOne gives the reader a place in another newsletter, at once: the link came
// to the address by mail a moment ago, which is what a confirmation would prove.
func (s *Site) joinOne(r *http.Request, now time.Time, p reader) (outcome, error) {
	n, ok := s.newsletter(r.PostFormValue("newsletter"))
	if !ok || n.Unlisted || !p.person.SuppressedAt.IsZero() {
		return outcome{}, nil
	}
	err := s.Membership.Join(r.Context(), now, p.person.Email, n.ID, accountDetail)
	return outcome{message: "page.confirm.done", newsletter: n.ID}, err
}

// leaveOne ends one of the reader's subscriptions.
func (s *Site) leaveOne(r *http.Request, now time.Time, p reader) (outcome, error) {
	id := r.PostFormValue("newsletter")
	for _, sub := range p.person.Subscriptions {
		if sub.Newsletter == id {
			_, err := s.Membership.Leave(r.Context(), now, accountDetail, sub.ID)
			return outcome{message: "page.unsubscribe.done", newsletter: id}, err
		}
	}
	return outcome{}, nil
}

// accountPage is the page of what we know of the reader.
func (s *Site) accountPage(r *http.Request, a subscribers.Account, p reader, out outcome) (web.Page, error) {
	l := s.letter(r, p)
	l.Heading, l.Here = web.Say(l.Lang, "page.account.heading"), "/account/"+r.PathValue("token")
	name := p.person.Name
	if out.form != nil {
		name = out.form.Name
	}
	v := accountView{
		fields: s.entryFields(l.Lang, entry{Name: name}, out.faults), Outcome: s.outcomeText(l.Lang, s.Now(), p, out, time.Time{}),
		Address: p.address(), Others: s.others(r, l.Lang, p),
		Until: web.Phrase(l.Lang, "page.account.until", map[string]template.HTML{"When": web.Instant(l.Lang, a.EndsAt.In(p.zone()))}),
		Data:  s.Link(r, l.Here+"/data"), Settings: s.settingsPath(r, p.subscription.ID),
	}
	if len(out.faults) > 0 {
		l.Status = http.StatusUnprocessableEntity
	}
	var err error
	l.Body, err = s.fill("account", v)
	return l, err
}

// eraseQuestion asks whether the reader really wants to be erased.
func (s *Site) eraseQuestion(r *http.Request, p reader) (web.Page, error) {
	l := s.letter(r, p)
	l.Here = "/account/" + r.PathValue("token")
	l.Heading, l.Text = p.say(l.Lang, "page.settings.erase_heading"), []template.HTML{p.say(l.Lang, "page.settings.erase_text")}
	var err error
	l.Body, err = s.fill("erase", struct {
		messages
		Back, Do string
	}{messages{l.Lang}, s.Link(r, l.Here), doForget})
	return l, err
}

func (s *Site) forgotten(r *http.Request) web.Page {
	p := s.Plain(r, http.StatusOK, "page.settings.erased_heading", "page.settings.erased")
	p.Mark, p.Here = "done", "/"
	return p
}
