package markup

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// KindLostReference is the beginning of a link whose address isn't in its file.
var KindLostReference = ast.NewNodeKind("LostReference")

// LostReference stands before the words of a link whose address isn't in its file:
// [words][name]. The words stay; nothing is shown of the rest.
type LostReference struct {
	ast.BaseInline
	Name string
}

// Kind implements ast.Node.
func (*LostReference) Kind() ast.NodeKind { return KindLostReference }

// Dump implements ast.Node.
func (n *LostReference) Dump(source []byte, level int) {
	ast.DumpHelper(n, source, level, map[string]string{"Name": n.Name}, nil)
}

// lostReference finds links whose address a site's program takes from another file.
type lostReference struct{}

// Trigger implements parser.InlineParser.
func (lostReference) Trigger() []byte { return []byte{'[', '!'} }

// Parse implements parser.InlineParser.
func (lostReference) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	if line, segment := block.PeekLine(); line[0] == '!' {
		return lostPicture(block, segment, pc)
	}
	before := block.PrecendingCharacter()
	if before == ']' || before == '!' || before == ')' || unicode.IsLetter(before) && !isCJK(before) || unicode.IsNumber(before) {
		return nil // an index, a picture
	}
	words, name, at, length := referenceAt(block)
	if length == 0 || !isReference(words, name) {
		return nil
	}
	if name == "" {
		name = words
	}
	if isKnown(pc, name, words) {
		return nil
	}
	_, segment := block.PeekLine()
	block.Advance(1)
	await(pc, at, mark{length: length, node: &Nothing{}})
	lost := &LostReference{Name: name}
	lost.SetPos(segment.Start)
	return lost
}

// isKnown says whether the file has the address of one of these: [words] may be a link
// by itself.
func isKnown(pc parser.Context, labels ...string) bool {
	return slices.ContainsFunc(labels, func(label string) bool {
		_, known := pc.Reference(util.ToLinkReference([]byte(label)))
		return known
	})
}

// lostPicture reads ![words][name], a picture whose address isn't in its file. Its words
// stand for it, as they do for any that can't be shown.
func lostPicture(block text.Reader, segment text.Segment, pc parser.Context) ast.Node {
	line, _ := block.PeekLine()
	if len(line) < 2 || line[1] != '[' {
		return nil
	}
	row, place := block.Position()
	block.Advance(1)
	words, name, at, length := referenceAt(block)
	if name == "" {
		name = words
	}
	end := at + length - segment.Start
	if length == 0 || end > len(line) || strings.TrimSpace(name) == "" || isKnown(pc, name, words) {
		block.SetPosition(row, place)
		return nil
	}
	block.Advance(end - 1)
	lost := &LostReference{Name: name}
	lost.SetPos(segment.Start)
	if words != "" {
		lost.AppendChild(lost, ast.NewString([]byte("["+words+"]")))
	}
	return lost
}

// longWords is how many bytes the words of such a link have at most.
const longWords = 500

// referenceAt reads [words][name]: at is where the bracket behind the words stands in
// the source, and length how long the rest is; 0: there is no such thing. The words may
// go over lines.
func referenceAt(block text.Reader) (words, name string, at, length int) {
	row, place := block.Position()
	defer block.SetPosition(row, place)
	block.Advance(1)
	var b strings.Builder
	depth := 0
	code := false
	for b.Len() < longWords {
		line, segment := block.PeekLine()
		if line == nil {
			break
		}
		for i := 0; i < len(line) && b.Len() < longWords; i++ {
			switch c := line[i]; {
			case c == '\\' && !code:
				b.WriteByte(c)
				i++
			case c == '`':
				code = !code
			case code:
			case c == '[':
				depth++
			case c == ']' && depth > 0:
				depth--
			case c == ']':
				m := referenceName.FindSubmatch(line[i:min(len(line), i+longSpan)])
				if m == nil {
					return "", "", 0, 0
				}
				return strings.TrimSpace(b.String()), strings.TrimSpace(string(m[1])), segment.Start + i, len(m[0])
			}
			if i < len(line) {
				b.WriteByte(line[i])
			}
		}
		block.AdvanceLine()
	}
	return "", "", 0, 0
}

var (
	referenceName = regexp.MustCompile(`^\]\[([^\[\]\n]*)\]`)
	plainName     = regexp.MustCompile(`^[\p{L}\p{N}_][\p{L}\p{N}_.:/ -]*$`)
	threeLetters  = regexp.MustCompile(`\pL{3}`)
)

// isReference tells a link's words and the name of its address from other things in two
// brackets: a matrix, what people do [laughs][waves], a pattern [a-z][0-9].
func isReference(words, name string) bool {
	if !threeLetters.MatchString(words) || strings.HasPrefix(words, "^") {
		return false
	}
	if name == "" {
		return true
	}
	slug, label := Slug(words), Slug(name)
	switch {
	case !plainName.MatchString(name) || label == "":
		return false
	case strings.ReplaceAll(slug, "-", "") == strings.ReplaceAll(label, "-", "") || strings.Contains("-"+slug+"-", "-"+label+"-"):
		return true
	case strings.Trim(label, "0123456789") == "": // [the manual][1]
		return true
	}
	return !strings.Contains(name, " ") && strings.ContainsAny(name, "-_")
}
