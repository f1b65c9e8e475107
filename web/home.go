package web

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"dailytip/editions"
	"dailytip/locale"
	"dailytip/render"
	"dailytip/tips"
)

// tongue says our messages in one language, for templates.
type tongue struct{ Lang string }

// Say is a message without values.
func (t tongue) Say(id string) template.HTML { return say(t.Lang, id) }

// choice is one entry of a menu or of a group of buttons.
type choice struct {
	Value, Text string
	Lang        string // of the text; "": the page's
	Chosen      bool
}

// fields are those of a form that asks about a person, with what they hold.
type fields struct {
	tongue
	Email, Name string
	Languages   []choice
	Zones       []zoneMenu
	GuessZone   bool // our script may put the browser's zone in
	Faults      map[string]template.HTML
	First       string // the first field at fault
}

// zoneMenu is a part of the world in the menu of zones.
type zoneMenu struct {
	Label   template.HTML
	Choices []choice
}

// Fault is what is wrong with a field, or "".
func (f fields) Fault(field string) template.HTML { return f.Faults[field] }

// homeView is the data of the template "home".
type homeView struct {
	fields
	Action      string
	Title       template.HTML
	Pitch       template.HTML // of the only newsletter; "" when there are several
	Newsletters []homeNewsletter
	Stamp       string
	StampName   string
	HoneyName   string
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

// frontPage is the form, and what comes to who fills it in.
func (s *Server) frontPage(r *http.Request) (page, error) {
	listed := s.listed()
	if len(listed) == 0 {
		return s.nothingHere(r)
	}
	e := entry{Newsletter: r.URL.Query().Get("newsletter")}
	n, ok := s.newsletter(e.Newsletter)
	if !ok || n.Unlisted {
		n, e.Newsletter = listed[0], ""
	}
	e.Language = cmp.Or(asked(r), browserLanguage(r), n.Language)
	e.Timezone = guessZone(e.Language, n)
	return s.home(r, e, nil)
}

// home shows the form with what was entered, and what is wrong with it.
func (s *Server) home(r *http.Request, e entry, faults []fault) (page, error) {
	p := page{Lang: s.language(r, "", s.soleLanguage()), letterhead: s.siteHead(), Wide: true, Listed: true, Script: true, Here: "/"}
	now := s.Now()
	v := homeView{
		fields: s.entryFields(p.Lang, e, faults), Action: s.link(r, "/subscribe"),
		Stamp: s.freshStamp(r.PostFormValue(stampField), now), StampName: stampField, HoneyName: honeyField,
	}
	v.GuessZone = r.Method == http.MethodGet || r.Method == http.MethodHead
	listed := s.listed()
	for i, n := range listed {
		h := homeNewsletter{
			ID: n.ID, Class: s.newsletters[n.ID].Class, Name: s.newsletters[n.ID].Name, When: usualTime(p.Lang, n),
			Chosen: n.ID == e.Newsletter || e.Newsletter == "" && i == 0,
		}
		var err error
		if h.Tip, err = s.lastTip(r, p.Lang, n); err != nil {
			return page{}, err
		}
		v.Newsletters = append(v.Newsletters, h)
	}
	v.Title = say(p.Lang, "page.subscribe.heading")
	if len(listed) == 1 {
		v.Title, v.Pitch = v.Newsletters[0].Name, pitch(p.Lang, listed[0])
		p.Title = untagged(v.Title)
	} else {
		p.Title = untagged(v.Title + " · " + p.Name)
	}
	p.Meta = []metaTag{{Name: "description", Content: untagged(cmp.Or(v.Pitch, v.Title))}}
	if len(faults) > 0 {
		p.Status = http.StatusUnprocessableEntity
	}
	var err error
	p.Body, err = s.part("home", v)
	return p, err
}

// soleLanguage is that of the only newsletter, or "".
func (s *Server) soleLanguage() string {
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
		text = phrase(lang, message, values)
	}
	if n.Zone != "" {
		text += " " + zoneText(n.Zone)
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

// entryFields fills in the form.
func (s *Server) entryFields(lang string, e entry, faults []fault) fields {
	f := fields{
		tongue: tongue{lang}, Email: e.Email, Name: e.Name, Languages: languageChoices(e.Language),
		Zones: zoneMenus(lang, e.Timezone), Faults: map[string]template.HTML{},
	}
	for _, fault := range faults {
		f.First = cmp.Or(f.First, fault.Field)
		f.Faults[fault.Field] = say(lang, fault.Message)
	}
	return f
}

// languageChoices are our languages, the chosen one under the tag that was
// chosen: en-GB writes dates in another way than en-US.
func languageChoices(chosen string) []choice {
	best := ""
	if chosen != "" {
		best = locale.Match(chosen)
	}
	var all []choice
	for _, tag := range locale.Languages() {
		c := choice{Value: tag, Text: locale.Name(tag), Lang: tag, Chosen: tag == best}
		if c.Chosen {
			c.Value = chosen
		}
		all = append(all, c)
	}
	return all
}

// zoneMenus are all zones by part of the world. A chosen one that isn't in the
// list stands in front.
func zoneMenus(lang, chosen string) []zoneMenu {
	found := false
	var all []zoneMenu
	for _, group := range zones().groups {
		menu := zoneMenu{Label: say(lang, "page.zones."+group.Area)}
		for _, z := range group.Zones {
			c := choice{Value: z.ID, Text: z.City, Chosen: z.ID == chosen}
			found = found || c.Chosen
			menu.Choices = append(menu.Choices, c)
		}
		all = append(all, menu)
	}
	if !found && chosen != "" {
		last := &all[len(all)-1]
		last.Choices = append(last.Choices, choice{Value: chosen, Text: chosen, Chosen: true})
	}
	return all
}

// lastTip is what a newsletter sent last, or nil.
func (s *Server) lastTip(r *http.Request, lang string, n Newsletter) (*homeTip, error) {
	if n.Private {
		return nil, nil
	}
	c, err := s.Ledger.Editions().Latest(r.Context(), s.DB.Read(), n.ID, "")
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
		Date: template.HTML(date), Href: s.link(r, "/archive/"+n.ID+"/"+c.LocalDate),
	}, nil
}

// onceMore asks who may be a machine for one more click.
func (s *Server) onceMore(r *http.Request, e entry) (page, error) {
	head := s.newsletters[e.Newsletter]
	p := page{Lang: s.language(r, "", head.Language), Mark: "letter", letterhead: head, Here: "/", Script: true}
	values := map[string]template.HTML{"Newsletter": head.Name, "Email": address(e.Email)}
	p.Heading = phrase(p.Lang, "page.subscribe.again_heading", values)
	p.Text = []template.HTML{phrase(p.Lang, "page.subscribe.again", values)}
	var err error
	p.Body, err = s.part("once-more", struct {
		tongue
		entry
		Action, Stamp, StampName string
		GuessZone                bool
	}{tongue{p.Lang}, e, s.link(r, "/subscribe"), s.freshStamp(r.PostFormValue(stampField), s.Now()), stampField, r.PostFormValue("timezone") == ""})
	return p, err
}

// sentPage says where to look. It's the same whatever we know of the address.
func (s *Server) sentPage(r *http.Request, e entry) page {
	head := s.newsletters[e.Newsletter]
	p := page{Lang: s.language(r, "", head.Language), Mark: "letter", letterhead: head, Here: "/"}
	values := map[string]template.HTML{"Newsletter": head.Name, "Email": address(e.Email)}
	p.Heading = phrase(p.Lang, "page.subscribe.sent_heading", values)
	p.Text = []template.HTML{phrase(p.Lang, "page.subscribe.sent", values), phrase(p.Lang, "page.subscribe.sent_hint", values)}
	return p
}

// tooMany asks to come back later.
func (s *Server) tooMany(r *http.Request, wait time.Duration) page {
	p := page{Status: http.StatusTooManyRequests, Lang: s.language(r, "", ""), letterhead: s.siteHead(), Wait: wait, Here: "/"}
	p.Heading = say(p.Lang, "page.limit.heading")
	p.Text = []template.HTML{template.HTML(template.HTMLEscapeString(waitText(p.Lang, wait)))}
	return p
}

// waitText says in whole minutes when to come back.
func waitText(lang string, wait time.Duration) string {
	minutes := max(1, int((wait+time.Minute-1)/time.Minute))
	return locale.Text(lang, "page.limit.text", map[string]any{"Count": minutes})
}

// fieldFault is what is wrong with one field.
type fieldFault struct {
	Field string
	Text  template.HTML
	First bool // of all faults: the cursor goes there
}

// At is the fault of a field.
func (f fields) At(field string) fieldFault {
	return fieldFault{field, f.Faults[field], f.First == field}
}
