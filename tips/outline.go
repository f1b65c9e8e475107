package tips

import (
	"bytes"
	"regexp"
	"strings"
	"sync"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"dailytip/tips/markup"
)

// outline is what splitting a text needs to know of it: where headings and
// details blocks stand, and what is defined at its end for all of it.
type outline struct {
	fragment
	starts   []int
	headings []heading
	details  []detailsBlock
	links    []parser.Reference // [label]: address
	notes    []note             // [^label]: text
}

// heading is one outside of any code, quote, list or details block.
type heading struct {
	level    int
	text     string // markdown
	from, to int    // lines of the fragment, underline included
}

type note struct {
	label    string
	from, to int
}

// blocks parses blocks only: inline markup is costly and splits nothing.
var blocks = sync.OnceValue(func() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(append(parser.DefaultBlockParsers(),
			util.Prioritized(markup.FormulaBlock{}, 53), // a line of = in it is no underline
			util.Prioritized(markup.TightHeading{}, 601),
			util.Prioritized(extension.NewFootnoteBlockParser(), 999))...),
		parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
	)
})

var headingAttributes = regexp.MustCompile(`\s*\{:?\s*[#.][^{}]*\}\s*$`) // kramdown, Hugo

func newOutline(f fragment) *outline {
	o := &outline{fragment: f, starts: starts(f.text)}
	src := []byte(f.text)
	pc := parser.NewContext()
	doc := blocks().Parse(text.NewReader(src), parser.WithContext(pc))
	o.links = pc.References()
	o.details = scanDetails(src, doc)
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Heading:
			if !o.inDetails(n.Pos()) {
				o.headings = append(o.headings, o.heading(n, src))
			}
		case *extast.FootnoteList:
			for c := n.FirstChild(); c != nil; c = c.NextSibling() {
				from := lineOf(o.starts, max(c.Pos(), 0))
				o.notes = append(o.notes, note{
					label: string(c.(*extast.Footnote).Ref), from: from, to: max(o.lastLine(c), from) + 1,
				})
			}
		}
	}
	return o
}

// spaced puts a blank line under each details block that has none: until one,
// markdown takes what follows, such as the next section's heading, for HTML.
func (o *outline) spaced() *outline {
	var f fragment
	from := 0
	for _, d := range o.details {
		next := lineOf(o.starts, d.end-1) + 1
		if d.closed && next < len(o.lines) && next > from && strings.TrimSpace(o.line(next)) != "" {
			f = f.join(o.slice(from, next)).join(fragment{lines: []int{0}})
			from = next
		}
	}
	if from == 0 {
		return o
	}
	return newOutline(f.join(o.slice(from, len(o.lines))))
}

func (o *outline) heading(n *ast.Heading, src []byte) heading {
	h := heading{level: n.Level, from: lineOf(o.starts, max(n.Pos(), 0))}
	var words [][]byte
	last := h.from
	for i := range n.Lines().Len() {
		segment := n.Lines().At(i)
		words = append(words, bytes.TrimSpace(segment.Value(src)))
		last = lineOf(o.starts, segment.Start)
	}
	h.text = headingAttributes.ReplaceAllString(string(bytes.Join(words, []byte(" "))), "")
	h.to = last + 1
	if line := strings.TrimLeft(o.line(h.from), " "); !strings.HasPrefix(line, "#") {
		h.to++ // the underline of a setext heading
	}
	h.to = min(h.to, len(o.lines))
	return h
}

func (o *outline) line(i int) string {
	end := len(o.text)
	if i+1 < len(o.starts) {
		end = o.starts[i+1] - 1
	}
	return o.text[o.starts[i]:end]
}

// lastLine returns the last line on which n or a block in it has text.
func (o *outline) lastLine(n ast.Node) int {
	last := -1
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering && n.Type() == ast.TypeBlock && n.Lines().Len() > 0 {
			last = max(last, lineOf(o.starts, n.Lines().At(n.Lines().Len()-1).Start))
		}
		return ast.WalkContinue, nil
	})
	return last
}

func (o *outline) inDetails(offset int) bool {
	for _, d := range o.details {
		if d.closed && offset >= d.start && offset < d.end {
			return true
		}
	}
	return false
}

// complete appends to a part of the text the definitions of links and
// footnotes that it uses and that stand in another part.
func (o *outline) complete(part fragment) fragment {
	if len(o.links) == 0 && len(o.notes) == 0 {
		return part
	}
	lower := strings.ToLower(part.text)
	lacks := func(label string) bool {
		used := "[" + strings.ToLower(label) + "]"
		return strings.Contains(lower, used) && !strings.Contains(lower, used+":")
	}
	var more fragment
	for _, l := range o.links {
		if label := string(l.Label()); lacks(label) {
			definition := "[" + label + "]: <" + string(l.Destination()) + ">"
			if title := string(l.Title()); title != "" {
				definition += ` "` + strings.ReplaceAll(title, `"`, `\"`) + `"`
			}
			more = more.join(fragment{text: definition, lines: []int{0}})
		}
	}
	for _, n := range o.notes {
		if lacks("^" + n.label) {
			more = more.join(o.slice(n.from, n.to))
		}
	}
	if len(more.lines) == 0 {
		return part
	}
	return part.join(fragment{text: "", lines: []int{0}}).join(more)
}
