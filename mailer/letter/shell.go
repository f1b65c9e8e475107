package letter

import (
	_ "embed"
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"sync"

	"dailytip/locale"
)

// The shell around the card is written in MJML. Compiling it needs Node, so
// its output is committed, and a test fails when it's stale.
//
//go:generate npm --prefix shell ci --no-audit --no-fund
//go:generate node shell/build.mjs

//go:embed shell.html.tmpl
var shellText string

//go:embed card.html.tmpl
var cardText string

// shell and card are parsed once, at the first letter. Their errors can only
// come from the embedded files, which the tests parse.
var (
	shell = sync.OnceValues(func() (*Template, error) { return parseTemplate("shell", shellText) })
	card  = sync.OnceValues(func() (*template.Template, error) { return template.New("card").Parse(cardText) })
)

// MaxHTML is the most bytes that the HTML of a mail may have. Gmail clips a mail
// at 102 KB and hides what comes after, with the link to unsubscribe.
const MaxHTML = 80 << 10

// dress is what every view of the card's templates can ask for.
type dress struct {
	sheet       sheet
	light, dark palette
}

// CSS is a named style.
func (d dress) CSS(name string) (template.CSS, error) { return d.sheet.css(name) }

// Edge is the style of a mind map's branch with its coloured edge.
func (d dress) Edge(number int) template.CSS {
	return template.CSS(d.sheet.replace.Replace(d.sheet.styles["branch"] +
		";border-{start}:4px solid " + d.light.Branches[number-1]))
}

// Leaf is the style of a line beside its branch.
func (d dress) Leaf(l leafView) template.CSS {
	style := d.sheet.inline("leaf")
	if l.Last {
		style = d.sheet.inline("last p")
	}
	if l.Level > 0 {
		style += d.sheet.replace.Replace(";color:" + d.light.Mute + ";padding-{start}:" + strconv.Itoa(16*l.Level) + "px")
	}
	return template.CSS(style)
}

// execute runs one of the card's templates.
func execute(name string, data any) (template.HTML, error) {
	t, err := card()
	if err != nil {
		return "", fmt.Errorf("parse the card's template: %w", err)
	}
	var b strings.Builder
	if err := t.ExecuteTemplate(&b, name, data); err != nil {
		return "", fmt.Errorf("fill in the card's template: %w", err)
	}
	return template.HTML(b.String()), nil
}

// phrase is one of our messages as HTML: values are markup already, the words
// around them are escaped.
func phrase(lang, id string, values map[string]template.HTML) template.HTML {
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

// isolated keeps a name's own direction from spilling into the words around
// it, where those run from right to left.
func isolated(dir, text string) template.HTML {
	escaped := template.HTMLEscapeString(text)
	if dir != "rtl" {
		return template.HTML(escaped)
	}
	return template.HTML(`<span dir="auto">` + escaped + `</span>`)
}
