package render

import (
	"cmp"

	"golang.org/x/text/language"

	"dailytip/locale"
	"dailytip/tips"
)

// Version is a tip's text in the language chosen for a reader.
type Version struct {
	Language string // BCP 47, as the library spells it
	Title    string
	Written  string // the title with its markup; "": it has none
	Body     string
	Mindmap  string
	Links    map[string]string // see [tips.Tip.Links]
	// Fallback: the reader's language isn't there, this is the original.
	Fallback bool
}

// Choose finds the text of t for a reader of lang. Texts in the reader's
// language and script come first: Hong Kong's for a reader in Taiwan rather
// than Simplified Chinese. Else a match by golang.org/x/text/language counts
// when it's a good one or stays within one language: Simplified Chinese when
// it is the only Chinese; but not Spanish for a reader of Catalan.
func Choose(t tips.Tip, own, lang string) Version {
	original := Version{Language: cmp.Or(t.Language, own, locale.Default), Title: t.Title, Written: t.Written, Body: t.Body, Mindmap: t.Mindmap, Links: t.Links}
	if cmp.Or(lang, own, locale.Default) == original.Language {
		return original
	}
	wanted, err := language.Parse(cmp.Or(lang, own, locale.Default))
	if err != nil {
		return original
	}
	texts := []Version{original}
	for _, tr := range t.Translations {
		title, written := tr.Title, tr.Written
		if title == "" {
			title, written = t.Title, t.Written
		}
		texts = append(texts, Version{Language: tr.Language, Title: title, Written: written, Body: tr.Body, Mindmap: tr.Mindmap, Links: t.LinksOf(tr)})
	}
	tags := make([]language.Tag, len(texts))
	for i, v := range texts {
		// An unknown tag becomes Und, which matches nobody.
		tags[i], _ = language.Parse(v.Language)
	}
	if i, ok := sameScript(tags, wanted); ok {
		return texts[i]
	}
	_, i, confidence := language.NewMatcher(tags).Match(wanted)
	if confidence >= language.High || confidence > language.No && sameBase(tags[i], wanted) {
		return texts[i]
	}
	original.Fallback = true
	return original
}

// pages are those that the text's links to other tips lead to. A link to the tip
// itself leaves its words.
func (v Version) pages(o Options, own string) tips.Pages {
	var pages tips.Pages
	for name, id := range v.Links {
		if address := o.Pages[id]; address != "" && id != own {
			if pages == nil {
				pages = tips.Pages{}
			}
			pages[name] = address
		}
	}
	return pages
}

// sameScript finds the best of the tags that are written in wanted's language
// and script.
func sameScript(tags []language.Tag, wanted language.Tag) (int, bool) {
	script, _ := wanted.Script()
	var same []language.Tag
	var at []int
	for i, tag := range tags {
		if own, _ := tag.Script(); own == script && sameBase(tag, wanted) {
			same, at = append(same, tag), append(at, i)
		}
	}
	if len(same) == 0 {
		return 0, false
	}
	_, i, _ := language.NewMatcher(same).Match(wanted)
	return at[i], true
}

func sameBase(a, b language.Tag) bool {
	x, _ := a.Base()
	y, _ := b.Base()
	return x == y
}

// WordsFor is the language of our own words beside a text. They follow the
// text, so that a mail speaks one language; when the text is a fallback, or in
// another script than the reader's, they stay with the reader.
func WordsFor(v Version, own, lang string) string {
	reader := cmp.Or(lang, own, locale.Default)
	if v.Fallback {
		return locale.Match(reader, own)
	}
	text, err := language.Parse(v.Language)
	if err != nil {
		return locale.Match(reader, own)
	}
	wanted, err := language.Parse(reader)
	if err != nil {
		return locale.Match(v.Language, own)
	}
	textScript, _ := text.Script()
	wantedScript, _ := wanted.Script()
	if textScript != wantedScript {
		return locale.Match(reader, own)
	}
	return locale.Match(v.Language, reader, own)
}
