package web

import (
	"cmp"
	"fmt"
	"html"
	"html/template"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"dailytip/locale"
)

// language is what a page speaks: what its address says, else what the reader
// chose, else what their browser asks for, else the newsletter's.
func (s *Server) language(r *http.Request, chosen, newsletter string) string {
	wanted := []string{asked(r), chosen, r.Header.Get("Accept-Language"), newsletter}
	return locale.Match(slices.DeleteFunc(wanted, func(tag string) bool { return tag == "" })...)
}

// phrase is a message of ours as HTML. The values are HTML already: a name or
// an address wears an element of its own, so that its direction and its
// language don't mix with the sentence's.
func phrase(lang, id string, values map[string]template.HTML) template.HTML {
	// Translations place the values; characters that no text holds keep the
	// places while the text is escaped.
	const firstMark = '\uE000'
	data := make(map[string]any, len(values))
	var places []string
	for i, name := range slices.Sorted(maps.Keys(values)) {
		mark := string(firstMark + rune(i))
		data[name] = mark
		places = append(places, mark, string(values[name]))
	}
	text := template.HTMLEscapeString(locale.Text(lang, id, data))
	return template.HTML(strings.NewReplacer(places...).Replace(text))
}

// isolated is a name that keeps its own direction. lang is "" when unknown.
func isolated(text, lang string) template.HTML {
	attribute := ""
	if lang != "" {
		attribute = fmt.Sprintf(` lang="%s"`, template.HTMLEscapeString(lang))
	}
	return template.HTML("<bdi" + attribute + ">" + template.HTMLEscapeString(text) + "</bdi>")
}

var tag = regexp.MustCompile("<[^>]*>")

// untagged is the text of HTML that this file has made, for the title of a
// window, which knows no elements.
func untagged(h template.HTML) string {
	return html.UnescapeString(tag.ReplaceAllString(string(h), ""))
}

// address is a mail address, which may be broken anywhere on a narrow screen
// and always runs from left to right.
func address(email string) template.HTML {
	return template.HTML(`<bdi class="address" dir="ltr">` + template.HTMLEscapeString(email) + "</bdi>")
}

// instant is a date and time on the reader's own clock, with the zone's name,
// so that a wrong zone shows.
func instant(lang string, t time.Time) template.HTML {
	text := template.HTMLEscapeString(locale.DateTime(lang, t.Format(time.DateOnly), t.Format("15:04")))
	if zone := t.Location().String(); zone != "" && zone != "Local" {
		text += " " + string(zoneText(zone))
	}
	return template.HTML(fmt.Sprintf(`<time datetime="%s">%s</time>`, t.Format(time.RFC3339), text))
}

// newLetterhead is what stands over a newsletter's pages; i is its place in the
// configuration.
func newLetterhead(n Newsletter, i int) letterhead {
	title := cmp.Or(n.Title, n.ID)
	return letterhead{Name: isolated(title, n.Language), Class: accentClass(i), Language: n.Language}
}
