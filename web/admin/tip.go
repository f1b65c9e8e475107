package admin

import (
	"cmp"
	"errors"
	"html/template"
	"net/url"
	"strings"

	"dailytip/admins"
	"dailytip/scheduler"
	"dailytip/web"
)

// tipView is the data of the template "tip".
type tipView struct {
	Back     string        // the list
	WhyNot   template.HTML // why it can't be sent now; "": it can
	Mail     *mailView     // nil: there is none
	Fault    template.HTML // why there is none; "": the file can't be used
	Facts    []factView
	Link     string // the source's address; "": none
	Source   string // how it's called
	Findings []findingView
	More     template.HTML // how many there are besides; "": none
	Looking  bool          // the findings may be old
	Test     *testView     // nil: they may not
}

type factView struct{ Name, Value template.HTML }

// tip is one tip as its mail will be, and what lint finds in it.
func (a *Admin) tip(v *visit) (view, error) {
	n, i, err := a.tipOf(v, v.PathValue("newsletter"), tipAsked(v))
	if err != nil {
		return view{}, err
	}
	k, err := a.known(v, n)
	if err != nil {
		return view{}, err
	}
	shown := tipView{
		Back:  a.Path(root+"/tips", url.Values{"newsletter": {n.ID}}),
		Facts: a.facts(v, n, i, k), Link: i.Link, Looking: i.old, Source: cmp.Or(i.Source, i.Link),
	}
	shown.Findings, shown.More = a.findings(v, n, i)
	if !i.broken {
		shown.WhyNot = whyNot(v, n, i)
		l, date := lookOf(v.URL.Query(), i), dateOf(v, n, i, k)
		shown.Mail, err = a.mailView(v, n, date, i, l)
		if refused := (refusal{}); errors.As(err, &refused) {
			shown.Fault = refused.text
		} else if err != nil {
			return view{}, err
		} else if v.may(admins.Plan) {
			shown.Test = a.testView(v, n, i, l)
		}
	}
	return view{title: titled(n, i.Tip), body: "tip", data: shown, frames: shown.Mail != nil && shown.Mail.Frame != ""}, nil
}

// facts are what is known of a tip beside its text.
func (a *Admin) facts(v *visit, n *scheduler.Newsletter, i *item, k known) []factView {
	facts := []factView{
		{say("admin.tip.newsletter"), a.Letterhead(n.ID).Name},
		{say("admin.tip.file"), template.HTML(`<bdi class="address" dir="ltr">` + template.HTMLEscapeString(i.Path) + "</bdi>")},
	}
	add := func(name string, value template.HTML) {
		if value != "" {
			facts = append(facts, factView{say("admin.tip." + name), value})
		}
	}
	add("author", isolated(i.Author))
	add("tags", isolated(strings.Join(i.Tags, ", ")))
	if n.Order != scheduler.CourseOrder {
		last, next := say("admin.tip.never"), say("admin.tip.not_soon")
		if d := k.dates.Last[i.ID]; !d.IsZero() {
			last = date(d.String())
		}
		if d := k.dates.Next[i.ID]; !d.IsZero() {
			next = date(d.String())
			if d.Sub(n.Today(v.now)) < calendarDays {
				next = `<a href="` + template.HTML(template.HTMLEscapeString(a.calendarPath(n.ID, d.String()))) + `">` + next + "</a>"
			}
		}
		add("last", last)
		add("next", next)
	}
	if t := k.votes[i.ID]; t.Useful+t.Useless > 0 {
		add("votes", phrase("admin.tip.vote_counts", map[string]template.HTML{"Useful": template.HTML(grouped(t.Useful)), "NotUseful": template.HTML(grouped(t.Useless))}))
	}
	return facts
}

// isolated is a text that keeps its own direction; "" stays so.
func isolated(text string) template.HTML {
	if text == "" {
		return ""
	}
	return web.Isolated(text, "")
}

// findings are what lint finds in a tip's files, with their lines.
func (a *Admin) findings(v *visit, n *scheduler.Newsletter, i *item) (all []findingView, more template.HTML) {
	files := map[string][]string{}
	for _, f := range worst(i.faults) {
		if len(all) == mostFindings {
			return all, counting("admin.tip.more", len(i.faults)-len(all))
		}
		lines, read := files[f.Path]
		if !read {
			var err error
			if lines, err = n.Library.Lines(f.Path); err != nil { // it has been deleted meanwhile, or is what the finding is about
				a.Log.DebugContext(v.Context(), "the lines of a finding can't be shown", "error", err)
			}
			files[f.Path] = lines
		}
		all = append(all, finding(f, lines))
	}
	return all, ""
}
