package markup

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// icon reads the icons of Material for MkDocs, such as :material-clock-outline:,
// which stand for drawings that are a part of that program. Beside words they are an
// ornament, and nothing is shown; where a link has nothing else, the icon's name is.
type icon struct{}

var (
	iconCode = regexp.MustCompile(`^:(?:material|fontawesome|octicons|simple|lucide)-([a-z0-9]+(?:-[a-z0-9]+)*):`)
	iconLook = regexp.MustCompile(`(?:^(?:solid|brands|regular)-)|(?:-(?:outline|solid|\d+)$)`)
)

// Trigger implements parser.InlineParser.
func (icon) Trigger() []byte { return []byte{':'} }

// Parse implements parser.InlineParser.
func (icon) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	m := iconCode.FindSubmatch(line[:min(len(line), longSpan)])
	if m == nil {
		return nil
	}
	before := block.PrecendingCharacter()
	block.Advance(len(m[0]))
	rest := line[len(m[0]):]
	if before == '[' && len(rest) > 0 && rest[0] == ']' && !isAwaited(pc, segment.Start+len(m[0])) {
		return ast.NewString([]byte(strings.ReplaceAll(iconLook.ReplaceAllString(string(m[1]), ""), "-", " ")))
	}
	// Of the blanks on both sides one is enough.
	if len(rest) > 0 && rest[0] == ' ' && (before == ' ' || before == '\n' || before == '[') {
		block.Advance(1)
	}
	return &Nothing{}
}
