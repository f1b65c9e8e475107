package site

import (
	"errors"
	"html/template"
	"net/http"
	"strings"
	"time"

	"dailytip/editions"
	"dailytip/locale"
	"dailytip/scheduler"
	"dailytip/subscribers"
	"dailytip/web"
)

// settingsView is the data of the template "settings".
type settingsView struct {
	fields
	Outcome   template.HTML // what a button brought about
	Intro     template.HTML
	Next      template.HTML
	Editable  bool // active or paused: it comes, or will
	Paused    bool
	SendAt    string
	ZoneFixed template.HTML
	Daily     bool
	Days      []choice // the newsletter's, by their three letters
	Weekdays  []choice
	WeeklyID  string // names the message
	PauseText template.HTML
	Weeks     []weeksChoice
	Tomorrow  string // the first date that a pause may end on, YYYY-MM-DD
	LastDate  string
	Join      template.HTML // the button for a reader who has left; "": there is none
	Resend    template.HTML // says what the button does that sends the latest tip; "": there is none
	Leave     string        // address of the page to leave; "" once they have
	LeaveText template.HTML
	Account   template.HTML // says what the button does that mails the link to the account; "": there is none
}

// weeksChoice is a pause that one click makes.
type weeksChoice struct {
	Weeks int
	Text  template.HTML
}

// settingsOf is the page of a reader's settings.
func (s *Site) settingsOf(r *http.Request, id int64, out outcome) (web.Page, error) {
	ctx, q, now := r.Context(), s.DB.Read(), s.Now()
	p, err := s.reader(ctx, q, id)
	if errors.Is(err, subscribers.ErrUnknown) {
		return s.gone(r), nil
	}
	if err != nil {
		return web.Page{}, err
	}
	l := s.letter(r, p)
	l.Heading, l.Mark = web.Say(l.Lang, "page.settings.heading"), ""
	due, err := s.nextDue(ctx, q, p)
	if err != nil {
		return web.Page{}, err
	}
	v := settingsView{
		Paused: p.state() == subscribers.Paused, Editable: p.comes(),
	}
	f := s.current(p, l.Lang)
	if out.form != nil {
		f = *out.form
	}
	s.fillForm(&v, l.Lang, p, f, out.faults)
	v.Intro, v.Next, v.Join = s.whatComes(l.Lang, now, p, due)
	v.Outcome = s.outcomeText(l.Lang, now, p, out, due)
	if out.message != "" && out.when {
		v.Next = "" // the news says it
		if v.Paused {
			v.Intro = ""
		}
	}
	if len(out.faults) > 0 {
		l.Status = http.StatusUnprocessableEntity
	}
	today := scheduler.DateOf(now, p.zone())
	v.PauseText = p.say(l.Lang, "page.pause.text")
	v.Tomorrow, v.LastDate = today.Add(1).String(), today.Add(366).String()
	for _, weeks := range pauseWeeks {
		text := locale.Text(l.Lang, "page.pause.weeks", map[string]any{"Count": weeks})
		v.Weeks = append(v.Weeks, weeksChoice{weeks, template.HTML(template.HTMLEscapeString(text))})
	}
	if v.Editable {
		v.Leave = s.Link(r, "/u/"+s.List.Tokens().Make(subscribers.UnsubscribeLink, id))
		v.LeaveText = p.say(l.Lang, "page.settings.leave")
		_, err := s.latestFor(ctx, q, p)
		if err != nil && !errors.Is(err, editions.ErrNoEdition) {
			return web.Page{}, err
		}
		if err == nil {
			v.Resend = p.say(l.Lang, "page.settings.again_text")
		}
	}
	if s.sender(p) != "" && p.state() != subscribers.Suppressed {
		v.Account = p.say(l.Lang, "page.settings.account_text")
	}
	l.Body, err = s.fill("settings", v)
	return l, err
}

// whatComes says what comes to the reader, and when. Or it says why nothing comes,
// and what the button says that would change that.
func (s *Site) whatComes(lang string, now time.Time, p reader, due time.Time) (intro, next, join template.HTML) {
	switch state := p.state(); {
	case !p.known:
		return web.Say(lang, "page.error.not_found"), "", ""
	case state == subscribers.Active && due.After(now):
		return p.say(lang, "page.settings.intro"), web.Phrase(lang, "page.confirm.next", map[string]template.HTML{"When": web.Instant(lang, due)}), ""
	case state == subscribers.Active && due.IsZero() && s.NextDue != nil:
		return p.say(lang, "page.settings.intro"), web.Say(lang, "page.settings.never"), ""
	case state == subscribers.Active:
		return p.say(lang, "page.settings.intro"), "", ""
	case state == subscribers.Paused && due.After(now):
		return web.Phrase(lang, "page.pause.done", map[string]template.HTML{"When": web.Instant(lang, due)}), "", ""
	case state == subscribers.Paused:
		return web.Say(lang, "page.pause.open"), "", ""
	case state == subscribers.Pending:
		return p.say(lang, "page.settings.pending"), "", ""
	case state == subscribers.Unsubscribed:
		return p.say(lang, "page.confirm.left"), "", web.Say(lang, "page.unsubscribe.undo_button")
	}
	return p.say(lang, "page.confirm.stopped"), "", ""
}

// outcomeText says what a button brought about.
func (s *Site) outcomeText(lang string, now time.Time, p reader, out outcome, due time.Time) template.HTML {
	if out.message == "" {
		return ""
	}
	if out.when {
		if !due.After(now) {
			return p.say(lang, "page.settings.intro")
		}
		return web.Phrase(lang, out.message, map[string]template.HTML{"When": web.Instant(lang, due)})
	}
	if out.newsletter != "" {
		p.head = s.Letterhead(out.newsletter)
	}
	return p.say(lang, out.message)
}

// fillForm fills in the form of the settings.
func (s *Site) fillForm(v *settingsView, lang string, p reader, f settingsForm, faults []fault) {
	n := p.newsletter
	v.fields = s.entryFields(lang, entry{Language: f.Language, Timezone: todaysZone(f.Timezone)}, faults)
	if n.Zone != "" {
		v.Zones = nil
		v.ZoneFixed = web.Phrase(lang, "page.settings.zone_fixed", map[string]template.HTML{"Zone": web.Isolated(strings.ReplaceAll(n.Zone, "_", " "), "")})
	}
	v.SendAt, v.Daily = f.SendAt, f.Cadence != subscribers.Weekly
	v.WeeklyID = "page.settings.weekly"
	if n.Course {
		v.WeeklyID = "page.settings.weekly_course"
	}
	for _, day := range week {
		c := choice{Value: bit(day).String(), Text: locale.Weekday(lang, day)}
		c.Chosen = day == f.Weekday
		v.Weekdays = append(v.Weekdays, c)
		if n.Days.Has(day) {
			c.Chosen = f.Days.Has(day) && (f.Days != 0 || len(faults) == 0)
			v.Days = append(v.Days, c)
		}
	}
}
