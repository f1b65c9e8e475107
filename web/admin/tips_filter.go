package admin

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"dailytip/editions"
	"dailytip/scheduler"
	"dailytip/tips"
)

// What a filter of the library may say.
const (
	anyFault  = "any"    // faults: something that isn't a note
	withheld  = "errors" // faults: something that isn't sent
	faultless = "none"   // faults
	liked     = "useful" // votes: more readers found it useful than not
	disliked  = "not"    // votes: no more found it useful than not
	votesNone = "none"   // votes
	without   = "-"      // before a language: those that lack it
	byNext    = "next"   // sort: who comes next
	byLast    = "last"   // sort: who was sent last
	byVotes   = "useful" // sort
)

// mostOfList is how many tips are on a page.
const mostOfList = 50

// filter is which tips somebody looks for, as the page's address has it.
type filter struct {
	words                []string // all of them are in the tip
	q, tag, language     string
	faults, votes, order string
	page                 int // from 1
	known                known
}

// known is what is known of tips beside their text.
type known struct {
	dates scheduler.Dates
	votes map[string]editions.Tally
}

func newFilter(query url.Values, k known) filter {
	f := filter{
		q: strings.TrimSpace(query.Get("q")), tag: query.Get("tag"), language: query.Get("language"),
		faults: query.Get("faults"), votes: query.Get("votes"), order: query.Get("sort"), known: k,
	}
	f.words = strings.Fields(strings.ToLower(norm.NFC.String(f.q)))
	f.page, _ = strconv.Atoi(query.Get("page"))
	f.page = max(f.page, 1)
	return f
}

// query is the address of a page of the list.
func (f filter) query(newsletter string, page int) url.Values {
	all := url.Values{"newsletter": {newsletter}}
	for name, value := range map[string]string{"q": f.q, "tag": f.tag, "language": f.language, "faults": f.faults, "votes": f.votes, "sort": f.order} {
		if value != "" {
			all.Set(name, value)
		}
	}
	if page > 1 {
		all.Set("page", strconv.Itoa(page))
	}
	return all
}

// of returns the tips of a shelf that are looked for, in their order.
func (f filter) of(s *shelf) []*item {
	var found []*item
	for i := range s.items {
		if f.takes(&s.items[i]) {
			found = append(found, &s.items[i])
		}
	}
	switch votes, dates := f.known.votes, f.known.dates; f.order {
	case byVotes:
		slices.SortStableFunc(found, func(a, b *item) int {
			return int(votes[b.ID].Useful - votes[b.ID].Useless - votes[a.ID].Useful + votes[a.ID].Useless)
		})
	case byLast:
		slices.SortStableFunc(found, func(a, b *item) int { return strings.Compare(day(dates.Last[b.ID]), day(dates.Last[a.ID])) })
	case byNext:
		slices.SortStableFunc(found, func(a, b *item) int {
			x, y := dates.Next[a.ID], dates.Next[b.ID]
			if x.IsZero() != y.IsZero() {
				x, y = y, x // who has no date comes last
			}
			return strings.Compare(day(x), day(y))
		})
	}
	return found
}

// day is a date as it's sorted; "": none.
func day(date scheduler.Date) string {
	if date.IsZero() {
		return ""
	}
	return date.String()
}

// takes tells whether a tip is looked for. What isn't known to be asked for is passed over.
func (f filter) takes(i *item) bool {
	lang, lacks := strings.CutPrefix(f.language, without)
	switch {
	case f.tag != "" && !slices.ContainsFunc(i.Tags, func(tag string) bool { return strings.EqualFold(tag, f.tag) }):
		return false
	case lang != "" && slices.Contains(i.languages, lang) == lacks:
		return false
	case f.faults == anyFault && i.worse(tips.Warning) == 0, f.faults == withheld && i.worse(tips.Error) == 0, f.faults == faultless && i.worse(tips.Warning) > 0:
		return false
	}
	switch v := f.known.votes[i.ID]; {
	case f.votes == liked && v.Useful <= v.Useless, f.votes == disliked && (v.Useful > v.Useless || v.Useless == 0), f.votes == votesNone && v.Useful+v.Useless > 0:
		return false
	}
	return len(f.words) == 0 || f.matches(i)
}

// matches tells whether all words are in a tip.
func (f filter) matches(i *item) bool {
	texts := []string{i.Title, i.Path, i.ID, i.Source, i.Author, strings.Join(i.Tags, "\n"), i.Body}
	for _, tr := range i.Translations {
		texts = append(texts, tr.Title, tr.Body)
	}
	text := strings.ToLower(norm.NFC.String(strings.Join(texts, "\n")))
	return !slices.ContainsFunc(f.words, func(word string) bool { return !strings.Contains(text, word) })
}
