package render

import (
	"cmp"
	"fmt"
	"html/template"
	"net/url"
	"strings"

	"dailytip/locale"
	"dailytip/tips"
)

// quoteMarks are those of the languages we know, in any of their forms.
const quoteMarks = "\"“”„‟‘‛‹›«»《》〈〉「」『』"

// sourceName is how the source is called: a given name in quotes, unless it
// brings its own (“Sunk cost”, Wikipedia), and a host as it is.
func sourceName(t tips.Tip, words string) string {
	name, quoted := sourceOf(t)
	if !quoted {
		return name
	}
	return locale.Text(words, "mail.quote", map[string]any{"Title": name})
}

func sourceOf(t tips.Tip) (name string, quoted bool) {
	host := hostOf(t.Link)
	name = cmp.Or(t.Source, host)
	return name, name != "" && name != host && !strings.ContainsAny(name, quoteMarks)
}

// sourceLine is "Adapted from …", or "" when there is nothing to name. Its link
// has these attributes before and after its address.
func sourceLine(t tips.Tip, words, before, behind string) template.HTML {
	dir := locale.Dir(words)
	source, quoted := sourceOf(t)
	name, author := Isolated(dir, source), Isolated(dir, t.Author)
	if quoted {
		// The marks are those of our sentence, and run with it.
		name = Phrase(words, "mail.quote", map[string]template.HTML{"Title": name})
	}
	if t.Link != "" {
		name = template.HTML(fmt.Sprintf(`<a%s href="%s"%s>%s</a>`, before, template.HTMLEscapeString(t.Link), behind, name))
	}
	switch {
	case source == "" && t.Author == "":
		return ""
	case source == "":
		return Phrase(words, "mail.written_by", map[string]template.HTML{"Author": author})
	case t.Author == "":
		return Phrase(words, "mail.adapted", map[string]template.HTML{"Source": name})
	}
	return Phrase(words, "mail.adapted_by", map[string]template.HTML{"Source": name, "Author": author})
}

// sourceText is the same line for the text part, the address below it.
func sourceText(t tips.Tip, words string) string {
	name := sourceName(t, words)
	var line string
	switch data := map[string]any{"Source": name, "Author": t.Author}; {
	case name == "" && t.Author == "":
		return ""
	case name == "":
		line = locale.Text(words, "mail.written_by", data)
	case t.Author == "":
		line = locale.Text(words, "mail.adapted", data)
	default:
		line = locale.Text(words, "mail.adapted_by", data)
	}
	line = Wrap(line, TextWidth, "", "")
	if t.Link != "" {
		line += "\n" + t.Link
	}
	return line
}

// hostOf is a link's host without "www.", as tips.Tip.Source has it.
func hostOf(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}
