package markup

import (
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// The kinds of nodes that only this package makes.
var (
	KindBox      = ast.NewNodeKind("Box")
	KindBoxTitle = ast.NewNodeKind("BoxTitle")
	KindMark     = ast.NewNodeKind("Mark")
	KindKey      = ast.NewNodeKind("Key")
	KindNothing  = ast.NewNodeKind("Nothing")
	KindNoteLink = ast.NewNodeKind("NoteLink")
)

// Box is a note set apart from the text: an alert, a callout, an admonition.
// Its first child is a [BoxTitle] unless it has none.
type Box struct {
	ast.BaseBlock
	Folded bool // closed at home until its reader opens it

	fence  string // of the line above it; "": it's indented
	indent int    // of what belongs to it; 0: it's fenced
}

// Kind implements ast.Node.
func (*Box) Kind() ast.NodeKind { return KindBox }

// Dump implements ast.Node.
func (b *Box) Dump(source []byte, level int) { ast.DumpHelper(b, source, level, nil, nil) }

// BoxTitle is the line over a box.
type BoxTitle struct {
	ast.BaseBlock
	words string // "": they are markdown and read as all is
}

// write puts the title's own words into it.
func (t *BoxTitle) write() {
	if t.words != "" && !t.HasChildren() {
		t.AppendChild(t, ast.NewString([]byte(t.words)))
	}
}

// Kind implements ast.Node.
func (*BoxTitle) Kind() ast.NodeKind { return KindBoxTitle }

// Dump implements ast.Node.
func (t *BoxTitle) Dump(source []byte, level int) { ast.DumpHelper(t, source, level, nil, nil) }

// Mark is text that its author marked as with a pen.
type Mark struct{ ast.BaseInline }

// Kind implements ast.Node.
func (*Mark) Kind() ast.NodeKind { return KindMark }

// Dump implements ast.Node.
func (m *Mark) Dump(source []byte, level int) { ast.DumpHelper(m, source, level, nil, nil) }

// Key is a key to press.
type Key struct {
	ast.BaseInline
	Name string
}

// Kind implements ast.Node.
func (*Key) Kind() ast.NodeKind { return KindKey }

// Dump implements ast.Node.
func (k *Key) Dump(source []byte, level int) {
	ast.DumpHelper(k, source, level, map[string]string{"Name": k.Name}, nil)
}

// Nothing stands where something was that no reader sees: a comment, an
// attribute list.
type Nothing struct{ ast.BaseInline }

// Kind implements ast.Node.
func (*Nothing) Kind() ast.NodeKind { return KindNothing }

// Dump implements ast.Node.
func (n *Nothing) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// html implements renderer.NodeRenderer.
type html struct{}

func (html) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	around := func(before, after func(ast.Node) string) renderer.NodeRendererFunc {
		return func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
			text := after
			if entering {
				text = before
			}
			_, err := w.WriteString(text(n))
			return ast.WalkContinue, err
		}
	}
	always := func(s string) func(ast.Node) string { return func(ast.Node) string { return s } }
	r.Register(KindBox, around(
		func(n ast.Node) string {
			if n.(*Box).Folded {
				return "<aside>\n<details>\n"
			}
			return "<aside>\n"
		},
		func(n ast.Node) string {
			if n.(*Box).Folded {
				return "</details>\n</aside>\n"
			}
			return "</aside>\n"
		}))
	r.Register(KindBoxTitle, around(
		func(n ast.Node) string {
			if isFolded(n) {
				return "<summary>"
			}
			return "<p><strong>"
		},
		func(n ast.Node) string {
			if isFolded(n) {
				return "</summary>\n"
			}
			return "</strong></p>\n"
		}))
	r.Register(KindElement, around(
		func(n ast.Node) string { return n.(*Element).tag },
		func(n ast.Node) string { return "</" + n.(*Element).Name + ">\n" }))
	r.Register(KindMark, around(always("<mark>"), always("</mark>")))
	r.Register(KindKey, around(
		func(n ast.Node) string { return "<kbd>" + string(util.EscapeHTML([]byte(n.(*Key).Name))) + "</kbd>" }, always("")))
	r.Register(KindRaised, around(func(n ast.Node) string {
		raised := n.(*Raised)
		tag := "sub>"
		if raised.Above {
			tag = "sup>"
		}
		return "<" + tag + string(util.EscapeHTML([]byte(raised.Words))) + "</" + tag
	}, always("")))
	r.Register(KindNothing, around(always(""), always("")))
	r.Register(KindLostReference, around(always(""), always("")))
	r.Register(KindEditTag, around(func(n ast.Node) string { return n.(*EditTag).Tag }, always("")))
	r.Register(KindNoteLink, around(
		func(n ast.Node) string {
			return `<a href="` + string(util.EscapeHTML([]byte(n.(*NoteLink).Address))) + `">`
		}, always("</a>")))
}

func isFolded(title ast.Node) bool {
	box, ok := title.Parent().(*Box)
	return ok && box.Folded
}
