package tips

import (
	"slices"
	"strings"
)

// sectionKind is what a part of a tip's text is for.
type sectionKind int

const (
	sectionPlain sectionKind = iota // before or between the known ones
	sectionTip
	sectionTranslations
	sectionMindmap
)

// section is a part of the text under one heading.
type section struct {
	kind     sectionKind
	name     string // the heading as written; "" for what comes before the first
	headLine int    // the heading's line in the file; 0 when there is none
	content  fragment
}

// kindOf recognises the names of our sections.
func kindOf(name string) sectionKind {
	switch strings.ToLower(strings.Trim(name, " :*_")) {
	case "tip":
		return sectionTip
	case "translations", "translation":
		return sectionTranslations
	case "mindmap", "mind map", "mind-map":
		return sectionMindmap
	}
	return sectionPlain
}

// sections splits the text at the headings of level 2 that name a section of
// ours. Such a section ends at the next heading of level 1 or 2, as sections
// in markdown do; what is in none is plain.
func (o *outline) sections() []section {
	var all []section
	current := section{}
	from := 0
	finish := func(to int) {
		current.content = o.slice(from, to)
		all = append(all, current)
	}
	for _, h := range o.headings {
		kind := sectionPlain
		if h.level == 2 {
			kind = kindOf(h.text)
		}
		switch {
		case kind != sectionPlain:
			finish(h.from)
			current = section{kind: kind, name: h.text, headLine: o.lines[h.from]}
			from = h.to
		case h.level <= 2 && current.kind != sectionPlain:
			finish(h.from)
			current = section{name: h.text, headLine: o.lines[h.from]}
			from = h.from // the heading is part of a plain section
		}
	}
	finish(len(o.lines))
	return all
}

// takeSections fills in the body, the translations and the mind map.
func (r *reader) takeSections(o *outline) {
	all := o.sections()
	hasTip := false
	for _, s := range all {
		hasTip = hasTip || s.kind == sectionTip
	}
	var body, mindmap fragment
	mindmapLine := 0
	for _, s := range all {
		content := dropLines(s.content, r.titleFrom, r.titleTo)
		switch s.kind {
		case sectionTip:
			body = body.join(content)
		case sectionPlain:
			if !hasTip {
				body = body.join(content)
			} else if content = content.trim(); !isBlank(content.text) {
				r.notSent(s, content)
			}
		case sectionMindmap:
			for _, n := range o.notes {
				content = dropLines(content, o.lines[n.from], o.lines[n.to-1])
			}
			if mindmap = mindmap.join(content); mindmapLine == 0 {
				mindmapLine = s.headLine
			}
		case sectionTranslations:
			r.takeTranslations(o, s)
		}
	}
	r.at.body = o.complete(body.trim())
	r.tip.Body = r.at.body.text
	r.parts = append(r.parts, partsOf(body, partBody, "")...)
	if mindmapLine > 0 {
		r.parts = append(r.parts, partsOf(mindmap, partMindmap, "")...)
		r.at.mindmap = r.takeMindmap(o, mindmap, mindmapLine)
		r.tip.Mindmap = r.at.mindmap.text
	}
}

func (r *reader) notSent(s section, content fragment) {
	if s.headLine == 0 {
		r.fault(Warning, RuleUnknownSection, content.lines[0], 0,
			"this text stands above “## Tip” and isn't sent; move it under that heading, or delete it")
		return
	}
	r.fault(Warning, RuleUnknownSection, s.headLine, 0,
		"the section %q isn't part of “## Tip” and isn't sent; make its heading “###” to send it, or delete it", clip(s.name, 60))
}

// takeMindmap returns the mind map's text, none when nothing would show.
func (r *reader) takeMindmap(o *outline, f fragment, line int) fragment {
	f = o.complete(f.trim())
	if emptyMindmap(f.text) {
		r.fault(Note, RuleEmptyMindmap, line, 0, "the mind map is empty, so none is shown; add an image or a nested list, or delete the heading")
		return fragment{}
	}
	for _, d := range r.damage {
		if slices.Contains(f.lines, d.Line) {
			return fragment{}
		}
	}
	return f
}

// dropLines removes the file's lines first..last from a fragment.
func dropLines(f fragment, first, last int) fragment {
	from := 0
	for from < len(f.lines) && (f.lines[from] < first || f.lines[from] > last) {
		from++
	}
	to := from
	for to < len(f.lines) && f.lines[to] >= first && f.lines[to] <= last {
		to++
	}
	if from == to {
		return f
	}
	return f.without(from, to)
}
