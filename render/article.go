package render

import (
	"cmp"
	"fmt"
	"html/template"
	"net/url"
	"path"

	"dailytip/locale"
	"dailytip/tips"
)

// Article is one tip as a page or a feed shows it: HTML without styles, which
// says what things are and leaves how they look to a style sheet. Of its
// classes a page's style sheet knows "frame" (around a table), "number" and
// "centre" (cells), "line" (one of another direction than its tip, at the tip's side) and
// "task" (an item that begins with a box).
type Article struct {
	Language string // BCP 47, of the text
	Words    string // of our own words beside it, one of [locale.Languages]
	Fallback bool   // the text is the original, for want of the language asked for
	Emoji    string
	Title    string
	Headline template.HTML // the title with its markup
	Summary  string        // the first sentence or two, without markup
	Body     template.HTML // headings begin at level 2
	Source   template.HTML // "Adapted from …" with its link; "" for none
	Map      *ArticleMap   // nil: none
}

// ArticleMap is a tip's mind map.
type ArticleMap struct {
	Picture  string        // absolute address; "" for none
	Alt      string        // what the picture shows
	Root     template.HTML // what stands over the branches; "" for nothing
	Branches []Branch
}

// Branch is an idea of a mind map.
type Branch struct {
	Text     template.HTML
	Branches []Branch
}

// NewArticle renders a tip of a newsletter for readers of lang (BCP 47; "" means
// the newsletter's own), in the version that a mail would have. Of
// the options it needs Language, AssetURL and Pages.
func NewArticle(o Options, t tips.Tip, lang string) (Article, error) {
	v := Choose(t, o.Language, lang)
	a := Article{
		Language: v.Language, Words: WordsFor(v, o.Language, lang), Fallback: v.Fallback, Emoji: t.Emoji, Title: v.Title, Headline: template.HTML(v.headline()),
	}
	pages := v.pages(o, t.ID)
	a.Source = sourceLine(linkable(t), a.Words, "", "")
	fragment, err := tips.LinkedHTML(v.Body, pages)
	if err != nil {
		return a, fmt.Errorf("render tip %s: %w", t.ID, err)
	}
	a.Summary = summary(fragment)
	dir := runningDirection(fragment, v.Language)
	p := pageMarkup{top: 2, rtl: dir == "rtl", in: inliner{sheet: bareSheet(), top: 2, base: assetBase(o.AssetURL, t.Path), dir: path.Dir(t.Path), unnamed: locale.Text(a.Words, "mail.picture", nil)}}
	body, err := p.fit(fragment)
	if err != nil {
		return a, fmt.Errorf("render tip %s: %w", t.ID, err)
	}
	if dir != locale.Dir(v.Language) {
		body = `<div dir="` + dir + `">` + body + `</div>`
	}
	a.Body = template.HTML(body)
	if a.Map, err = p.mindmap(v.Mindmap, pages); err != nil {
		return a, fmt.Errorf("read the mind map of tip %s: %w", t.ID, err)
	}
	return a, nil
}

// Titled is a tip's title in the version that a mail to a reader of lang would
// have, and its language.
func Titled(own string, t tips.Tip, lang string) (title, language string) {
	v := Choose(t, own, lang)
	return v.Title, v.Language
}

// Languages are those that a tip can be read in, its original first.
func Languages(own string, t tips.Tip) []string {
	return t.Languages(cmp.Or(own, locale.Default))
}

// linkable is t without a link that isn't to the web.
func linkable(t tips.Tip) tips.Tip {
	if u, err := url.Parse(t.Link); err != nil || u.Scheme != "https" && u.Scheme != "http" {
		t.Link = ""
	}
	return t
}

func (p pageMarkup) mindmap(markdown string, pages tips.Pages) (*ArticleMap, error) {
	if markdown == "" {
		return nil, nil
	}
	fragment, err := tips.LinkedHTML(markdown, pages)
	if err != nil {
		return nil, err
	}
	m, err := readMindmap(fragment, p.in)
	if err != nil || m.empty() {
		return nil, err
	}
	out := &ArticleMap{Picture: m.Picture, Alt: m.Alt}
	if out.Root, err = p.idea(m.Root); err != nil {
		return nil, err
	}
	out.Branches, err = p.branches(m.Ideas)
	return out, err
}

func (p pageMarkup) branches(ideas []idea) ([]Branch, error) {
	var all []Branch
	for _, i := range ideas {
		text, err := p.idea(i)
		if err != nil {
			return nil, err
		}
		below, err := p.branches(i.Children)
		if err != nil {
			return nil, err
		}
		all = append(all, Branch{Text: text, Branches: below})
	}
	return all, nil
}

// idea takes off what the words of an idea wear in a mail.
func (p pageMarkup) idea(i idea) (template.HTML, error) {
	text, err := p.fit(string(i.HTML()))
	return template.HTML(text), err
}
