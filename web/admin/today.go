package admin

import (
	"fmt"
	"html/template"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"dailytip/admins"
	"dailytip/ledger"
	"dailytip/locale"
	"dailytip/scheduler"
	"dailytip/web"
)

// todayView is the data of the template "today".
type todayView struct {
	Pauses      []pauseView
	Resume      *resumeForm // tries again what ends by a try; nil: nothing does, or they may not
	Newsletters []newsletterView
}

type pauseView struct {
	What   template.HTML
	Reason string
	Reply  string        // of a server; "": none, or not for them
	Next   template.HTML // when one mail is tried
	Resume *resumeForm   // nil: a try ends it, or they may not
}

type newsletterView struct {
	ID      string
	Name    template.HTML
	Latest  *editionView
	Ahead   template.HTML // what comes next; "": nothing is planned
	NextRun template.HTML
	Readers string
	Runway  template.HTML
}

type editionView struct {
	Date, Tip, State template.HTML
	Due              string
	Counts           []countView
}

// countView is how many mails are in a state.
type countView struct {
	Class string // its colour
	Name  template.HTML
	N     string
}

// today is how each newsletter stands.
func (a *Admin) today(v *visit) (view, error) {
	var shown todayView
	pauses, err := a.Ledger.AllPauses(v.Context())
	if err != nil {
		return view{}, err
	}
	for _, p := range pauses {
		shown.Pauses = append(shown.Pauses, a.pauseOf(v, p))
	}
	shown.Resume = a.resumeForm(v, pauses, false)
	for i := range a.Scheduler.Newsletters {
		one, err := a.newsletter(v, &a.Scheduler.Newsletters[i])
		if err != nil {
			return view{}, err
		}
		shown.Newsletters = append(shown.Newsletters, one)
	}
	return view{title: say("admin.section.today"), body: "today", data: shown}, nil
}

// pauseOf says what is paused and why. A server's reply may quote an address.
func (a *Admin) pauseOf(v *visit, p ledger.PauseInfo) pauseView {
	newsletter, notices := strings.CutSuffix(p.Newsletter, ledger.NoticesOf(""))
	values := map[string]template.HTML{"Newsletter": a.Letterhead(newsletter).Name, "Since": web.Instant(locale.Default, p.Since)}
	message := "admin.today.paused_newsletter"
	switch {
	case p.Newsletter == ledger.Relay:
		message = "admin.today.paused_all"
	case notices:
		message = "admin.today.paused_notices"
	}
	shown := pauseView{What: phrase(message, values), Reason: p.Reason, Next: say("admin.today.held"), Resume: a.resumeForm(v, []ledger.PauseInfo{p}, true)}
	if v.may(admins.Readers) {
		shown.Reply = p.Reply.Text
	}
	if !p.Held() {
		shown.Next = phrase("admin.today.next_try", map[string]template.HTML{"At": web.Instant(locale.Default, p.ProbeAt)})
	}
	return shown
}

func (a *Admin) newsletter(v *visit, n *scheduler.Newsletter) (newsletterView, error) {
	shown := newsletterView{ID: n.ID, Name: a.Letterhead(n.ID).Name, NextRun: say("admin.today.no_run")}
	s, err := a.Scheduler.Standing(v.Context(), n, v.now)
	if err != nil {
		return shown, err
	}
	shown.Readers, shown.Runway = grouped(s.Readers), runway(s.Runway)
	if !s.Next.IsZero() {
		shown.NextRun = web.Instant(locale.Default, s.Next.UTC())
	}
	if s.Ahead.Reason != "" {
		shown.Ahead = phrase("admin.today.ahead", map[string]template.HTML{"Date": date(s.Ahead.Date.String()), "Tip": web.Isolated(s.Ahead.Tip.Title, s.Ahead.Tip.Language)})
	}
	if s.Latest != nil {
		shown.Latest = edition(n, *s.Latest)
	}
	return shown, nil
}

// edition says how far an edition is.
func edition(n *scheduler.Newsletter, s ledger.Summary) *editionView {
	shown := &editionView{Date: date(s.LocalDate), Tip: web.Isolated(s.Tip, ""), Due: grouped(s.Due)}
	if t, there := n.Library.Tip(s.Tip); there {
		shown.Tip = web.Isolated(t.Title, t.Language)
	}
	if s.State != "open" {
		shown.State = say("admin.state." + s.State)
	}
	for _, c := range []struct {
		name  string
		n     int64
		quiet bool // shown only when there are some
	}{
		{"sent", s.Sent, false},
		{"waiting", s.Pending + s.Retry, false},
		{"failed", s.Failed, false},
		{"in_doubt", s.InDoubt, false},
		{"expired", s.Expired, true},
		{"withdrawn", s.Withdrawn, true},
	} {
		if c.n > 0 || !c.quiet {
			class := c.name
			if c.n == 0 {
				class = "none"
			}
			shown.Counts = append(shown.Counts, countView{Class: class, Name: say("admin.count." + c.name), N: grouped(c.n)})
		}
	}
	return shown
}

// runway says how long the tips last.
func runway(r scheduler.Runway) template.HTML {
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
