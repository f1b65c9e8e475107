package site

import (
	"cmp"

	"dailytip/locale"
	"dailytip/web"
)

// choices are the links that narrow a list to a newsletter or to a subject.
func (s *Site) choices(l listing, index *archiveIndex) []choiceGroup {
	if l.query != "" {
		return nil
	}
	var groups []choiceGroup
	if len(s.archive.newsletters) > 1 {
		g := choiceGroup{Label: locale.Text(l.lang, "archive.newsletters", nil)}
		g.Links = append(g.Links, linkView{
			Href: s.Path("/archive", values(web.LangField, l.asked)), Text: locale.Text(l.lang, "archive.all", nil), Current: l.newsletter == "",
		})
		for _, n := range s.Newsletters {
			if _, public := s.archive.newsletters[n.ID]; public {
				g.Links = append(g.Links, linkView{
					Href: s.Path("/archive/"+n.ID, values(web.LangField, l.asked)), HTML: s.Letterhead(n.ID).Name, Current: l.newsletter == n.ID,
				})
			}
		}
		groups = append(groups, g)
	}
	subjects := tagsOf(index.choose(l.newsletter, ""), maxTags)
	if len(subjects) < 2 {
		return groups
	}
	g := choiceGroup{Label: locale.Text(l.lang, "archive.tags", nil)}
	for _, c := range subjects {
		g.Links = append(g.Links, linkView{
			Href: s.Path(l.path(), values(tagField, fold(c.tag), web.LangField, l.asked)), HTML: web.Isolated(c.tag, ""), Current: fold(c.tag) == l.tag,
		})
	}
	return append(groups, g)
}

// years groups editions, newest first, by the year of their dates.
func (s *Site) years(l listing, editions []*edition) []yearView {
	var years []yearView
	for _, e := range editions {
		year := locale.Number(l.lang, e.year())
		if len(years) == 0 || years[len(years)-1].Year != year {
			years = append(years, yearView{Year: year})
		}
		last := &years[len(years)-1]
		last.Editions = append(last.Editions, s.entry(l, e))
	}
	return years
}

// entry is an edition in a list.
func (s *Site) entry(l listing, e *edition) entryView {
	t := e.in(s.archive.newsletters[e.newsletter], l.lang)
	v := entryView{
		Href: s.Path(e.path(), values(web.LangField, l.asked)), Emoji: e.tip.Emoji, Title: cmp.Or(t.title, e.name),
		Date: e.date, When: locale.Date(l.lang, e.date),
	}
	if t.language != l.lang {
		v.Lang, v.Dir = t.language, locale.Dir(t.language)
	}
	if l.newsletter == "" && len(s.archive.newsletters) > 1 {
		v.Newsletter = s.Letterhead(e.newsletter).Name
	}
	return v
}

// listHead are a list's links to itself in all languages and to its feeds.
func (s *Site) listHead(l listing) []web.HeadLink {
	own := l
	if own.newsletter == "" {
		own.newsletter = s.archive.only() // whose own list has the same editions
	}
	in := func(lang string) string {
		own.asked = lang
		return s.URL(own.path(), own.values())
	}
	links := []web.HeadLink{{Rel: "canonical", Href: in(l.lang)}, {Rel: "alternate", Lang: "x-default", Href: in("")}}
	for _, lang := range locale.Languages() {
		links = append(links, web.HeadLink{Rel: "alternate", Lang: lang, Href: in(lang)})
	}
	return append(links, s.feedLinks(l.newsletter, l.asked)...)
}

// feedLinks let a feed reader find the feeds of a page.
func (s *Site) feedLinks(newsletter, lang string) []web.HeadLink {
	title := web.Untagged(s.SiteLetterhead().Name)
	if newsletter != "" {
		title = web.Untagged(s.Letterhead(newsletter).Name)
	}
	query := values(newsletterField, newsletter, web.LangField, lang)
	return []web.HeadLink{
		{Rel: "alternate", Type: "application/atom+xml", Title: title, Href: s.Path("/feed.xml", query)},
		{Rel: "alternate", Type: "application/feed+json", Title: title, Href: s.Path("/feed.json", query)},
	}
}
