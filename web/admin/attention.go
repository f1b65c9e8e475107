package admin

import (
	"html/template"
	"net/url"
	"slices"
	"strconv"

	"dailytip/admins"
	"dailytip/ledger"
	"dailytip/locale"
	"dailytip/scheduler"
	"dailytip/web"
)

// attentionView is something that somebody should look after, with what helps.
type attentionView struct {
	What   template.HTML
	Reason string          // in a program's words; "": none
	Lines  []attentionLine // of several of a kind, each
	Remedy template.HTML   // what helps
	Href   string          // the page that helps; "": none
	Link   template.HTML   // what leads there
	Acts   []actView       // buttons that help
}

// attentionLine is one of several of a kind.
type attentionLine struct {
	Href string // its page; "": none
	What template.HTML
	Text template.HTML
}

// mostFaults is how many of a kind are shown, such as files of a library.
const mostFaults = 5

// newsletterAttention is what is wrong with a newsletter's coming tips and its edition.
func (a *Admin) newsletterAttention(n *scheduler.Newsletter, s scheduler.Standing) (all []attentionView) {
	if len(s.Waits) > 0 {
		all = append(all, a.waitsAttention(n, s.Waits))
	}
	if len(s.Doubts) > 0 {
		all = append(all, a.doubtAttention(n, s.Doubts))
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
	return all
}

// doubtAttention is of which editions nobody knows whether their mails arrived.
func (a *Admin) doubtAttention(n *scheduler.Newsletter, doubts []ledger.Doubt) attentionView {
	shown, mails := attentionView{Remedy: say("admin.attention.doubt_remedy")}, 0
	for i, d := range doubts {
		mails += int(d.Mails)
		if i < mostFaults {
			shown.Lines = append(shown.Lines, attentionLine{
				Href: a.Path(editionRoute(n.ID, d.LocalDate), nil), What: date(d.LocalDate), Text: counting("admin.attention.mails", int(d.Mails)),
			})
		}
	}
	shown.What = phrase("admin.attention.doubt", map[string]template.HTML{"Mails": counting("admin.attention.mails", mails), "Newsletter": a.Letterhead(n.ID).Name})
	return shown
}

// waitsAttention is which tips of the coming days wait for an approval, and what goes out
// until then.
func (a *Admin) waitsAttention(n *scheduler.Newsletter, waits []scheduler.Choice) attentionView {
	shown := attentionView{
		What:   phrase("admin.attention.waits", map[string]template.HTML{"Newsletter": a.Letterhead(n.ID).Name}),
		Remedy: say("admin.attention.waits_remedy"), Href: a.calendarPath(n.ID, waits[0].Date.String()), Link: say("admin.attention.to_calendar"),
	}
	for _, choice := range waits {
		line := attentionLine{
			Href: a.calendarPath(n.ID, choice.Date.String()), Text: say("admin.attention.waits_nothing"),
			What: phrase("admin.today.ahead", map[string]template.HTML{"Tip": web.Isolated(choice.Waiting.Title, choice.Waiting.Language), "Date": date(choice.Date.String())}),
		}
		if choice.Tip.ID != "" {
			line.Text = phrase("admin.attention.waits_instead", map[string]template.HTML{"Tip": web.Isolated(choice.Tip.Title, choice.Tip.Language)})
		}
		shown.Lines = append(shown.Lines, line)
	}
	return shown
}

// filesAttention is which files of a newsletter's library can't be used.
func (a *Admin) filesAttention(n *scheduler.Newsletter) []attentionView {
	faults := n.Unusable()
	if len(faults) == 0 || a.sharesLibrary(n) {
		return nil
	}
	shown := attentionView{
		What:   phrase("admin.attention.files", map[string]template.HTML{"Files": counting("admin.attention.count_files", len(faults)), "Newsletter": a.Letterhead(n.ID).Name}),
		Remedy: say("admin.attention.files_remedy"),
		Href:   a.Path(root+"/tips", url.Values{"newsletter": {n.ID}, "faults": {withheld}}), Link: say("admin.attention.to_files"),
	}
	for _, f := range faults[:min(mostFaults, len(faults))] {
		line := attentionLine{
			What: phrase("admin.attention.file", map[string]template.HTML{"File": web.Isolated(f.Path, ""), "Line": template.HTML(strconv.Itoa(f.Line))}),
			Text: web.Isolated(f.Message, ""),
		}
		if id := tipOfFile(n, f.Path); id != "" {
			line.Href = a.tipPath(tipPages, n.ID, id, nil)
		}
		shown.Lines = append(shown.Lines, line)
	}
	return []attentionView{shown}
}

// tipOfFile is the id of the tip that a file belongs to; "": none.
func tipOfFile(n *scheduler.Newsletter, file string) string {
	for _, t := range n.Library.Tips() {
		if slices.Contains(t.Files(), file) {
			return t.ID
		}
	}
	for _, b := range n.Library.Broken() {
		if slices.Contains(b.Tip.Files(), file) {
			return b.Tip.ID
		}
	}
	return ""
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
	held, err := a.heldAttention(v)
	return append(all, held...), err
}

// calendarPath leads to a date in a newsletter's calendar.
func (a *Admin) calendarPath(newsletter, date string) string {
	return a.Path(root+"/calendar", url.Values{"newsletter": {newsletter}, "date": {date}})
}
