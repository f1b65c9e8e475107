package web

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"dailytip/locale"
)

// frame is a page with what stands around every letter.
type frame struct {
	page
	Title, Dir          string
	Style, Icon, Code   string // addresses of our own files
	Home, Archive       string
	Skip, Say, Around   string
	ToSubscribe, ToPast string
	Languages           template.HTML // items of a list
	PostalAddress       []string
	Robots              bool
}

// languageLink leads to the same page in another language.
type languageLink struct {
	Tag, Name, Href string
	Current         bool
}

// langField is the name by which a page's address says what it speaks, so that a
// reader can change it without a cookie.
const langField = "lang"

// asked is the language that the page's address asks for, when it's ours.
func asked(r *http.Request) string {
	lang := r.URL.Query().Get(langField)
	if !slices.Contains(locale.Languages(), lang) {
		return ""
	}
	return lang
}

// link is the address of one of our pages, in the language that was asked for.
func (s *Server) link(r *http.Request, path string) string {
	if lang := asked(r); lang != "" {
		return s.base + path + "?" + langField + "=" + lang
	}
	return s.base + path
}

func (s *Server) frame(r *http.Request, p page) frame {
	f := frame{
		page: p, Title: p.Title, Dir: locale.Dir(p.Lang), Robots: p.Public || p.Listed,
		Style: s.base + s.style.path, Icon: s.base + s.icon.path,
		Home: s.link(r, "/"), Archive: s.link(r, "/archive"),
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
		f.Title = untagged(p.Heading + " · " + p.Name)
	}
	if p.Script {
		f.Code = s.base + s.script.path
	}
	return f
}

// items writes links by hand: they stand on every page, and a template takes as
// long for them as for all the rest of it.
func items(links []languageLink) template.HTML {
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

func (s *Server) languageLinks(r *http.Request, p page) []languageLink {
	path := p.Here
	query := url.Values{}
	if path == "" {
		path, query = r.URL.Path, r.URL.Query()
	}
	var links []languageLink
	for _, tag := range locale.Languages() {
		query.Set(langField, tag)
		links = append(links, languageLink{
			Tag: tag, Name: locale.Name(tag), Current: tag == p.Lang,
			Href: (&url.URL{Path: s.base + path, RawQuery: query.Encode()}).String(),
		})
	}
	return links
}

// say is one of our messages without values.
func say(lang, id string) template.HTML { return phrase(lang, id, nil) }
