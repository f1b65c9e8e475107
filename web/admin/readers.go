package admin

import (
	"errors"
	"html/template"
	"strconv"
	"strings"

	"dailytip/subscribers"
)

const readersPath = root + "/readers"

// readersOnPage is how many readers a page of the list has.
const readersOnPage = 50

// readersView is the data of the template "readers".
type readersView struct {
	Action      string // where the form leads to
	Search      string // as somebody typed it
	Newsletters []choice
	States      []choice
	Language    string
	Timezone    string
	Fault       template.HTML // what is wrong with what was typed; "": nothing
	Found       []readerRow
	Said        template.HTML // how many there are, where that isn't plain to see
	Next        string        // the address of the next page; "": there is none
	NextText    template.HTML
	// The addresses of what can be done with the list.
	Add, Import, Export string
}

type readerRow struct {
	Href, Email, Name, Language, Timezone string
	Places                                []placeInShort
	Since                                 template.HTML
}

type placeInShort struct {
	Newsletter template.HTML
	State      stateView
}

// stateView is a state in words, and what colours it.
type stateView struct {
	Class string
	Name  template.HTML
}

// readers is the list of those who are like what somebody asks for.
func (a *Admin) readers(v *visit) (view, error) {
	shown := readersView{
		Action: a.Path(readersPath, nil), Search: v.asked("q"), Language: v.asked("language"), Timezone: v.asked("timezone"),
		Newsletters: a.newsletterChoices(), Add: a.Path(root+"/add", nil), Import: a.Path(root+"/import", nil), Export: a.Path(root+"/export", nil),
	}
	for _, s := range subscribers.States {
		shown.States = append(shown.States, worded(string(s), "admin.reader.state."+string(s)))
	}
	pick(shown.Newsletters, v.asked("newsletter"))
	pick(shown.States, v.asked("state"))
	out := view{title: say("admin.section.readers"), body: "readers"}
	p, err := paging(v)
	if err == nil {
		err = a.listReaders(v, p, &shown)
	}
	if bad := (refusal{}); errors.As(err, &bad) {
		shown.Fault, err = bad.text, nil
	}
	out.data = shown
	return out, err
}

// paging is what somebody asks the list for. What begins with an @ is a domain.
func paging(v *visit) (p subscribers.Paging, err error) {
	p = subscribers.Paging{Newsletter: v.asked("newsletter"), State: subscribers.State(v.asked("state")), After: v.asked("after"), Limit: readersOnPage}
	search := v.asked("q")
	if domain, only := strings.CutPrefix(strings.TrimPrefix(search, "*"), "@"); only {
		if p.Domain, err = subscribers.ParseDomain(domain); err != nil {
			return p, faulty(err)
		}
	} else if address, err := subscribers.ParseAddress(search); err == nil {
		p.Prefix = address.Key() // as it was written down, whatever the domain's letters
	} else {
		p.Prefix = search
	}
	if p.Language, err = subscribers.ParseLanguage(v.asked("language")); err != nil {
		return p, faulty(err)
	}
	if p.Timezone, err = subscribers.ParseZone(v.asked("timezone")); err != nil {
		return p, faulty(err)
	}
	return p, nil
}

func (a *Admin) listReaders(v *visit, p subscribers.Paging, shown *readersView) error {
	page, next, err := a.List.Page(v.Context(), a.DB.Read(), p)
	if errors.Is(err, subscribers.ErrUnknown) { // the last one of the page before was erased
		return refuse(0, "admin.readers.lost")
	}
	if err != nil {
		return err
	}
	for _, s := range page {
		shown.Found = append(shown.Found, a.readerRow(s))
	}
	if next == "" {
		if len(page) == 0 {
			shown.Said = say("admin.readers.none")
		}
		return nil
	}
	query := v.URL.Query()
	query.Set("after", next)
	query.Del(doneField)
	shown.Next, shown.NextText = a.Path(readersPath, query), say("admin.readers.next")
	if len(page) < p.Limit {
		values := map[string]template.HTML{"Looked": template.HTML(grouped(subscribers.Scanned)), "Found": template.HTML(grouped(int64(len(page))))}
		shown.Said, shown.NextText = phrase("admin.readers.looked", values), phrase("admin.readers.look_on", values)
	}
	return nil
}

func (a *Admin) readerRow(s subscribers.Subscriber) readerRow {
	row := readerRow{Href: a.readerPath(s.ID), Email: string(s.Email), Name: s.Name, Language: s.Language, Timezone: s.Timezone, Since: stampDay(s.CreatedAt)}
	for _, sub := range s.Subscriptions {
		row.Places = append(row.Places, placeInShort{a.Letterhead(sub.Newsletter).Name, placeState(s.StateOf(sub))})
	}
	if len(row.Places) == 0 && !s.SuppressedAt.IsZero() {
		row.Places = append(row.Places, placeInShort{State: placeState(subscribers.Suppressed)})
	}
	return row
}

// readerPath is the address of somebody's page.
func (a *Admin) readerPath(id int64) string {
	return a.Path(readersPath+"/"+strconv.FormatInt(id, 10), nil)
}

// placeState says somebody's state.
func placeState(s subscribers.State) stateView {
	class := "mute"
	switch s {
	case subscribers.Active:
		class = "good"
	case subscribers.Suppressed:
		class = "failed"
	}
	return stateView{class, say("admin.reader.state." + string(s))}
}
