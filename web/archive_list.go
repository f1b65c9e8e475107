package web

import (
	"cmp"

	"dailytip/locale"
)

// choices are the links that narrow a list: to a newsletter, to a subject.
func (s *Server) choices(l listing, sh *shelf) []choiceGroup {
	if l.query != "" {
		return nil
	}
	var groups []choiceGroup
	if len(s.archive.newsletters) > 1 {
		g := choiceGroup{Label: locale.Text(l.lang, "archive.newsletters", nil)}
		g.Links = append(g.Links, linkView{
			Href: s.here("/archive", values(langField, l.asked)), Text: locale.Text(l.lang, "archive.all", nil), Current: l.newsletter == "",
		})
		for _, n := range s.Newsletters {
			if _, public := s.archive.newsletters[n.ID]; public {
				g.Links = append(g.Links, linkView{
					Href: s.here("/archive/"+n.ID, values(langField, l.asked)), HTML: s.newsletters[n.ID].Name, Current: l.newsletter == n.ID,
				})
			}
		}
		groups = append(groups, g)
	}
	subjects := tagsOf(sh.choose(l.newsletter, ""), maxTags)
	if len(subjects) < 2 {
		return groups
	}
	g := choiceGroup{Label: locale.Text(l.lang, "archive.tags", nil)}
	for _, c := range subjects {
		g.Links = append(g.Links, linkView{
			Href: s.here(l.path(), values(tagField, fold(c.tag), langField, l.asked)), HTML: isolated(c.tag, ""), Current: fold(c.tag) == l.tag,
		})
	}
	return append(groups, g)
}

// years groups editions, newest first, by the year of their dates.
func (s *Server) years(l listing, editions []*edition) []yearView {
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
func (s *Server) entry(l listing, e *edition) entryView {
	t := e.in(s.archive.newsletters[e.newsletter], l.lang)
	v := entryView{
		Href: s.here(e.path(), values(langField, l.asked)), Emoji: e.tip.Emoji, Title: cmp.Or(t.title, e.name),
		Date: e.date, When: locale.Date(l.lang, e.date),
	}
	if t.language != l.lang {
		v.Lang, v.Dir = t.language, locale.Dir(t.language)
	}
	if l.newsletter == "" && len(s.archive.newsletters) > 1 {
		v.Newsletter = s.newsletters[e.newsletter].Name
	}
	return v
}

// listHead are a list's links to itself in all languages and to its feeds.
func (s *Server) listHead(l listing) []headLink {
	own := l
	if own.newsletter == "" {
		own.newsletter = s.archive.only() // which has a list of its own with the same in it
	}
	in := func(lang string) string {
		own.asked = lang
		return s.whole(own.path(), own.values())
	}
	links := []headLink{{Rel: "canonical", Href: in(l.lang)}, {Rel: "alternate", Lang: "x-default", Href: in("")}}
	for _, lang := range locale.Languages() {
		links = append(links, headLink{Rel: "alternate", Lang: lang, Href: in(lang)})
	}
	return append(links, s.feedLinks(l.newsletter, l.asked)...)
}

// feedLinks let a feed reader find the feeds of a page.
func (s *Server) feedLinks(newsletter, lang string) []headLink {
	title := untagged(s.siteHead().Name)
	if newsletter != "" {
		title = untagged(s.newsletters[newsletter].Name)
	}
	query := values(newsletterField, newsletter, langField, lang)
	return []headLink{
		{Rel: "alternate", Type: "application/atom+xml", Title: title, Href: s.here("/feed.xml", query)},
		{Rel: "alternate", Type: "application/feed+json", Title: title, Href: s.here("/feed.json", query)},
	}
}
