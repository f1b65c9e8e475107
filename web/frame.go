package web

import (
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"dailytip/locale"
)

// frame is a page and what stands around it.
type frame struct {
	Page
	Title, Dir          string
	Style, Icon, Code   string // addresses of our own files
	Home, Archive       string
	Skip, Say, Around   string
	ToSubscribe, ToPast string
	Languages           template.HTML // the items of a list
	PostalAddress       []string
	Robots              bool
}

// LanguageLink leads to the same page in another language.
type LanguageLink struct {
	Tag, Name, Href string
	Current         bool
}

func (s *Server) frame(r *http.Request, p Page) frame {
	f := frame{
		Page: p, Title: p.Title, Dir: locale.Dir(p.Lang), Robots: p.Public || p.Listed,
		Style: s.base + s.style.path, Icon: s.base + s.icon.path,
		Home: s.Link(r, "/"), Archive: s.Link(r, "/archive"),
		Skip:          locale.Text(p.Lang, "page.frame.skip", nil),
		Say:           locale.Text(p.Lang, "page.frame.language", nil),
		Around:        locale.Text(p.Lang, "page.frame.site", nil),
		ToSubscribe:   locale.Text(p.Lang, "page.frame.subscribe", nil),
		ToPast:        locale.Text(p.Lang, "page.frame.archive", nil),
		PostalAddress: s.postal,
	}
	if p.Languages != nil {
		f.Languages, f.Say = items(p.Languages), p.Say
	} else {
		f.Languages = items(s.languageLinks(r, p))
	}
	if f.Title == "" {
		f.Title = Untagged(p.Heading + " · " + p.Name)
	}
	if p.Script {
		f.Code = s.base + s.script.path
	}
	return f
}

// items writes the links without a template, which takes as long for them as for
// all the rest of the page. They are on every page.
func items(links []LanguageLink) template.HTML {
	var b strings.Builder
	for _, l := range links {
		tag := template.HTMLEscapeString(l.Tag)
		b.WriteString(`<li><a lang="` + tag + `" hreflang="` + tag + `" href="` + template.HTMLEscapeString(l.Href) + `"`)
		if l.Current {
			b.WriteString(` aria-current="true"`)
		}
		b.WriteString(">" + template.HTMLEscapeString(l.Name) + "</a></li>\n")
	}
	return template.HTML(b.String())
}

func (s *Server) languageLinks(r *http.Request, p Page) []LanguageLink {
	path := p.Here
	query := url.Values{}
	if path == "" {
		path, query = r.URL.Path, r.URL.Query()
	}
	var links []LanguageLink
	for _, tag := range locale.Languages() {
		query.Set(LangField, tag)
		links = append(links, LanguageLink{
			Tag: tag, Name: locale.Name(tag), Current: tag == p.Lang,
			Href: (&url.URL{Path: s.base + path, RawQuery: query.Encode()}).String(),
		})
	}
	return links
}
