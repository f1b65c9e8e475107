package tips

import (
	"strings"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"dailytip/tips/markup"
)

// engine is the one dialect of markdown that we read. It is built when first
// used and may be used by many at once.
var engine = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithExtensions(
			extension.NewLinkify(extension.WithLinkifyAllowedProtocols([]string{"http:", "https:"})),
			// The align attribute, because styles don't pass the sanitiser.
			extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
			extension.Strikethrough,
			extension.TaskList,
			extension.Footnote,
			markup.Extension{},
		),
		goldmark.WithParserOptions(parser.WithAutoHeadingID()),
		goldmark.WithRendererOptions(
			html.WithUnsafe(), // the sanitiser comes afterwards
			renderer.WithNodeRenderers(util.Prioritized(checkboxes{}, 100)),
		),
	)
})

// document parses markdown, after opening up its details blocks.
func document(markdown string) (ast.Node, []byte) { return linkedDocument(markdown, nil) }

// linkedDocument is document with links to the pages of other tips.
func linkedDocument(markdown string, pages Pages) (ast.Node, []byte) {
	pc := newContext()
	pages.For(pc)
	markdown = strings.ToValidUTF8(markdown, "\ufffd")
	src := []byte(wholeLinks(openDetails(strings.ReplaceAll(markdown, "\r\n", "\n"), 0)))
	return engine().Parser().Parse(text.NewReader(src), parser.WithContext(pc)), src
}

func newContext() parser.Context {
	return parser.NewContext(parser.WithIDs(&headingIDs{used: make(map[string]int)}))
}

// maxDetails bounds how deep details blocks may stand in each other.
const maxDetails = 8

// openDetails puts blank lines into details blocks, so that the text in them is
// read as markdown whether its author left blank lines or not, and takes away
// its indent, which would make it code.
func openDetails(markdown string, depth int) string {
	if depth == maxDetails || !strings.Contains(strings.ToLower(markdown), "<details") {
		return markdown
	}
	o := newOutline(newFragment(strings.Split(markdown, "\n"), 1))
	var b strings.Builder
	rest := 0
	for _, d := range o.details {
		line := o.starts[lineOf(o.starts, d.start)]
		// Inside a list or a quote blank lines would end that.
		if lead := markdown[line:d.start]; strings.TrimLeft(lead, " ") != "" || len(lead) > 3 {
			continue
		}
		b.WriteString(markdown[rest:line])
		b.WriteString("\n" + d.tag + "\n")
		if d.hasSummary {
			b.WriteString(d.summaryTag + strings.Join(strings.Fields(d.summary), " ") + "</summary>\n")
		}
		b.WriteString("\n" + strings.Trim(openDetails(o.cut(d.inner, d.outer).text, depth+1), "\n") + "\n\n</details>\n\n")
		rest = d.end
	}
	b.WriteString(markdown[rest:])
	return b.String()
}

// checkboxes draws the boxes of task lists as characters: mail has no forms.
type checkboxes struct{}
