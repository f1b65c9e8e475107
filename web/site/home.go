package site

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/http"

	"dailytip/editions"
	"dailytip/locale"
	"dailytip/render"
	"dailytip/tips"
	"dailytip/web"
)

// homeView is the data of the template "home".
type homeView struct {
	fields
	Action        string
	Title         template.HTML
	Pitch         template.HTML // of the only newsletter; "" when there are several
	Newsletters   []homeNewsletter
	FormToken     string
	FormTokenName string
	HoneypotName  string
}

// homeNewsletter is one on the front page.
type homeNewsletter struct {
	ID, Class string
	Name      template.HTML
	When      template.HTML
	Tip       *homeTip
	Chosen    bool
}

// homeTip is the tip that a newsletter sent last.
type homeTip struct {
	Lang, Dir string // of its text
	Emoji     string
	Title     string
	Summary   string
	Date      template.HTML
	Href      string
}

// frontPage is the form to subscribe, and what comes to those who fill it in.
func (s *Site) frontPage(r *http.Request) (web.Page, error) {
	listed := s.listed()
	if len(listed) == 0 {
		return s.NotFound(r)
	}
	e := entry{Newsletter: r.URL.Query().Get("newsletter")}
	n, ok := s.newsletter(e.Newsletter)
	if !ok || n.Unlisted {
		n, e.Newsletter = listed[0], ""
	}
	e.Language = cmp.Or(web.AskedLanguage(r), browserLanguage(r), n.Language)
	e.Timezone = guessZone(e.Language, n)
	return s.home(r, e, nil)
}

// home shows the form with what was entered and what is wrong with it.
func (s *Site) home(r *http.Request, e entry, faults []fault) (web.Page, error) {
	p := web.Page{Lang: s.Language(r, "", s.soleLanguage()), Letterhead: s.SiteLetterhead(), Wide: true, Listed: true, Script: true, Here: "/"}
	now := s.Now()
	v := homeView{
		fields: s.entryFields(p.Lang, e, faults), Action: s.Link(r, "/subscribe"),
		FormToken: s.formToken(r.PostFormValue(formTokenField), now), FormTokenName: formTokenField, HoneypotName: honeypotField,
	}
	v.GuessZone = r.Method == http.MethodGet || r.Method == http.MethodHead
	listed := s.listed()
	for i, n := range listed {
		h := homeNewsletter{
			ID: n.ID, Class: s.Letterhead(n.ID).Class, Name: s.Letterhead(n.ID).Name, When: usualTime(p.Lang, n),
			Chosen: n.ID == e.Newsletter || e.Newsletter == "" && i == 0,
		}
		var err error
		if h.Tip, err = s.lastTip(r, p.Lang, n); err != nil {
			return web.Page{}, err
		}
		v.Newsletters = append(v.Newsletters, h)
	}
	v.Title = web.Say(p.Lang, "page.subscribe.heading")
	if len(listed) == 1 {
		v.Title, v.Pitch = v.Newsletters[0].Name, pitch(p.Lang, listed[0])
		p.Title = web.Untagged(v.Title)
	} else {
		p.Title = web.Untagged(v.Title + " · " + p.Name)
	}
	p.Meta = []web.MetaTag{{Name: "description", Content: web.Untagged(cmp.Or(v.Pitch, v.Title))}}
	if len(faults) > 0 {
		p.Status = http.StatusUnprocessableEntity
	}
	var err error
	p.Body, err = s.fill("home", v)
	return p, err
}

// soleLanguage is that of the only newsletter, or "".
func (s *Site) soleLanguage() string {
	if listed := s.listed(); len(listed) == 1 {
		return listed[0].Language
	}
	return ""
}

// pitch says what comes and when.
func pitch(lang string, n Newsletter) template.HTML {
	if n.Irregular {
		return occasion(lang, "page.subscribe.pitch_some", n)
	}
	return occasion(lang, "page.subscribe.pitch", n)
}

// occasion says when a newsletter comes, in a few words.
func occasion(lang, message string, n Newsletter) template.HTML {
	escaped := func(text string) template.HTML { return template.HTML(template.HTMLEscapeString(text)) }
	values := map[string]template.HTML{"Days": escaped(daysText(lang, n.Days)), "Time": escaped(locale.Clock(lang, n.SendAt))}
	text := values["Time"]
	if message != "" {
		text = web.Phrase(lang, message, values)
	}
	if n.Zone != "" {
		text += " " + web.ZoneText(n.Zone)
	}
	return text
}

// usualTime is when a newsletter comes, beside its name.
func usualTime(lang string, n Newsletter) template.HTML {
	if n.Irregular {
		return occasion(lang, "", n)
	}
	return occasion(lang, "page.subscribe.when", n)
}

// lastTip is what a newsletter sent last, or nil.
func (s *Site) lastTip(r *http.Request, lang string, n Newsletter) (*homeTip, error) {
	if n.Private {
		return nil, nil
	}
	c, err := s.Editions.Latest(r.Context(), s.DB.Read(), n.ID, "")
	if errors.Is(err, editions.ErrNoEdition) || err == nil && len(c.Items) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var t tips.Tip
	if err := json.Unmarshal(c.Items[0].Body, &t); err != nil {
		return nil, fmt.Errorf("read the copy of tip %s: %w", c.Items[0].Tip, err)
	}
	a, err := render.NewArticle(render.Options{Language: n.Language}, t, lang)
	if err != nil {
		return nil, err
	}
	date := fmt.Sprintf(`<time datetime="%s">%s</time>`, c.LocalDate, template.HTMLEscapeString(locale.Date(lang, c.LocalDate)))
	return &homeTip{
		Lang: a.Language, Dir: locale.Dir(a.Language), Emoji: a.Emoji, Title: a.Title, Summary: a.Summary,
		Date: template.HTML(date), Href: s.Link(r, "/archive/"+n.ID+"/"+c.LocalDate),
	}, nil
}

// oneMoreClick is the page for somebody who may be a machine: it asks for one more
// click.
func (s *Site) oneMoreClick(r *http.Request, e entry) (web.Page, error) {
	head := s.Letterhead(e.Newsletter)
	p := web.Page{Lang: s.Language(r, "", head.Language), Mark: "letter", Letterhead: head, Here: "/", Script: true}
	values := map[string]template.HTML{"Newsletter": head.Name, "Email": web.Address(e.Email)}
	p.Heading = web.Phrase(p.Lang, "page.subscribe.again_heading", values)
	p.Text = []template.HTML{web.Phrase(p.Lang, "page.subscribe.again", values)}
	var err error
	p.Body, err = s.fill("one-more-click", struct {
		messages
		entry
		Action, FormToken, FormTokenName string
		GuessZone                        bool
	}{messages{p.Lang}, e, s.Link(r, "/subscribe"), s.formToken(r.PostFormValue(formTokenField), s.Now()), formTokenField, r.PostFormValue("timezone") == ""})
	return p, err
}

// sentPage says where to look for the mail. It's the same whatever we know of the
// address.
func (s *Site) sentPage(r *http.Request, e entry) web.Page {
	head := s.Letterhead(e.Newsletter)
	p := web.Page{Lang: s.Language(r, "", head.Language), Mark: "letter", Letterhead: head, Here: "/"}
	values := map[string]template.HTML{"Newsletter": head.Name, "Email": web.Address(e.Email)}
	p.Heading = web.Phrase(p.Lang, "page.subscribe.sent_heading", values)
	p.Text = []template.HTML{web.Phrase(p.Lang, "page.subscribe.sent", values), web.Phrase(p.Lang, "page.subscribe.sent_hint", values)}
	return p
}
