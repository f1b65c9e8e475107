// Package markup teaches goldmark what people's own programs write into
// markdown: the alerts of GitHub, the wikilinks and comments of Obsidian, the
// boxes of MkDocs and Docusaurus, kramdown's attributes, formulas, diagrams,
// emoji codes. Each is shown as its reader sees it at home, or leaves nothing
// behind when it is nothing to read.
//
// It owns the syntax and what it becomes in a document. It refuses to know
// tips and mails, and leaves cleaning the HTML to others.
package markup

import (
	"github.com/yuin/goldmark"
	emoji "github.com/yuin/goldmark-emoji"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// Extension is all of it.
type Extension struct{}

// Extend implements goldmark.Extender. What is found in a line must come before
// goldmark's own links (200) and emphasis (500), what begins a block before its
// headings (100) and paragraphs (1000).
func (Extension) Extend(m goldmark.Markdown) {
	extension.DefinitionList.Extend(m)
	emoji.New(emoji.WithRenderingMethod(emoji.Unicode)).Extend(m)
	m.Parser().AddOptions(
		parser.WithBlockParsers(
			util.Prioritized(commentBlock{}, 50),
			util.Prioritized(linkComment{}, 50),
			util.Prioritized(fencedBox{}, 51),
			util.Prioritized(orgBlock{}, 51),
			util.Prioritized(indentedBox{}, 52),
			util.Prioritized(FormulaBlock{}, 53),
			util.Prioritized(TightHeading{}, 601), // after headings
			util.Prioritized(element{}, 899),      // before HTML
		),
		parser.WithParagraphTransformers(
			util.Prioritized(attributeLines{}, 50), // before tables, which would take one for a row
			util.Prioritized(calloutTitle{}, 60),
			util.Prioritized(sublist{}, 70),
			util.Prioritized(verseLines{}, 80),
		),
		parser.WithInlineParsers(
			util.Prioritized(awaited{}, 117),
			util.Prioritized(edits{}, 118),
			util.Prioritized(progress{}, 119),
			util.Prioritized(commentSpan{}, 120),
			util.Prioritized(formulaSpan{}, 121),
			util.Prioritized(wikilink{}, 122),
			util.Prioritized(keys{}, 123),
			util.Prioritized(attributeSpan{}, 124),
			util.Prioritized(icon{}, 125),
			util.Prioritized(blockReference{}, 125),
			util.Prioritized(lostReference{}, 126),
			util.Prioritized(raised{}, 480), // before what is struck out (500)
			util.Prioritized(highlight{}, 490),
			util.Prioritized(emphasis{}, 491),
		),
		parser.WithASTTransformers(
			util.Prioritized(verses{}, 90),
			util.Prioritized(tableRules{}, 95),
			util.Prioritized(blocks{}, 100),
			util.Prioritized(navigation{}, 105),
			util.Prioritized(anchors{}, 110),
			util.Prioritized(pageLinks{}, 120),
			util.Prioritized(lastRule{}, 899),
			util.Prioritized(lineBreaks{}, 900), // when all words stand where they stay
		),
	)
	m.Renderer().AddOptions(renderer.WithNodeRenderers(util.Prioritized(html{}, 100)))
}
