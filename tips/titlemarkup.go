package tips

import (
	"html"
	"regexp"
	"strings"
)

// A title in the front matter is plain text to some programs and markdown to others.
// What hardly anyone means as written is read: code, bold, emphasis around words,
// links, and characters written as references. A name__with__lines stays.
var (
	titleMark = regexp.MustCompile("`([^`]+)`" + `|\*\*([^\s*](?:[^*]*[^\s*])?)\*\*|\[([^\[\]]+)\]\(https?://[^()\s]+\)`)
	titleEm   = regexp.MustCompile(`(^|[\s("“])([*_])([^\s*_](?:[^*_]*[^\s*_])?)([*_])($|[\s.,:;!?)"”])`)
	reference = regexp.MustCompile(`&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});`)
)

// titlePart is a stretch of a title, in code, bold or emphasised; "": neither.
type titlePart struct{ element, text string }

func titleParts(title string) []titlePart {
	if !strings.ContainsAny(title, "`*_[&") {
		return []titlePart{{"", title}}
	}
	var parts []titlePart
	rest := 0
	for _, m := range titleMark.FindAllStringSubmatchIndex(title, -1) {
		parts = append(parts, emphasised(title[rest:m[0]])...)
		rest = m[1]
		switch {
		case m[2] >= 0:
			parts = append(parts, titlePart{"code", strings.TrimSpace(title[m[2]:m[3]])})
		case m[4] >= 0:
			parts = append(parts, titlePart{"strong", unreferred(title[m[4]:m[5]])})
		default:
			parts = append(parts, titlePart{"", unreferred(title[m[6]:m[7]])})
		}
	}
	return append(parts, emphasised(title[rest:])...)
}

func emphasised(text string) []titlePart {
	m := titleEm.FindStringSubmatchIndex(text)
	if m == nil || text[m[4]:m[5]] != text[m[8]:m[9]] {
		return []titlePart{{"", unreferred(text)}}
	}
	return append([]titlePart{{"", unreferred(text[:m[4]])}, {"em", unreferred(text[m[6]:m[7]])}}, emphasised(text[m[9]:])...)
}

// unreferred writes &amp; as &.
func unreferred(text string) string {
	return reference.ReplaceAllStringFunc(text, html.UnescapeString)
}

// plainTitle is a title without its marks.
func plainTitle(title string) string {
	var b strings.Builder
	for _, p := range titleParts(title) {
		b.WriteString(p.text)
	}
	return oneLine(b.String())
}

// TitleHTML is a title as its author wrote it, as safe HTML: only code, strong and em.
func TitleHTML(written string) string {
	var b strings.Builder
	for _, p := range titleParts(written) {
		text := html.EscapeString(p.text)
		if p.element != "" && text != "" {
			text = "<" + p.element + ">" + text + "</" + p.element + ">"
		}
		b.WriteString(text)
	}
	return b.String()
}

// writtenTitle is a title as written when its headline shows more than the title
// itself; else "".
func writtenTitle(written, title string) string {
	written = oneLine(written)
	if plainTitle(written) != title || !strings.Contains(TitleHTML(written), "<") {
		return ""
	}
	return written
}
