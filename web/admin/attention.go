package admin

import (
	"html/template"
	"net/url"
	"strconv"
	"time"

	"dailytip/admins"
	"dailytip/locale"
	"dailytip/scheduler"
	"dailytip/web"
)

// attentionView is something that somebody should look after, with what helps.
type attentionView struct {
	What   template.HTML
	Reason string        // in a program's words; "": none
	Remedy template.HTML // what helps
	Href   string        // the page that helps; "": none
	Link   template.HTML // what leads there
}

const (
	// mostFaults is how many files of a library are shown.
	mostFaults = 5
	// mostHeld is how many domains are shown.
	mostHeld = 10
	// heldFor is for how long what is held back needs attention.
	heldFor = 7 * 24 * time.Hour
)

// newsletterAttention is what is wrong with a newsletter's tips and its edition.
func (a *Admin) newsletterAttention(n *scheduler.Newsletter, s scheduler.Standing) (all []attentionView) {
	if l := s.Latest; l != nil && l.InDoubt > 0 {
		all = append(all, attentionView{
			What: phrase("admin.attention.doubt", map[string]template.HTML{
				"Mails": counting("admin.attention.mails", int(l.InDoubt)), "Newsletter": a.Letterhead(n.ID).Name, "Date": date(l.LocalDate),
			}),
			Remedy: say("admin.attention.doubt_remedy"),
			Href:   a.Path(editionRoute(n.ID, l.LocalDate), nil), Link: say("admin.attention.to_edition"),
		})
	}
	for _, choice := range s.Waits {
		instead := say("admin.attention.waits_nothing")
		if choice.Tip.ID != "" {
			instead = phrase("admin.attention.waits_instead", map[string]template.HTML{"Tip": web.Isolated(choice.Tip.Title, choice.Tip.Language)})
		}
		all = append(all, attentionView{
			What: phrase("admin.attention.waits", map[string]template.HTML{
				"Tip": web.Isolated(choice.Waiting.Title, choice.Waiting.Language), "Newsletter": a.Letterhead(n.ID).Name, "Date": date(choice.Date.String()),
			}),
			Remedy: instead,
			Href:   a.calendarPath(n.ID, choice.Date.String()), Link: say("admin.attention.to_calendar"),
		})
	}
	for _, astray := range s.Astray {
		all = append(all, attentionView{
			What: phrase("admin.attention.astray", map[string]template.HTML{
				"Tip": web.Isolated(astray.Tip, ""), "Newsletter": a.Letterhead(n.ID).Name, "Date": date(astray.Date.String()),
			}),
			Reason: astray.Why, Remedy: say("admin.attention.astray_remedy"),
			Href: a.calendarPath(n.ID, astray.Date.String()), Link: say("admin.attention.to_calendar"),
		})
	}
	if a.sharesLibrary(n) {
		return all
	}
	faults := n.Unusable()
	for _, f := range faults[:min(mostFaults, len(faults))] {
		all = append(all, attentionView{
			What:   phrase("admin.attention.file", map[string]template.HTML{"File": web.Isolated(f.Path, ""), "Line": template.HTML(strconv.Itoa(f.Line))}),
			Reason: f.Message, Remedy: say("admin.attention.file_remedy"),
		})
	}
	if more := len(faults) - mostFaults; more > 0 {
		all = append(all, attentionView{What: counting("admin.attention.more_files", more), Remedy: say("admin.attention.more_files_remedy")})
	}
	return all
}

// sharesLibrary tells whether a newsletter before this one has the same library: its
// files are shown there.
func (a *Admin) sharesLibrary(n *scheduler.Newsletter) bool {
	for i := range a.Scheduler.Newsletters {
		if other := &a.Scheduler.Newsletters[i]; other.Library == n.Library {
			return other.ID != n.ID
		}
	}
	return false
}

// returnsAttention is what is wrong with what comes back, for who may see the readers.
func (a *Admin) returnsAttention(v *visit) (all []attentionView, err error) {
	if !v.may(admins.Readers) {
		return nil, nil
	}
	failing, err := a.Intake.FailingDoors(v.Context())
	if err != nil {
		return nil, err
	}
	for _, d := range failing {
		all = append(all, attentionView{
			What: phrase("admin.attention.door", map[string]template.HTML{
				"Door": web.Isolated(d.Name, ""), "Since": web.Instant(locale.Default, d.Since.UTC()),
			}),
			Reason: d.Fault, Remedy: say("admin.attention.door_remedy"),
		})
	}
	held, err := a.List.HeldDomains(v.Context(), v.now.Add(-heldFor), mostHeld)
	if err != nil {
		return nil, err
	}
	for _, h := range held {
		domain := web.Isolated(h.Domain, "")
		all = append(all, attentionView{
			What: phrase("admin.attention.held", map[string]template.HTML{
				"Readers": counting("admin.attention.readers", int(h.Readers)), "Domain": domain, "Last": stamp(h.Last),
			}),
			Remedy: phrase("admin.attention.held_remedy", map[string]template.HTML{"Domain": domain}),
		})
	}
	return all, nil
}

// calendarPath leads to a date in a newsletter's calendar.
func (a *Admin) calendarPath(newsletter, date string) string {
	return a.Path(root+"/calendar", url.Values{"newsletter": {newsletter}, "date": {date}})
}
