package site

import (
	"encoding/json"
	"html/template"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"dailytip/locale"
	"dailytip/render"
	"dailytip/tips"
	"dailytip/web"
)

// editionHead are an edition's links to its own address, to its other languages
// (RFC 5988's alternate with hreflang) and to the feeds.
func (s *Site) editionHead(x reading, a articleView) []web.HeadLink {
	in := func(lang string) string { return s.URL(x.path(), values(web.LangField, lang)) }
	links := []web.HeadLink{{Rel: "canonical", Href: in(a.Language)}}
	if languages := render.Languages(s.looks[x.newsletter].Language, x.tip); len(languages) > 1 {
		links = append(links, web.HeadLink{Rel: "alternate", Lang: "x-default", Href: in("")})
		for _, lang := range languages {
			links = append(links, web.HeadLink{Rel: "alternate", Lang: lang, Href: in(lang)})
		}
	}
	return append(links, s.feedLinks(x.newsletter, asWords(x.asked))...)
}

// asWords returns a language when our own words are in it, too; else "".
func asWords(lang string) string {
	if slices.Contains(locale.Languages(), lang) {
		return lang
	}
	return ""
}

// editionMeta describes an edition to search engines and to programs that show a
// preview of a link (Open Graph, ogp.me).
func (s *Site) editionMeta(x reading, a articleView) []web.MetaTag {
	tags := []web.MetaTag{
		{Name: "description", Content: a.Summary},
		{Property: "og:type", Content: "article"},
		{Property: "og:title", Content: strings.TrimSpace(a.Emoji + " " + a.Title)},
		{Property: "og:description", Content: a.Summary},
		{Property: "og:url", Content: s.URL(x.path(), values(web.LangField, a.Language))},
		{Property: "og:site_name", Content: web.Untagged(s.Letterhead(x.newsletter).Name)},
		{Property: "og:locale", Content: territory(a.Language)},
	}
	for _, lang := range render.Languages(s.looks[x.newsletter].Language, x.tip) {
		if lang != a.Language {
			tags = append(tags, web.MetaTag{Property: "og:locale:alternate", Content: territory(lang)})
		}
	}
	tags = append(tags, web.MetaTag{Property: "article:published_time", Content: x.sent.Format(time.RFC3339)})
	for _, tag := range x.tip.Tags {
		tags = append(tags, web.MetaTag{Property: "article:tag", Content: tag})
	}
	card := "summary"
	if a.Map != nil && a.Map.Picture != "" {
		card = "summary_large_image"
		tags = append(tags, web.MetaTag{Property: "og:image", Content: a.Map.Picture})
		if a.Map.Alt != "" {
			tags = append(tags, web.MetaTag{Property: "og:image:alt", Content: a.Map.Alt})
		}
	}
	return append(tags, web.MetaTag{Name: "twitter:card", Content: card})
}

// territory is a language as Open Graph writes it: language_TERRITORY.
func territory(lang string) string {
	tag, err := language.Parse(lang)
	if err != nil {
		return lang
	}
	base, _ := tag.Base()
	region, _ := tag.Region()
	return base.String() + "_" + region.String()
}

// jsonLD is a description in JSON-LD, in the words of schema.org.
type jsonLD map[string]any

// linkedData describes an edition to search engines.
func (s *Site) linkedData(x reading, a articleView, t tips.Tip) template.HTML {
	publisher := jsonLD{"@type": "Organization", "name": web.Untagged(s.Letterhead(x.newsletter).Name), "url": s.URL("/", nil)}
	about := jsonLD{
		"@context": "https://schema.org", "@type": "Article", "headline": a.Title, "description": a.Summary,
		"inLanguage": a.Language, "datePublished": x.sent.Format(time.RFC3339), "publisher": publisher, "author": publisher,
		"mainEntityOfPage": s.URL(x.path(), values(web.LangField, a.Language)), "isAccessibleForFree": true,
	}
	if t.Author != "" {
		about["author"] = jsonLD{"@type": "Person", "name": t.Author}
	}
	if t.Link != "" {
		about["isBasedOn"] = t.Link
	}
	if len(t.Tags) > 0 {
		about["keywords"] = strings.Join(t.Tags, ", ")
	}
	if a.Map != nil && a.Map.Picture != "" {
		about["image"] = a.Map.Picture
	}
	data, err := json.Marshal(about) // writes <, > and & so that no text can end the element
	if err != nil {
		return ""
	}
	return template.HTML(`<script type="application/ld+json">` + string(data) + `</script>`)
}
