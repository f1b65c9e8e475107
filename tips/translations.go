package tips

import (
	"slices"
	"strings"
)

// takeTranslations reads the details blocks of a section.
func (r *reader) takeTranslations(whole *outline, s section) {
	o := newOutline(s.content)
	for _, d := range o.details {
		r.takeTranslation(whole, o, d)
	}
	if len(o.details) == 0 && !isBlank(s.content.text) {
		r.fault(Warning, RuleEmptyTranslation, s.headLine, 0,
			"no translation is found here; put each into <details><summary>flag and title</summary> … </details>")
	}
}

func (r *reader) takeTranslation(whole, o *outline, d detailsBlock) {
	first, last := o.lines[lineOf(o.starts, d.start)], o.lines[min(lineOf(o.starts, max(d.end-1, d.start)), len(o.lines)-1)]
	lang, title := r.translationLanguage(d, first)
	if r.damaged(first, last) {
		r.parts = append(r.parts, part{first, last, partTranslation, lang})
		return
	}
	if !d.closed {
		r.fault(Warning, RuleUnclosedDetails, first, 0, "this <details> is never closed, so the translation is taken to end at the next one; put </details> under it")
	}
	if lang == "" {
		return
	}
	content := o.cut(d.inner, d.outer)
	tr := Translation{Language: lang, Title: title, at: &origin{path: r.path, line: first}}
	if changed := attribute(d.tag, "data-modified"); changed != "" {
		r.instant(field{key: "data-modified", text: changed, line: first}, &tr.Modified)
	}
	inner := newOutline(content)
	tr.at.mindmap, content = r.innerMindmap(whole, inner, content)
	tr.Mindmap = tr.at.mindmap.text
	if tr.Title == "" && len(inner.headings) > 0 {
		if h := inner.headings[0]; kindOf(h.text) != sectionMindmap {
			tr.Title = plainLine(h.text)
			content = dropLines(content, inner.lines[h.from], inner.lines[h.to-1])
		}
	}
	tr.at.body = whole.complete(content.trim())
	tr.Body = tr.at.body.text
	r.addTranslation(tr)
}

// innerMindmap cuts a translation's own mind map off its text: what stands
// under a heading "Mindmap" of any level.
func (r *reader) innerMindmap(whole, inner *outline, content fragment) (mindmap, text fragment) {
	for i, h := range inner.headings {
		if kindOf(h.text) != sectionMindmap {
			continue
		}
		to := len(inner.lines)
		for _, next := range inner.headings[i+1:] {
			if next.level <= h.level {
				to = next.from
				break
			}
		}
		return r.takeMindmap(whole, inner.slice(h.to, to), inner.lines[h.from]), inner.without(h.from, to)
	}
	return fragment{}, content
}

// translationLanguage finds out a block's language and title.
func (r *reader) translationLanguage(d detailsBlock, line int) (lang, title string) {
	title = htmlText(d.summary)
	flagged, rest, found := takeFlag(title)
	if found {
		title = strings.TrimSpace(strings.Trim(oneLine(rest), "-–—:|·： "))
	}
	given := attribute(d.tag, "lang")
	if given == "" {
		given = attribute(d.summaryTag, "lang")
	}
	if lang, ok := canonicalLanguage(given); ok {
		return lang, title
	}
	switch {
	case given != "" && flagged == "":
		r.fault(Error, RuleLanguage, line, 0, "lang=%q is no language tag, so the translation is withheld; write one such as es or zh-CN", clip(given, 40))
	case flagged == "" && found:
		r.fault(Error, RuleLanguage, line, 0, "the flag in the summary tells no language, so the translation is withheld; write <details lang=\"…\">")
	case flagged == "":
		r.fault(Error, RuleLanguage, line, 0, "the language of this translation is unknown, so it is withheld; put a flag into its <summary>, or write <details lang=\"…\">")
	}
	return flagged, title
}

// addTranslation takes a translation that can be sent.
func (r *reader) addTranslation(tr Translation) {
	if isBlank(tr.Body) {
		r.fault(Warning, RuleEmptyTranslation, tr.at.line, 0, "the %s translation has no text, so it is left out; write it, or delete the block", tr.Language)
		return
	}
	if _, taken := r.tip.In(tr.Language); taken {
		r.fault(Warning, RuleSameLanguage, tr.at.line, 0, "this is the second translation into %s and isn't used; keep one", tr.Language)
		return
	}
	if tr.Language == r.tip.Language {
		r.fault(Warning, RuleSameLanguage, tr.at.line, 0, "the tip itself is in %s, so this translation isn't used; delete it, or correct “lang:”", tr.Language)
		return
	}
	r.tip.Translations = insertTranslation(r.tip.Translations, tr, r.tip.Title)
}

// insertTranslation keeps translations sorted, and lends the tip's title to one
// without: a reader rather gets a foreign subject than a foreign text.
func insertTranslation(all []Translation, tr Translation, title string) []Translation {
	if tr.Title == "" {
		tr.Title = title
		tr.at.noTitle = true
	}
	i, _ := slices.BinarySearchFunc(all, tr, func(a, b Translation) int { return strings.Compare(a.Language, b.Language) })
	return slices.Insert(all, i, tr)
}

// cut takes the text between two offsets, without the indent it has from
// standing inside an element.
func (o *outline) cut(from, to int) fragment {
	line := lineOf(o.starts, from)
	text := o.text[from:to]
	f := newFragment(strings.Split(text, "\n"), 0)
	copy(f.lines, o.lines[line:])
	if from == o.starts[line] {
		return f.dedent()
	}
	head := f.slice(0, 1)
	head.text = strings.TrimLeft(head.text, " \t")
	return head.join(f.slice(1, len(f.lines)).dedent())
}
