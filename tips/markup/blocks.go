package markup

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// blocks puts in place what was found while reading: boxes for quotes, lists and
// words for diagrams and formulas, nothing for comments and queries.
type blocks struct{}

// queries are the languages of code blocks that a vault's plugins replace by what
// they find in the vault.
var queries = map[string]bool{"dataview": true, "dataviewjs": true, "query": true, "tasks": true, "todoist": true, "button": true, "meta-bind": true}

// Transform implements parser.ASTTransformer.
func (blocks) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	src := reader.Source()
	var found []ast.Node
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Blockquote, *commentNode, *formulaNode, *ast.FencedCodeBlock, *ast.CodeBlock, *ast.List:
			found = append(found, n)
		case *BoxTitle:
			n.write()
		case *ast.Image:
			withoutSize(n, src)
		case *ast.CodeSpan:
			withoutLanguage(n, src)
		case *ast.ListItem:
			becomeTask(n, src)
		}
		return ast.WalkContinue, nil
	})
	for _, n := range slices.Backward(found) { // what a quote holds goes before it
		switch n := n.(type) {
		case *ast.Blockquote:
			if becomeBox(n); !n.HasChildren() && n.Parent() != nil {
				n.Parent().RemoveChild(n.Parent(), n)
			}
		case *ast.List:
			if _, ok := n.Attribute(tocKey); ok {
				n.Parent().RemoveChild(n.Parent(), n)
			}
		case *commentNode:
			n.Parent().RemoveChild(n.Parent(), n)
		case *formulaNode:
			n.Parent().ReplaceChild(n.Parent(), n, formulaShown(n, src))
		case *ast.FencedCodeBlock:
			fenced(n, src)
		case *ast.CodeBlock:
			if htmlGoesOn(n, src) {
				n.Parent().ReplaceChild(n.Parent(), n, asHTML(n))
			}
		}
	}
}

// fenced shows a code block whose language says that it isn't code.
func fenced(n *ast.FencedCodeBlock, src []byte) {
	language := strings.ToLower(strings.Trim(string(n.Language(src)), "{}"))
	switch {
	case queries[language] || util.IsBlank(n.Lines().Value(src)): // an empty box says nothing
		n.Parent().RemoveChild(n.Parent(), n)
	case language == "math" || language == "latex-math":
		n.Parent().ReplaceChild(n.Parent(), n, formulaShown(n, src))
	case language == "mermaid":
		if drawn := Diagram(string(n.Lines().Value(src))); drawn != nil {
			n.Parent().ReplaceChild(n.Parent(), n, drawn)
			return
		}
		// Folded where that is possible: a few see the picture in the source.
		box := &Box{Folded: true}
		title := &BoxTitle{words: "Diagram"}
		title.write()
		box.AppendChild(box, title)
		n.Parent().ReplaceChild(n.Parent(), n, box)
		box.AppendChild(box, n)
	case language == "console":
		withoutColours(n, src)
	}
	withoutCodeMarks(n, src)
}

// codeLanguage is how MkDocs says the language of code in a line: `#!py True`.
var codeLanguage = regexp.MustCompile(`^#![A-Za-z][\w+.-]* +\S`)

// withoutLanguage takes a language off code in a line. A script's first line has a
// path: #!/bin/sh.
func withoutLanguage(n *ast.CodeSpan, src []byte) {
	if first, ok := n.FirstChild().(*ast.Text); ok {
		if m := codeLanguage.FindIndex(first.Segment.Value(src)); m != nil {
			_, size := utf8.DecodeLastRune(first.Segment.Value(src)[:m[1]])
			first.Segment = within(first.Segment, m[1]-size, first.Segment.Len())
		}
	}
}

// IsQuery says whether code in this language is replaced by what a program finds
// in a vault.
func IsQuery(language string) bool { return queries[strings.ToLower(language)] }

var sizeInAlt = regexp.MustCompile(`\s*\|\s*\d+(x\d+)?$`)

// withoutSize takes the width that Obsidian writes beside a picture's words.
func withoutSize(n *ast.Image, src []byte) {
	if last, ok := n.LastChild().(*ast.Text); ok {
		value := last.Segment.Value(src)
		if at := sizeInAlt.FindIndex(value); at != nil {
			last.Segment = within(last.Segment, 0, at[0])
		}
	}
}
