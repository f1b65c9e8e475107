package site

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"dailytip/locale"
	"dailytip/membership"
	"dailytip/subscribers"
	"dailytip/web"
)

// evenly is how long every sign-up takes at least, so that its time doesn't tell
// whether the address is on the list: a look into the database and a commit take
// a fraction of it.
const evenly = 300 * time.Millisecond

// entry is what a visitor wrote into the form, as they did.
type entry struct{ Email, Newsletter, Language, Timezone, Name string }

// fault is what is wrong with a field: the name of a message.
type fault struct{ Field, Message string }

// subscribe takes the form. What looks like a machine, and what comes from a
// site that we don't know, gets the form back with everything filled in and one
// button: a person loses a click, and a machine is stopped.
func (s *Site) subscribe(r *http.Request) (web.Page, error) {
	e := entry{
		Email: r.PostFormValue("email"), Newsletter: r.PostFormValue("newsletter"), Language: r.PostFormValue("language"),
		Timezone: r.PostFormValue("timezone"), Name: r.PostFormValue("name"),
	}
	request, faults := s.check(r, &e)
	if len(faults) > 0 {
		return s.home(r, e, faults)
	}
	where, stamp, sure := s.origin(r)
	if !sure || r.PostFormValue(honeyField) != "" {
		return s.onceMore(r, e)
	}
	request.Detail = "signed up with the form " + where
	wait, err := s.signUp(r, request, stamp)
	switch {
	case errors.Is(err, membership.ErrFormTokenUsed):
		return s.onceMore(r, e)
	case err != nil:
		return web.Page{}, err
	case wait > 0:
		return s.TooMany(r, wait), nil
	}
	return s.sentPage(r, e), nil
}

// origin tells where a form was filled in, and whether that was surely a page of
// ours, a moment ago, or a site of the operator's. A form of ours has a stamp.
func (s *Site) origin(r *http.Request) (where, stamp string, sure bool) {
	if from := r.Header.Get("Origin"); slices.Contains(s.Origins, from) {
		return "on " + from, "", true
	}
	if !web.OriginHidden(r) && !s.OwnForm(r) {
		return "", "", false
	}
	stamp = r.PostFormValue(stampField)
	age, ok := s.formAge(stamp, s.Now())
	return "on our page", stamp, ok && age >= formAtLeast && age <= formAtMost
}

// signUp writes a checked sign-up down, and the mail that answers it, in one
// commit. It returns how long to wait when there were too many. Known or not, an
// address makes no difference that could be seen. stamp is that of a form of ours,
// which counts once; "": there is none.
func (s *Site) signUp(r *http.Request, request subscribers.Request, stamp string) (wait time.Duration, err error) {
	ctx, now := r.Context(), s.Now()
	if wait := s.gates.signUp(now, s.ClientNetwork(r), request.Address); wait > 0 {
		return wait, nil
	}
	even := time.NewTimer(s.evenly)
	defer even.Stop()
	_, err = s.Membership.SignUp(ctx, now, request, membership.Form{
		Token: stamp, TokenLife: formAtMost, Delay: func() time.Duration { return s.gates.mail(now, request.Address) },
	})
	if err != nil {
		return 0, err
	}
	s.enqueued()
	select {
	case <-even.C:
	case <-ctx.Done():
	}
	return 0, context.Cause(ctx)
}

// check reads an entry. It fills in what the visitor left open: the language of
// their browser, the zone where that is most at home.
func (s *Site) check(r *http.Request, e *entry) (request subscribers.Request, faults []fault) {
	wrong := func(field, message string) { faults = append(faults, fault{field, message}) }
	request.Consent = subscribers.ByReader
	var err error
	if request.Address, err = subscribers.ParseAddress(e.Email); err != nil || unfinished(request.Address) {
		message := "page.fault.email"
		if strings.TrimSpace(e.Email) == "" {
			message = "page.fault.email_empty"
		}
		wrong("email", message)
	}
	if listed := s.listed(); e.Newsletter == "" && len(listed) == 1 {
		e.Newsletter = listed[0].ID
	}
	n, ok := s.newsletter(e.Newsletter)
	if !ok || n.Unlisted {
		wrong("newsletter", "page.fault.newsletter")
	}
	request.Newsletter = n.ID
	p := &request.Preferences
	if p.Name, err = subscribers.ParseName(e.Name); err != nil {
		wrong("name", "page.fault.name")
	}
	if e.Language = strings.TrimSpace(e.Language); e.Language == "" {
		e.Language = browserLanguage(r)
	}
	if p.Language, err = subscribers.ParseLanguage(e.Language); err != nil || len(e.Language) > 35 {
		wrong("language", "page.fault.language")
	}
	if e.Timezone = todaysZone(strings.TrimSpace(e.Timezone)); e.Timezone == "" {
		e.Timezone = guessZone(e.Language, n)
	}
	if p.Timezone, err = subscribers.ParseZone(e.Timezone); err != nil || len(e.Timezone) > 64 {
		wrong("timezone", "page.fault.zone")
	}
	return request, faults
}

// unfinished tells whether the end of an address was forgotten, as in ana@gmail:
// a domain without a dot is a name in a network of somebody's own.
func unfinished(a subscribers.Address) bool {
	_, domain, _ := strings.Cut(string(a), "@")
	return !strings.Contains(domain, ".")
}

// browserLanguage is the first language that a browser asks for, with its
// region, when we speak it; "" when it asks for none.
func browserLanguage(r *http.Request) string {
	tags, _, _ := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	for _, tag := range tags {
		if sameBase(tag, locale.Match(tag.String())) {
			return tag.String()
		}
	}
	return ""
}

func sameBase(a language.Tag, b string) bool {
	other, err := language.Parse(b)
	if err != nil {
		return false
	}
	x, _ := a.Base()
	y, _ := other.Base()
	return x == y
}

// guessZone is where a reader of a language most likely lives. A language
// without a region says little beside the newsletter's own.
func guessZone(lang string, n Newsletter) string {
	tag, err := language.Parse(lang)
	if err != nil || lang == "" {
		return n.DefaultZone
	}
	if _, confidence := tag.Region(); confidence == language.Exact {
		return cmp.Or(likelyZone(lang), n.DefaultZone)
	}
	if own, err := language.Parse(cmp.Or(n.Language, locale.Default)); err == nil && sameBase(own, lang) && n.DefaultZone != "" && n.DefaultZone != "UTC" {
		return n.DefaultZone
	}
	return cmp.Or(likelyZone(lang), n.DefaultZone)
}
