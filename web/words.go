package web

import (
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

// Language is what a page speaks: what its address says, else what the reader
// chose, else what their browser asks for, else the newsletter's.
func (s *Server) Language(r *http.Request, chosen, newsletter string) string {
	wanted := []string{AskedLanguage(r), chosen, r.Header.Get("Accept-Language"), newsletter}
	return locale.Match(slices.DeleteFunc(wanted, func(tag string) bool { return tag == "" })...)
}

// Phrase is a message of ours as HTML. The values are HTML already: a name or
// an address wears an element of its own, so that its direction and its
// language don't mix with the sentence's.
func Phrase(lang, id string, values map[string]template.HTML) template.HTML {
	// A translation decides where the values go. While the text is escaped,
	// characters that no text holds mark these places.
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

// Isolated is a name that keeps its own direction. lang is "" when unknown.
func Isolated(text, lang string) template.HTML {
	attribute := ""
	if lang != "" {
		attribute = fmt.Sprintf(` lang="%s"`, template.HTMLEscapeString(lang))
	}
	return template.HTML("<bdi" + attribute + ">" + template.HTMLEscapeString(text) + "</bdi>")
}

var tag = regexp.MustCompile("<[^>]*>")

// Untagged is the text of HTML that this file has made, for the title of a window,
// which can't hold elements.
func Untagged(h template.HTML) string {
	return html.UnescapeString(tag.ReplaceAllString(string(h), ""))
}

// Address is a mail address, which may be broken anywhere on a narrow screen
// and always runs from left to right.
func Address(email string) template.HTML {
	return template.HTML(`<bdi class="address" dir="ltr">` + template.HTMLEscapeString(email) + "</bdi>")
}

// Instant is a date and time on the reader's own clock, with the zone's name,
// so that a wrong zone shows.
func Instant(lang string, t time.Time) template.HTML {
	text := template.HTMLEscapeString(locale.DateTime(lang, t.Format(time.DateOnly), t.Format("15:04")))
	if zone := t.Location().String(); zone != "" && zone != "Local" {
		text += " " + string(ZoneText(zone))
	}
	return template.HTML(fmt.Sprintf(`<time datetime="%s">%s</time>`, t.Format(time.RFC3339), text))
}

// ZoneText names a zone beside a time.
func ZoneText(id string) template.HTML {
	return template.HTML(`<bdi class="zone" dir="ltr">(` + template.HTMLEscapeString(strings.ReplaceAll(id, "_", " ")) + ")</bdi>")
}

// Say is one of our messages without values.
func Say(lang, id string) template.HTML { return Phrase(lang, id, nil) }
