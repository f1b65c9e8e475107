package tips

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"

	"dailytip/tips/markup"
)

// shortLink is the longest address, in columns, that stays in a line of text;
// longer ones go to the end with a number.
const shortLink = 40

// PlainText renders markdown as text that a person is glad to read: paragraphs
// wrapped at width columns (0: not at all), "- " and "1. " lists, "> " quotes,
// code indented by four, tables in columns, images as [their text]. Long
// addresses and footnotes stand at the end, numbered as they come up. Lines
// end in \n; the last one has no end.
func PlainText(markdown string, width int) (text string) { return LinkedText(markdown, width, nil) }

// LinkedText is [PlainText] with links to the pages of other tips.
func LinkedText(markdown string, width int, pages Pages) (text string) {
	defer func() {
		// Of the parsers we use: no tip may stop the daemon.
		if recover() != nil {
			text = strings.TrimSpace(markdown)
		}
		text = printable(text)
	}()
	return plainText(markdown, width, pages)
}

func plainText(markdown string, width int, pages Pages) string {
	if checkCost(markdown) != nil {
		return strings.TrimSpace(markdown) // its source is the best that can be done in time
	}
	doc, src := linkedDocument(markdown, pages)
	w := &textWriter{src: src, numbers: make(map[string]int), notes: footnotes(doc)}
	lines := w.blocks(doc, max(width, 0), true)
	if end := w.endnotes(max(width, 0)); len(end) > 0 {
		lines = append(append(lines, ""), end...)
	}
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// textWriter turns nodes into lines. width is always what is left for the node.
type textWriter struct {
	src     []byte
	bare    bool             // no marks for emphasis, no addresses: titles and excerpts
	numbers map[string]int   // address, or "^" and a footnote's index → its number
	ends    []endnote        // by number, from 1
	notes   map[int]ast.Node // footnotes by their index
}

type endnote struct {
	address string
	note    ast.Node
}

func footnotes(doc ast.Node) map[int]ast.Node {
	notes := make(map[int]ast.Node)
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		if n.Kind() == extast.KindFootnoteList {
			for c := n.FirstChild(); c != nil; c = c.NextSibling() {
				notes[c.(*extast.Footnote).Index] = c
			}
		}
	}
	return notes
}

// number gives the number of an endnote, a new one the first time.
func (w *textWriter) number(key string, e endnote) string {
	n, ok := w.numbers[key]
	if !ok {
		w.ends = append(w.ends, e)
		n = len(w.ends)
		w.numbers[key] = n
	}
	return "[" + strconv.Itoa(n) + "]"
}

// endnotes writes the numbered addresses and footnotes. A footnote may add to
// them.
func (w *textWriter) endnotes(width int) []string {
	var lines []string
	for i := 0; i < len(w.ends); i++ {
		mark := fmt.Sprintf("[%d] ", i+1)
		if w.ends[i].note == nil {
			lines = append(lines, mark+w.ends[i].address)
			continue
		}
		lines = append(lines, hang(mark, w.blocks(w.ends[i].note, narrower(width, len(mark)), true))...)
	}
	return lines
}

// narrower takes a prefix off the width, but leaves room for some words.
func narrower(width, prefix int) int {
	if width == 0 {
		return 0
	}
	return max(width-prefix, 16)
}

// hang puts a mark before the first line and indents the rest as far.
func hang(mark string, lines []string) []string {
	if len(lines) == 0 {
		lines = []string{""}
	}
	indent := strings.Repeat(" ", displayWidth(mark))
	out := make([]string, len(lines))
	for i, l := range lines {
		switch {
		case i == 0:
			out[i] = mark + l
		case l == "":
		default:
			out[i] = indent + l
		}
	}
	return out
}

