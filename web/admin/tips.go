package admin

import (
	"html/template"
	"net/url"
	"strings"

	"dailytip/scheduler"
	"dailytip/tips"
	"dailytip/web"
)

// tipsView is the data of the template "tips".
type tipsView struct {
	Action         string // where the filter leads
	Q              string
	Selects        []selectView
	Found          template.HTML
	All            string // the whole library; "": it's shown
	Tips           []tipLine
	Pages          template.HTML // which of them; "": all are on one
	Previous, Next string        // addresses; "": there is none
	Elsewhere      []findingView
	Looking        bool // what it says of faults may be old
	Course         bool // there are no dates that all readers share
}

type tipLine struct {
	Href      string // "": another tip has its id
	Emoji     string
	Title     template.HTML
	About     []template.HTML
	Languages string
	Faults    template.HTML
	Bad       bool // something of it isn't sent
	Last      template.HTML
	Next      template.HTML
	Useful    string
	NotUseful string
}

// yearAhead is how far it's looked when a tip comes next, in days.
const yearAhead = 366

// known reads what is known of a newsletter's tips beside their text.
func (a *Admin) known(v *visit, n *scheduler.Newsletter) (k known, err error) {
	if k.votes, err = a.Scheduler.Editions.Tallies(v.Context(), []string{n.ID}); err != nil || n.Order == scheduler.CourseOrder {
		return k, err
	}
	calendar, err := a.Scheduler.Calendar(v.Context(), n, v.now)
	if err == nil {
		k.dates = calendar.Dates(n.Upcoming(v.now), yearAhead)
	}
	return k, err
}

// tips is a newsletter's library.
func (a *Admin) tips(v *visit) (view, error) {
	query := v.URL.Query()
	n, err := a.newsletterOf(query.Get("newsletter"))
	if err != nil {
		return view{}, err
	}
	k, err := a.known(v, n)
	if err != nil {
		return view{}, err
	}
	s, f := a.shelves.of(v, n), newFilter(query, k)
	found := f.of(s)
	f.page = min(f.page, 1+max(len(found)-1, 0)/mostOfList)
	shown := tipsView{
		Action: a.Path(root+"/tips", nil), Q: f.q, Selects: a.selects(n, s, f), Course: n.Order == scheduler.CourseOrder,
		Found: counting("admin.tips.found", len(found)), Elsewhere: elsewhere(s), Looking: s.looking,
	}
	if len(found) < len(s.items) {
		shown.Found = phrase("admin.tips.found_of", map[string]template.HTML{"Found": template.HTML(grouped(int64(len(found)))), "All": template.HTML(grouped(int64(len(s.items))))})
		shown.All = a.Path(root+"/tips", url.Values{"newsletter": {n.ID}})
	}
	first := (f.page - 1) * mostOfList
	last := min(first+mostOfList, len(found))
	if first > 0 {
		shown.Previous = a.Path(root+"/tips", f.query(n.ID, f.page-1))
	}
	if last < len(found) {
		shown.Next = a.Path(root+"/tips", f.query(n.ID, f.page+1))
	}
	if last-first < len(found) {
		shown.Pages = template.HTML(grouped(int64(first+1)) + "–" + grouped(int64(last)))
	}
	for _, i := range found[first:last] {
		shown.Tips = append(shown.Tips, a.tipLine(v, n, s, i, k))
	}
	return view{title: say("admin.section.tips"), body: "tips", data: shown}, nil
}

// tipLine is a tip's line in the list.
func (a *Admin) tipLine(v *visit, n *scheduler.Newsletter, s *shelf, i *item, k known) tipLine {
	line := tipLine{
		Emoji: i.Emoji, Title: web.Isolated(i.Title, i.Language), Languages: strings.Join(i.languages, " "), Bad: i.worse(tips.Error) > 0,
		Faults: faultCount(i), Last: shortDate(k.dates.Last[i.ID]), Next: shortDate(k.dates.Next[i.ID]),
	}
	if s.find(i.ID) == i {
		line.Href = a.tipPath(tipPages, n.ID, i.ID, nil)
	}
	if why := whyNot(v, n, i); why != "" {
		line.About = append(line.About, why)
	}
	if len(i.Tags) > 0 {
		line.About = append(line.About, web.Isolated(strings.Join(i.Tags, ", "), ""))
	}
	if votes := k.votes[i.ID]; votes.Useful+votes.Useless > 0 {
		line.Useful, line.NotUseful = grouped(votes.Useful), grouped(votes.Useless)
	}
	return line
}

// whyNot says why a tip can't be sent now; "": it can.
func whyNot(v *visit, n *scheduler.Newsletter, i *item) template.HTML {
	if i.broken {
		return say("admin.tips.broken")
	}
	why := n.WhyNot(&i.Tip, n.Today(v.now))
	if why == "" {
		return ""
	}
	return phrase("admin.tips.why_not", map[string]template.HTML{"Why": web.Isolated(why, "")})
}

// faultCount says how many faults a tip has; of notes nothing.
func faultCount(i *item) template.HTML {
	var parts []string
	if n := i.counts[tips.Error]; n > 0 {
		parts = append(parts, string(counting("admin.tips.errors", n)))
	}
	if n := i.counts[tips.Warning]; n > 0 {
		parts = append(parts, string(counting("admin.tips.warnings", n)))
	}
	return template.HTML(strings.Join(parts, ", "))
}
