package admin

import (
	"html/template"
	"net/url"
	"strings"

	"dailytip/editions"
	"dailytip/ledger"
)

// editionLines is how many editions a page has: each takes a few questions.
const editionLines = 20

// editionsView is the data of the template "editions".
type editionsView struct {
	Lines []editionLine
	Named bool   // each says its newsletter: there are several
	Older string // the address of the next page; "": there is none
}

type editionLine struct {
	Href             string // "": its newsletter has left the configuration
	Date, Newsletter template.HTML
	Tip, State       template.HTML
	Numbers          []countView // with the names of the columns
}

// editionsPage is the newest editions, page by page.
func (a *Admin) editionsPage(v *visit) (view, error) {
	// Where the page before ended: the date, and the newsletter.
	date, of, _ := strings.Cut(v.URL.Query().Get("after"), " ")
	if !readable(date) || !readable(of) {
		date, of = "", ""
	}
	found, err := a.Editions.After(v.Context(), a.DB.Read(), "", date, of, editionLines+1)
	if err != nil {
		return view{}, err
	}
	shown := editionsView{Named: len(a.Scheduler.Newsletters) > 1}
	if len(found) > editionLines {
		found = found[:editionLines]
		last := found[editionLines-1]
		shown.Older = a.Path(root+"/editions", url.Values{"after": {last.LocalDate + " " + last.Newsletter}})
	}
	counts, err := a.Ledger.CountAll(v.Context(), found)
	if err != nil {
		return view{}, err
	}
	for _, c := range counts {
		line, err := a.editionLine(v, c)
		if err != nil {
			return view{}, err
		}
		shown.Lines = append(shown.Lines, line)
	}
	return view{title: say("admin.section.editions"), body: "editions", data: shown}, nil
}

func (a *Admin) editionLine(v *visit, c ledger.Counts) (editionLine, error) {
	s := ledger.Summary{
		Newsletter: c.Edition.Newsletter, LocalDate: c.Edition.LocalDate, Tip: c.Tip, State: c.Edition.State, Pending: c.Pending, Retry: c.Retry,
	}
	if c.Pending > 0 { // so few are that each may be asked how fast it goes out
		progress, err := a.Ledger.Progress(v.Context(), v.now, c.Edition)
		if err != nil {
			return editionLine{}, err
		}
		s.Rate = progress.Rate
	}
	line := editionLine{Date: date(s.LocalDate), Newsletter: a.Letterhead(s.Newsletter).Name, State: say("admin.state." + stateOf(s))}
	n, _ := a.Scheduler.Find(s.Newsletter)
	line.Tip = tipTitle(n, s.Tip)
	line.Href = a.editionLink(s.Newsletter, s.LocalDate)
	for _, one := range []struct {
		name, label string
		n           int64
	}{
		{"sent", "admin.count.sent", c.Sent},
		{"waiting", "admin.count.waiting", c.Pending + c.Retry},
		{"failed", "admin.count.failed", c.Failed},
		{"in_doubt", "admin.count.in_doubt", c.InDoubt},
		{"expired", "admin.count.expired", c.Expired},
		{"useful", "admin.editions.useful", c.Votes.Useful},
	} {
		count := countOf(one.name, one.n)
		count.Name = say(one.label)
		line.Numbers = append(line.Numbers, count)
	}
	return line, nil
}

// editionPath is the pattern of an edition's page, below root.
const editionPath = "/editions/{newsletter}/{date}"

// editionRoute is the path of an edition's page.
func editionRoute(newsletter, date string) string {
	return root + "/editions/" + newsletter + "/" + date
}

// editionLink is the address of an edition's page; "": its newsletter has left the
// configuration, and it has none.
func (a *Admin) editionLink(newsletter, date string) string {
	if _, err := a.Scheduler.Find(newsletter); err != nil {
		return ""
	}
	return a.Path(editionRoute(newsletter, date), nil)
}

// readable tells whether a text can be looked for in a database.
func readable(text string) bool {
	return strings.ToValidUTF8(text, "") == text && !strings.Contains(text, "\x00")
}

// isOver tells whether nothing can be changed about an edition any more.
func isOver(e editions.Edition) bool { return e.State == editions.Cancelled || !e.PrunedAt.IsZero() }