// blocks writes the children of n, with blank lines between them when loose.
func (w *textWriter) blocks(n ast.Node, width int, loose bool) []string {
	var lines []string
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		part := w.block(c, width)
		if len(part) == 0 {
			continue
		}
		if len(lines) > 0 && (loose || c.Kind() != ast.KindList) && !(c.Kind() == ast.KindTextBlock && !loose) {
			lines = append(lines, "")
		}
		lines = append(lines, part...)
	}
	return lines
}

func (w *textWriter) block(n ast.Node, width int) []string {
	switch n := n.(type) {
	case *ast.Heading:
		return w.heading(n, width)
	case *ast.ThematicBreak:
		return []string{"* * *"}
	case *ast.Blockquote, *markup.Box:
		return prefix("> ", w.blocks(n, narrower(width, 2), true))
	case *markup.Element:
		if n.Name == "blockquote" {
			return prefix("> ", w.blocks(n, narrower(width, 2), true))
		}
	case *markup.BoxTitle:
		var title strings.Builder
		w.mark(&title, "*", w.inline(n))
		return wrap(title.String(), width)
	case *extast.DefinitionList:
		return w.definitions(n, width)
	case *ast.List:
		return w.list(n, width)
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		return w.code(n)
	case *ast.HTMLBlock:
		return w.htmlBlock(n, width)
	case *extast.Table:
		return w.table(n, width)
	case *extast.FootnoteList:
		return nil // at the end, with the addresses
	case *ast.Paragraph, *ast.TextBlock:
		if text := w.inline(n); strings.TrimSpace(text) != "" {
			return wrap(text, width)
		}
		return nil
	}
	return w.blocks(n, width, true)
}

// definitions writes each term, and below it, indented, what it means.
func (w *textWriter) definitions(n ast.Node, width int) []string {
	var lines []string
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if c.Kind() == extast.KindDefinitionDescription {
			lines = append(lines, prefix("  ", w.blocks(c, narrower(width, 2), true))...)
			continue
		}
		if before := c.PreviousSibling(); before != nil && before.Kind() != extast.KindDefinitionTerm {
			lines = append(lines, "")
		}
		lines = append(lines, wrap(w.inline(c), width)...)
	}
	return lines
}

// heading underlines each heading, in the way of its level.
func (w *textWriter) heading(n *ast.Heading, width int) []string {
	text := w.inline(n)
	if strings.TrimSpace(text) == "" {
		return nil
	}
	lines := wrap(text, width)
	longest := 0
	for _, l := range lines {
		longest = max(longest, displayWidth(l))
	}
	rule := "~"
	switch n.Level {
	case 1:
		rule = "="
	case 2:
		rule = "-"
	}
	return append(lines, strings.Repeat(rule, min(longest, 72)))
}

func prefix(mark string, lines []string) []string {
	for i, l := range lines {
		lines[i] = strings.TrimRight(mark+l, " ")
	}
	return lines
}

// list writes items with hanging indent; the numbers of an ordered list are
// aligned at their right.
func (w *textWriter) list(n *ast.List, width int) []string {
	var lines []string
	number := n.Start
	widest := len(strconv.Itoa(n.Start + max(n.ChildCount()-1, 0)))
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		mark := "- "
		if n.IsOrdered() {
			mark = fmt.Sprintf("%*d%c ", widest, number, n.Marker)
			if label := markup.ItemLabel(n, number-n.Start); label != "" {
				mark = label + string(n.Marker) + " "
			}
			number++
		}
		part := hang(mark, w.blocks(item, narrower(width, len(mark)), !n.IsTight))
		if len(lines) > 0 && !n.IsTight {
			lines = append(lines, "")
		}
		lines = append(lines, part...)
	}
	return lines
}

// code is indented and never wrapped: its line ends mean something.
func (w *textWriter) code(n ast.Node) []string {
	text := strings.TrimRight(string(n.Lines().Value(w.src)), "\n")
	return prefix("    ", strings.Split(strings.ReplaceAll(text, "\t", "    "), "\n"))
}
