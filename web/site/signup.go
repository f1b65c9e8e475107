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

// signUpTime is how long every sign-up takes at least, so that its time doesn't tell
// whether the address is on the list. The database takes a fraction of it.
const signUpTime = 300 * time.Millisecond

// entry is what a visitor wrote into the form, unchanged.
type entry struct{ Email, Newsletter, Language, Timezone, Name string }

// fault is what is wrong with a field: the name of a message.
type fault struct{ Field, Message string }

// subscribe takes the form. When it may come from a machine, or comes from a site
// that we don't know, it's shown once more, with everything filled in and one
// button. A person loses a click, and a machine is stopped.
func (s *Site) subscribe(r *http.Request) (web.Page, error) {
	e := entry{
		Email: r.PostFormValue("email"), Newsletter: r.PostFormValue("newsletter"), Language: r.PostFormValue("language"),
		Timezone: r.PostFormValue("timezone"), Name: r.PostFormValue("name"),
	}
	request, faults := s.check(r, &e)
	if len(faults) > 0 {
		return s.home(r, e, faults)
	}
	where, token, sure := s.origin(r)
	if !sure || r.PostFormValue(honeypotField) != "" {
		return s.oneMoreClick(r, e)
	}
	request.Detail = "signed up with the form " + where
	wait, err := s.signUp(r, request, token)
	switch {
	case errors.Is(err, membership.ErrFormTokenUsed):
		return s.oneMoreClick(r, e)
	case err != nil:
		return web.Page{}, err
	case wait > 0:
		return s.TooMany(r, wait), nil
	}
	return s.sentPage(r, e), nil
}

// origin tells where a form was filled in, for the proof of consent. It's sure when
// that was a site of the operator's, or a page of ours a moment ago, whose form has
// a token.
func (s *Site) origin(r *http.Request) (where, token string, sure bool) {
	if from := r.Header.Get("Origin"); slices.Contains(s.Origins, from) {
		return "on " + from, "", true
	}
	if !web.OriginHidden(r) && !s.OwnForm(r) {
		return "", "", false
	}
	token = r.PostFormValue(formTokenField)
	age, ok := s.formAge(token, s.Now())
	return "on our page", token, ok && age >= formAtLeast && age <= formAtMost
}

// signUp writes down a checked sign-up and the mail that answers it, in one commit.
// When there were too many sign-ups, it returns how long to wait. Nobody can see
// whether the address was known. The token of a form of ours counts once; "" means
// that there is none.
func (s *Site) signUp(r *http.Request, request subscribers.Request, token string) (wait time.Duration, err error) {
	ctx, now := r.Context(), s.Now()
	if wait := s.limiters.signUp(now, s.ClientNetwork(r), request.Address); wait > 0 {
		return wait, nil
	}
	even := time.NewTimer(s.signUpTime)
	defer even.Stop()
	_, err = s.Membership.SignUp(ctx, now, request, membership.Form{
		Token: token, TokenLife: formAtMost, Delay: func() time.Duration { return s.limiters.mail(now, request.Address) },
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

// check checks an entry. It fills in what the visitor left open: their browser's
// language, and the zone in which most of its speakers live.
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

// unfinished tells whether the end of an address was forgotten, as in ana@gmail. A
// domain without a dot is a name in somebody's own network.
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

// guessZone is where somebody who reads a language most likely lives. A language
// without a region says less than the newsletter's own zone.
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
