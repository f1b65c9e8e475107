package site

import (
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"dailytip/locale"
	"dailytip/web"
)

// perPage is how many editions a page of a list has. Pages are counted from the
// oldest edition, so that an edition stays on its page. The front page has the
// newest editions, up to twice as many as the others.
const perPage = 20

// maxTags is how many subjects a list offers.
const maxTags = 16

// listing is a list of past tips as its address asks for it.
type listing struct {
	newsletter string // "": all
	tag        string // folded; "": any
	query      string // "": everything
	page       int    // 0: the front
	asked      string // the language in the address; ""
	lang       string // of our own words on the page
}

// listing reads the address of a list. It returns false when there is no such
// list.
func (s *Site) listing(r *http.Request) (l listing, ok bool) {
	query := r.URL.Query()
	l = listing{newsletter: r.PathValue("newsletter"), tag: fold(tidyQuery(query.Get(tagField))), query: tidyQuery(query.Get(queryField)), asked: web.AskedLanguage(r)}
	if _, public := s.archive.newsletters[l.newsletter]; l.newsletter != "" && !public || s.archive.sent == nil {
		return l, false
	}
	l.lang = s.Language(r, "", s.Letterhead(l.newsletter).Language)
	l.page, ok = pageNumber(r)
	return l, ok
}

func (l listing) path() string {
	if l.newsletter == "" {
		return "/archive"
	}
	return "/archive/" + l.newsletter
}

// values are the query of the list's address.
func (l listing) values() url.Values {
	page := ""
	if l.page > 0 {
		page = strconv.Itoa(l.page)
	}
	return values(tagField, l.tag, queryField, l.query, pageField, page, web.LangField, l.asked)
}

// on is another page of the same list.
func (l listing) on(page int) listing {
	l.page = page
	return l
}

// pastTips shows a list of what was sent, or the result of a search in it.
func (s *Site) pastTips(w http.ResponseWriter, r *http.Request, index *archiveIndex) {
	l, ok := s.listing(r)
	if !ok {
		s.Page(s.NotFound)(w, r)
		return
	}
	editions := index.choose(l.newsletter, l.tag)
	if l.query != "" {
		editions = search(editions, s.archive.newsletters, l.query, l.lang)
	}
	part, ok := l.part(editions)
	if !ok || l.tag != "" && len(editions) == 0 && l.query == "" {
		s.Page(s.NotFound)(w, r)
		return
	}
	show := func(*http.Request) (web.Page, error) { return s.listPage(l, index, editions, part) }
	if l.query != "" { // no cache and no search engine needs it
		s.Page(show)(w, cleanRequest(r, l.path(), l.values()))
		return
	}
	s.servePublic(w, r, index.version, "list "+l.path()+"?"+l.values().Encode()+" "+l.lang, l.asked == "", func() (*response, error) {
		p, err := show(nil)
		if err != nil {
			return nil, err
		}
		return s.publicPage(cleanRequest(r, l.path(), l.values()), p, s.lastChange(index.changed), 5*time.Minute)
	})
}

// lastChange is when a page last changed whose newest tip was sent at an instant.
// It isn't before this program was started, because a new version may write the
// page in another way.
func (s *Site) lastChange(at time.Time) time.Time {
	if at.Before(s.began) {
		return s.began
	}
	return at
}

// publicPage writes a page that anybody may read as a response.
func (s *Site) publicPage(r *http.Request, p web.Page, modified time.Time, keep time.Duration) (*response, error) {
	p.Public = true
	body, err := s.Render(r, p)
	if err != nil {
		return nil, err
	}
	a, err := newResponse("text/html; charset=utf-8", p.Lang, body, modified, keep)
	if err == nil {
		a.pictures = true
	}
	return a, err
}

// listPart is what stands on one page of a list.
type listPart struct {
	editions     []*edition // newest first
	older, newer int        // pages; -1: none
}

