package site

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"time"

	"dailytip/locale"
	"dailytip/render"
	"dailytip/tips"
	"dailytip/web"
)

// errGone means that an edition isn't in the ledger any more.
var errGone = errors.New("the edition is gone from the ledger")

// reading is an edition in the language that somebody reads it in.
type reading struct {
	*edition
	asked string // the language in the address; ""
	lang  string // the language to look for: asked, else the browser's
}

// edition shows one edition: the tip as it was sent, whatever became of it in the
// library. Its address stays valid for ever.
func (s *Site) edition(w http.ResponseWriter, r *http.Request) {
	newsletter, name := r.PathValue("newsletter"), r.PathValue("name")
	if _, public := s.archive.newsletters[newsletter]; !public || s.archive.sent == nil {
		s.Page(s.NotFound)(w, r)
		return
	}
	index, e, err := s.archive.find(r.Context(), s.Now(), (&edition{newsletter: newsletter, name: name}).path())
	if err != nil || e == nil {
		s.Page(func(r *http.Request) (web.Page, error) {
			p, _ := s.NotFound(r)
			return p, err
		})(w, r)
		return
	}
	x := reading{edition: e, asked: r.URL.Query().Get(web.LangField)}
	if x.asked != web.AskedLanguage(r) && !slices.Contains(render.Languages(s.archive.newsletters[newsletter].Language, e.tip), x.asked) {
		x.asked = ""
	}
	x.lang = cmp.Or(x.asked, s.Language(r, "", s.Letterhead(newsletter).Language))
	query := values(web.LangField, x.asked)
	s.servePublic(w, r, index.version, "edition "+e.path()+"?"+query.Encode()+" "+x.lang, x.asked == "", func() (*response, error) {
		before, after := index.neighbours(e)
		t, err := s.tipOf(r.Context(), e) // its links are those of this copy, whatever a like one had
		if err != nil {
			return nil, err
		}
		linked := index.linked(e.newsletter, t)
		p, err := s.editionPage(x, t, before, after, linked)
		if err != nil {
			return nil, err
		}
		modified, keep := e.sent, 5*time.Minute
		if after != nil {
			modified, keep = after.sent, time.Hour // only its looks will change, and its links
		}
		for _, other := range linked {
			if other.sent.After(modified) {
				modified = other.sent
			}
		}
		return s.publicPage(cleanRequest(r, e.path(), query), p, s.lastChange(modified), keep)
	})
}

// tipOf reads what an edition sent.
func (s *Site) tipOf(ctx context.Context, e *edition) (t tips.Tip, err error) {
	items, err := s.archive.sent.FirstItems(ctx, []int64{e.content})
	if err != nil {
		return t, err
	}
	item, ok := items[e.content]
	if !ok {
		return t, fmt.Errorf("read content %d: %w", e.content, errGone)
	}
	if err := json.Unmarshal(item.Body, &t); err != nil {
		return t, fmt.Errorf("read the copy of tip %s: %w", item.Tip, err)
	}
	return t, nil
}

// articleView is the data of the template "article".
type articleView struct {
	render.Article
	Dir     string
	Foreign bool   // in another language than our words
	Date    string // for a machine; "": none is shown
	When    string
	Remark  string
	Glance  string
	Tags    []linkView
	About   string // of the tags
}

// article is a tip as a page shows it. Its links to other tips lead to the editions
// that are linked, in the language asked for ("": the browser's).
func (s *Site) article(newsletter string, t tips.Tip, lang, date string, linked map[string]*edition, asked string) (articleView, error) {
	look := s.looks[newsletter]
	look.Pages = make(map[string]string, len(linked))
	for id, e := range linked {
		look.Pages[id] = s.URL(e.path(), values(web.LangField, asked))
	}
	a, err := render.NewArticle(look, t, lang)
	if err != nil {
		return articleView{}, err
	}
	v := articleView{
		Article: a, Dir: locale.Dir(a.Language), Foreign: a.Language != a.Words, Date: date,
		Glance: locale.Text(a.Words, "mail.glance", nil),
	}
	if date != "" {
		v.When = locale.FullDate(a.Words, date)
	}
	if a.Fallback {
		v.Remark = locale.Text(a.Words, "mail.untranslated", nil)
	}
	return v, nil
}

// editionPage writes the page of an edition, which sent a tip.
func (s *Site) editionPage(x reading, t tips.Tip, before, after *edition, linked map[string]*edition) (web.Page, error) {
	a, err := s.article(x.newsletter, t, x.lang, x.date, linked, x.asked)
	if err != nil {
		return web.Page{}, err
	}
	text := func(id string) string { return locale.Text(a.Words, id, nil) }
	for _, tag := range t.Tags {
		a.Tags = append(a.Tags, linkView{Href: s.Path("/archive/"+x.newsletter, values(tagField, fold(tag), web.LangField, x.asked)), HTML: web.Isolated(tag, "")})
	}
	a.About = text("archive.tags")
	p := web.Page{
		Lang: a.Words, Letterhead: s.Letterhead(x.newsletter), Title: a.Title + " · " + web.Untagged(s.Letterhead(x.newsletter).Name),
		Languages: s.versions(x.edition, a.Language), Say: text("archive.languages"),
	}
	p.Head, p.Meta = s.editionHead(x, a), s.editionMeta(x, a)
	if p.Body, err = s.fill("edition", struct {
		articleView
		Data template.HTML
	}{a, s.linkedData(x, a, t)}); err != nil {
		return web.Page{}, err
	}
	below := struct {
		Before, After *linkView
		More          string
		Heading, Text string
		Subscribe     *linkView // nil: it isn't for everybody
	}{
		s.neighbour(before, x, a.Words, "archive.previous"), s.neighbour(after, x, a.Words, "archive.next"), text("archive.more"),
		text("archive.offer"), text("archive.offer_text"),
		&linkView{Href: s.Path("/", values(web.LangField, x.asked)), Text: text("page.frame.subscribe")},
	}
	if n, _ := s.newsletter(x.newsletter); n.Unlisted {
		below.Subscribe = nil
	}
	p.Below, err = s.fill("edition-below", below)
	return p, err
}

// neighbour is the link to the edition before or after; id names its message.
func (s *Site) neighbour(e *edition, x reading, words, id string) *linkView {
	if e == nil {
		return nil
	}
	t := e.in(s.archive.newsletters[e.newsletter], x.lang)
	title := web.Isolated(t.title, "")
	if t.language != words {
		title = web.Isolated(t.title, t.language)
	}
	return &linkView{Href: s.Path(e.path(), values(web.LangField, x.asked)), Text: locale.Text(words, id, nil), HTML: title}
}

// versions are the links to the same edition in each of its languages.
func (s *Site) versions(e *edition, current string) []web.LanguageLink {
	languages := render.Languages(s.archive.newsletters[e.newsletter].Language, e.tip)
	if len(languages) == 1 {
		return []web.LanguageLink{}
	}
	links := make([]web.LanguageLink, 0, len(languages))
	for _, lang := range languages {
		links = append(links, web.LanguageLink{
			Tag: lang, Name: locale.NativeName(lang), Href: s.Path(e.path(), values(web.LangField, lang)), Current: lang == current,
		})
	}
	return links
}
