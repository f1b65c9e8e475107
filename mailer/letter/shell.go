package letter

import (
	_ "embed"
	"fmt"
	"html/template"
	"strings"
	"sync"
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
