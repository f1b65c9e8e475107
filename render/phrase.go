package render

import (
	"html/template"
	"strings"

	"dailytip/locale"
)

// Phrase is one of our messages as HTML: values are markup already, the words
// around them are escaped.
func Phrase(lang, id string, values map[string]template.HTML) template.HTML {
	data := map[string]any{}
	for name := range values {
		// Private-use characters survive escaping and stand in no message.
		data[name] = "\uE000" + name + "\uE001"
	}
	text := template.HTMLEscapeString(locale.Text(lang, id, data))
	for name, value := range values {
		text = strings.ReplaceAll(text, "\uE000"+name+"\uE001", string(value))
	}
	return template.HTML(text)
}

// Isolated keeps a name's own direction from spilling into the words around
// it, where those run from right to left.
func Isolated(dir, text string) template.HTML {
	escaped := template.HTMLEscapeString(text)
	if dir != "rtl" {
		return template.HTML(escaped)
	}
	return template.HTML(`<span dir="auto">` + escaped + `</span>`)
}
