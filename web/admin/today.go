package admin

import (
	"fmt"
	"html/template"
	"slices"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"dailytip/ledger"
	"dailytip/locale"
	"dailytip/scheduler"
	"dailytip/tips"
	"dailytip/web"
)

// todayView is the data of the templates "today" and "today_live".
type todayView struct {
	sendingView
	Attention   []attentionView
	Newsletters []newsletterView
}

type newsletterView struct {
	ID      string
	Name    template.HTML
	Latest  latestView
	Ahead   template.HTML // what comes next; "": nothing is planned
	NextRun template.HTML
	Zones   []zoneView
	More    template.HTML // how many zones come later; "": none
	Readers string
	Runway  template.HTML
}

// latestView is a newsletter's newest edition.
type latestView struct {
	ID, Href string        // of the newsletter, of the edition's page
	Date     template.HTML // "": there is none
	Tip      template.HTML
	progressView
}

// zoneView is when a newsletter is due next in a zone.
type zoneView struct{ There, Zone, At, Readers template.HTML }

// mostZones is how many zones are shown.
const mostZones = 8

// today is how each newsletter stands.
func (a *Admin) today(v *visit) (view, error) {
	var shown todayView
	var err error
	if shown.sendingView, err = a.sending(v); err != nil {
		return view{}, err
	}
	var files []attentionView
	for i := range a.Scheduler.Newsletters {
		n := &a.Scheduler.Newsletters[i]
		standing, err := a.Scheduler.Standing(v.Context(), n, v.now)
		if err != nil {
			return view{}, err
		}
		shown.Newsletters = append(shown.Newsletters, a.newsletter(n, standing))
		shown.Attention = append(shown.Attention, a.newsletterAttention(n, standing)...)
		files = append(files, a.filesAttention(n)...)
	}
	returns, err := a.returnsAttention(v)
	if err != nil {
		return view{}, err
	}
	shown.Attention = slices.Concat(shown.Attention, returns, files) // what goes wrong soonest stands first
	return view{title: say("admin.section.today"), body: "today", data: shown}, nil
}

// todayLive is how far each newsletter's edition is by now, and what is paused.
func (a *Admin) todayLive(v *visit) (view, error) {
	var shown todayView
	var err error
	if shown.sendingView, err = a.sending(v); err != nil {
		return view{}, err
	}
	for i := range a.Scheduler.Newsletters {
		n := &a.Scheduler.Newsletters[i]
		one := newsletterView{ID: n.ID, Latest: latestView{ID: n.ID}}
		counts, err := a.Ledger.RecentOf(v.Context(), n.ID, 1)
		if err != nil {
			return view{}, err
		}
		if len(counts) > 0 {
			latest, err := a.Ledger.Summarize(v.Context(), v.now, counts[0])
			if err != nil {
				return view{}, err
			}
			one.Latest = a.latest(n, &latest)
		}
		shown.Newsletters = append(shown.Newsletters, one)
	}
	return view{body: "today_live", data: shown}, nil
}

func (a *Admin) newsletter(n *scheduler.Newsletter, s scheduler.Standing) newsletterView {
	shown := newsletterView{
		ID: n.ID, Name: a.Letterhead(n.ID).Name, NextRun: say("admin.today.no_run"), Latest: a.latest(n, s.Latest),
		Readers: grouped(s.Readers), Runway: runway(s.Runway, n.Approve),
	}
	if !s.Next.IsZero() {
		zone := time.UTC // readers in several zones have none in common
		if n.Zone != nil {
			zone = n.Zone
		}
		shown.NextRun = web.Instant(locale.Default, s.Next.In(zone))
	}
	if s.Ahead.Reason != "" {
		shown.Ahead = a.tipOn("admin.today.ahead", n, s.Ahead.Date, s.Ahead.Tip)
	} else if len(s.Waits) > 0 {
		shown.Ahead = a.tipOn("admin.today.ahead_waits", n, s.Waits[0].Date, s.Waits[0].Waiting)
	}
	if len(s.Zones) < 2 {
		return shown // the next run says it all
	}
	for _, run := range s.Zones[:min(mostZones, len(s.Zones))] {
		shown.Zones = append(shown.Zones, zoneView{
			There: template.HTML(template.HTMLEscapeString(run.At.Format("Mon 15:04"))), Zone: web.ZoneText(run.At.Location().String()),
			At: stamp(run.At), Readers: template.HTML(grouped(run.Readers)),
		})
	}
	if more := len(s.Zones) - mostZones; more > 0 {
		shown.More = counting("admin.today.more_zones", more)
	}
	return shown
}

// tipOn says which tip a date gets, with what leads to it.
func (a *Admin) tipOn(message string, n *scheduler.Newsletter, day scheduler.Date, t tips.Tip) template.HTML {
	return phrase(message, map[string]template.HTML{"Date": date(day.String()), "Tip": a.tipLink(n, t.ID, web.Isolated(t.Title, t.Language))})
}

// tipLink is a tip's title, with what leads to its page where the library has it.
func (a *Admin) tipLink(n *scheduler.Newsletter, id string, title template.HTML) template.HTML {
	if _, there := n.Library.Tip(id); !there {
		return title
	}
	return template.HTML(`<a href="`+template.HTMLEscapeString(a.tipPath(tipPages, n.ID, id, nil))+`">`) + title + "</a>"
}

// latest says how far a newsletter's newest edition is; nil: there was none.
func (a *Admin) latest(n *scheduler.Newsletter, s *ledger.Summary) latestView {
	if s == nil {
		return latestView{ID: n.ID}
	}
	return latestView{
		ID: n.ID, Href: a.Path(editionRoute(s.Newsletter, s.LocalDate), nil),
		Date: date(s.LocalDate), Tip: a.tipLink(n, s.Tip, tipTitle(n, s.Tip)), progressView: progress(*s),
	}
}

// runway says how long the tips last.
func runway(r scheduler.Runway, approve bool) template.HTML {
	text := runwayText(r)
	if approve && r.Tips > 0 && !r.Last.IsZero() {
		text = phrase("admin.runway.approve", map[string]template.HTML{"Runway": text})
	}
	return text
}

func runwayText(r scheduler.Runway) template.HTML {
	values := map[string]template.HTML{"Tips": template.HTML(grouped(int64(r.Tips))), "Last": date(r.Last.String()), "First": date(r.First.String())}
	switch {
	case r.Tips == 0:
		return say("admin.runway.none")
	case r.First.IsZero():
		return phrase("admin.runway.long", values)
	case r.Last.IsZero():
		return phrase("admin.runway.over", values)
	case r.Reason == scheduler.Empty:
		return phrase("admin.runway.ends", values)
	}
	return phrase("admin.runway.repeats", values)
}

// date is a date as a person writes it.
func date(day string) template.HTML {
	return template.HTML(fmt.Sprintf(`<time datetime="%s">%s</time>`, template.HTMLEscapeString(day), template.HTMLEscapeString(locale.FullDate(locale.Default, day))))
}

// grouped is a number with its thousands apart.
func grouped(n int64) string { return message.NewPrinter(language.English).Sprintf("%d", n) }

// counting is a message about a number of things.
func counting(id string, n int) template.HTML {
	return template.HTML(template.HTMLEscapeString(locale.Text(locale.Default, id, map[string]any{"Count": n, "N": grouped(int64(n))})))
}