// part cuts out the page that is asked for, or returns false when there is none.
func (l listing) part(editions []*edition) (p listPart, ok bool) {
	front := max(1, len(editions)/perPage) // the number that the front would have
	from, to := (front-1)*perPage, len(editions)
	p.older, p.newer = front-1, -1
	switch {
	case l.page >= front:
		return p, false
	case l.page > 0:
		from, to = (l.page-1)*perPage, l.page*perPage
		p.older, p.newer = l.page-1, l.page+1
		if p.newer == front {
			p.newer = 0
		}
	}
	if p.older == 0 {
		p.older = -1
	}
	p.editions = make([]*edition, 0, to-from)
	for i := to - 1; i >= from; i-- {
		p.editions = append(p.editions, editions[i])
	}
	return p, true
}

// listView is the data of the template "archive".
type listView struct {
	Lang          string
	Action, Query string // of the search
	Search, Find  string
	Narrow        bool // a search, or a subject
	Found         string
	Groups        []choiceGroup
	Years         []yearView
	None          string
	More          string
	Older, Newer  *linkView
	All           *linkView
	Feed          linkView
}

// choiceGroup is a row of links that narrow the list.
type choiceGroup struct {
	Label string
	Links []linkView
}

// linkView is a link with its words.
type linkView struct {
	Href, Text string
	HTML       template.HTML // instead of Text, or beside it
	Current    bool
}

// yearView are the editions of one year.
type yearView struct {
	Year     string
	Editions []entryView
}

// entryView is one edition in a list.
type entryView struct {
	Href, Emoji, Title string
	Lang               string // of the title; "": the page's
	Dir                string
	Date, When         string // for a machine, for the reader
	Newsletter         template.HTML
}

// listPage writes a list.
func (s *Site) listPage(l listing, index *archiveIndex, editions []*edition, part listPart) (web.Page, error) {
	text := func(id string) string { return locale.Text(l.lang, id, nil) }
	p := web.Page{Lang: l.lang, Letterhead: s.SiteLetterhead(), Heading: web.Say(l.lang, "page.frame.archive")}
	if l.newsletter != "" {
		p.Letterhead = s.Letterhead(l.newsletter)
	}
	v := listView{
		Lang: l.asked, Action: s.Path(l.path(), nil), Query: l.query, Search: text("archive.search"), Find: text("archive.search_button"),
		Narrow: l.query != "" || l.tag != "", More: text("archive.more"),
		Feed: linkView{Href: s.Path("/feed.xml", values(newsletterField, l.newsletter, web.LangField, l.asked)), Text: text("archive.feed")},
	}
	if len(editions) == 0 {
		v.None = text("archive.empty")
		if v.Narrow {
			v.None = text("archive.nothing")
		}
	}
	if v.Narrow {
		v.Found = locale.Text(l.lang, "archive.found", map[string]any{"Count": len(editions)})
		v.All = &linkView{Href: s.Path(l.path(), values(web.LangField, l.asked)), Text: text("archive.every")}
	}
	if l.tag != "" && len(editions) > 0 {
		p.Heading = web.Phrase(l.lang, "archive.about", map[string]template.HTML{"Tag": web.Isolated(tagName(editions, l.tag), "")})
	}
	v.Groups = s.choices(l, index)
	v.Years = s.years(l, part.editions)
	if part.older >= 0 {
		v.Older = &linkView{Href: s.Path(l.path(), l.on(part.older).values()), Text: text("archive.older")}
	}
	if part.newer >= 0 {
		v.Newer = &linkView{Href: s.Path(l.path(), l.on(part.newer).values()), Text: text("archive.newer")}
	}
	p.Head = s.listHead(l)
	p.Meta = []web.MetaTag{
		{Property: "og:type", Content: "website"},
		{Property: "og:title", Content: web.Untagged(p.Heading)},
		{Property: "og:site_name", Content: web.Untagged(p.Name)},
		{Property: "og:url", Content: s.URL(l.path(), l.values())},
	}
	var err error
	p.Body, err = s.fill("archive", v)
	return p, err
}

// tagName is a subject as an edition writes it.
func tagName(editions []*edition, folded string) string {
	e := editions[len(editions)-1]
	for i, tag := range e.tags {
		if tag == folded {
			return e.tip.Tags[i]
		}
	}
	return folded
}
