package markup

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// sublist makes lists of what CommonMark takes for more words of a list's item: below
// "  1. Words", which are five columns in, "    - a part" is neither in the item nor a
// list of its own, and "a. a part" is no list anywhere. Python-Markdown, Pandoc and
// Dendron show a list in the item.
type sublist struct{}

// itemMark begins an item: a bullet, a number, one or two letters, #.
var itemMark = regexp.MustCompile(`^(?:[-*+]|(\d{1,3}|[A-Za-z]|[ivx]{2,4}|[IVX]{2,4}|#)[.)])[ \t]+\S`)

// listLine is a line that begins an item.
type listLine struct {
	label  string // "" of a bullet
	mark   byte   // the bullet, or what follows the label
	indent int    // columns of blanks before it
	words  text.Segment
}

// listLineAt reads a line of a paragraph; it has no mark where none begins it.
func listLineAt(line text.Segment, src []byte) listLine {
	line = line.TrimLeftSpace(src)
	value := line.Value(src)
	m := itemMark.FindSubmatchIndex(value)
	if m == nil {
		return listLine{}
	}
	l := listLine{indent: indentOf(line, src), words: within(line, m[1]-1, len(value)), mark: value[0]}
	if m[2] >= 0 {
		l.label, l.mark = string(value[m[2]:m[3]]), value[m[3]]
	}
	return l
}

// indentOf counts the columns of blanks that a line of the source begins with.
func indentOf(line text.Segment, src []byte) int {
	start := line.Start
	for start > 0 && src[start-1] != '\n' {
		start--
	}
	columns := 0
	for _, c := range src[start:line.Stop] {
		switch c {
		case ' ':
			columns++
		case '\t':
			columns += 4 - columns%4
		default:
			return columns
		}
	}
	return columns
}

// follows are the labels that may stand second in a list whose first is the key.
var follows = map[string]string{"a": "b", "A": "B", "i": "ii", "I": "II"}

// beginsList says whether the line at i begins a list. A letter is a mark where the
// next stands below: otherwise it's a word, or a name's.
func beginsList(lines []listLine, i int) bool {
	l := lines[i]
	if l.label == "" && l.mark != 0 || l.label == "1" || l.label == "#" {
		return true
	}
	next := follows[l.label]
	for _, below := range lines[i+1:] {
		if next != "" && below.label == next && below.indent == l.indent {
			return true
		}
	}
	return false
}

// Transform implements parser.ParagraphTransformer.
func (sublist) Transform(p *ast.Paragraph, reader text.Reader, _ parser.Context) {
	if p.Parent() == nil || p.Parent().Kind() != ast.KindListItem || p.Lines().Len() < 2 {
		return
	}
	src := reader.Source()
	all := p.Lines().Sliced(0, p.Lines().Len())
	lines := make([]listLine, len(all))
	for i, line := range all {
		lines[i] = listLineAt(line, src)
	}
	item := indentOf(all[0], src)
	first := 1
	for first < len(all) && !(lines[first].indent > item && beginsList(lines, first)) {
		first++
	}
	if first == len(all) {
		return
	}
	nest := &nesting{under: p}
	for i := first; i < len(all); i++ {
		if lines[i].mark == 0 || lines[i].indent <= item {
			nest.more(all[i].TrimLeftSpace(src))
			continue
		}
		nest.add(lines[i])
	}
	nest.trim(src)
	kept := append([]text.Segment(nil), all[:first]...)
	kept[first-1] = kept[first-1].TrimRightSpace(src)
	p.Lines().SetSliced(0, 0)
	p.Lines().AppendAll(kept)
}

// nesting builds lists in each other, by their indents.
type nesting struct {
	under ast.Node // the lists go below it
	open  []openList
	words []*ast.TextBlock
}

type openList struct {
	indent int
	list   *ast.List
}

// add begins an item.
func (n *nesting) add(l listLine) {
	for len(n.open) > 1 && l.indent < n.open[len(n.open)-1].indent {
		n.open = n.open[:len(n.open)-1]
	}
	last := len(n.open) - 1
	switch {
	case last < 0:
		n.begin(l, nil)
	case l.indent > n.open[last].indent:
		n.begin(l, n.open[last].list.LastChild())
	case n.open[last].list.IsOrdered() == (l.label == ""):
		list := n.open[last].list
		n.open = n.open[:last]
		if last > 0 {
			n.begin(l, n.open[last-1].list.LastChild())
			break
		}
		n.under = list
		n.begin(l, nil)
	}
	item := ast.NewListItem(0)
	words := ast.NewTextBlock()
	words.Lines().Append(l.words)
	item.AppendChild(item, words)
	list := n.open[len(n.open)-1].list
	list.AppendChild(list, item)
	n.words = append(n.words, words)
}

// begin opens a list in an item; nil: below what they go below.
func (n *nesting) begin(l listLine, item ast.Node) {
	list := ast.NewList(l.mark)
	list.IsTight = true
	if l.label != "" {
		list.Start = 1
		if follows[l.label] != "" {
			list.SetAttributeString("type", []byte(l.label))
		}
	}
	if item != nil {
		item.AppendChild(item, list)
	} else {
		n.under.Parent().InsertAfter(n.under.Parent(), n.under, list)
	}
	n.open = append(n.open, openList{l.indent, list})
}

// more adds a line to the item begun last.
func (n *nesting) more(line text.Segment) {
	n.words[len(n.words)-1].Lines().Append(line)
}

// trim takes the line ends off the items.
func (n *nesting) trim(src []byte) {
	for _, words := range n.words {
		last := words.Lines().Len() - 1
		line := words.Lines().At(last)
		words.Lines().Set(last, line.TrimRightSpace(src))
	}
}

// ItemLabel is the label of the nth item of an ordered list, beginning with 0, as it
// reads: "3", "c" or "iii".
func ItemLabel(list *ast.List, n int) string {
	kind := ""
	if v, ok := list.AttributeString("type"); ok {
		letter, _ := v.([]byte)
		kind = string(letter)
	}
	switch {
	case (kind == "i" || kind == "I") && n < len(romans):
		if kind == "I" {
			return strings.ToUpper(romans[n])
		}
		return romans[n]
	case (kind == "a" || kind == "A") && n < 26:
		return string(kind[0] + byte(n))
	}
	return ""
}

var romans = strings.Fields("i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx")
