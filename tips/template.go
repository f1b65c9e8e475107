package tips

import (
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"golang.org/x/net/html/atom"
)

// RuleTemplate is broken by what only the program of a site can fill in: Liquid,
// shortcodes, MDX. Its readers would get it raw.
const RuleTemplate = "template-syntax"

// maxTemplates bounds how many faults of this kind one text gets.
const maxTemplates = 5

const includedFile = "a file that a site's program puts in"

// templates are the syntaxes, each with whose it is.
var templates = []struct {
	pattern *regexp.Regexp
	whose   string
}{
	{regexp.MustCompile(`\{\{[^{}\n]+\}\}`), "a value or a shortcode that Jekyll, Hugo, Vue or Logseq fills in"},
	{regexp.MustCompile(`\{%[^{}]*%\}`), "a tag that Jekyll or another site generator replaces"},
	{regexp.MustCompile(`<%[^<>\n]*%>`), "a template of Templater or ERB"},
	{regexp.MustCompile(`(?m)^(?:import\s+(?:[\w{*][^\n;]*\s)?(?:from\s+)?['"][^'"\n]+['"]|export\s+(?:const|let|var|default|async|function)\b)`), "code of MDX"},
	{regexp.MustCompile(`\{/\*`), "a comment of MDX"},
	{regexp.MustCompile(`\{\{!`), "a comment of Handlebars"},
	{regexp.MustCompile(`\{\*[^{}\n]*\*\}`), includedFile},
	{regexp.MustCompile(`(?m)^[ \t]*<<<[ \t]+[@./~]\S+`), includedFile},
	{regexp.MustCompile(`(?m)^[ \t]*-+8<-+[ \t]+["'][^"'\n]+["']`), includedFile},
	{regexp.MustCompile(`(?i)\[!INCLUDE[ \t]*\[[^\]\n]*\]\([^)\n]*\)\]`), includedFile},
	{regexp.MustCompile(`(?m)^:::[ \t]+[A-Za-z_]\w*(?:\.\w+)+[ \t]*$`), "a part that mkdocstrings fills in"},
	{component, "a component of MDX"},
	{regexp.MustCompile(`(?m)^[ \t>]*%%`), "a comment without an end, so all below it is hidden"},
}

// component is a tag with a name of its own that does something: it has
// attributes, or closes itself. Others are judged by whether they are closed.
var (
	component = regexp.MustCompile(`<[A-Z]\w*(?:\.\w+)*(?:\s+[\w:-]+=[^<>\n]*|\s*/|\s+\{[^<>\n]*)>`)
	openTag   = regexp.MustCompile(`(?:^|[^\w])(<([A-Z]\w*)>)`)
	closeTag  = regexp.MustCompile(`</([A-Z]\w*)>`)

	rawTag        = regexp.MustCompile(`\{%-?\s*(?:end)?raw\s*-?%\}`)
	hiddenComment = regexp.MustCompile(`(?s)<!--.*?-->|%%.*?%%`)
	formula       = regexp.MustCompile(`\$\$[^$]*\$\$|\$[^$\n]+\$`)
)

// templateFault is one of them.
type templateFault struct {
	offset      int // in the text
	found, what string
}

// mayHoldTemplates is a quick look, since most texts hold none.
func mayHoldTemplates(markdown string) bool {
	for i := range len(markdown) - 1 {
		next := markdown[i+1]
		switch c := markdown[i]; {
		case c == '{' && strings.IndexByte("%{*/", next) >= 0,
			c == '<' && (next == '%' || 'A' <= next && next <= 'Z'),
			c == '%' && next == '%', c == ':' && next == ':', c == '[' && next == '!', c == '<' && next == '<', c == '8' && next == '<':
			return true
		}
	}
	for _, word := range []string{"import", "export"} {
		if strings.HasPrefix(markdown, word) || strings.Contains(markdown, "\n"+word) {
			return true
		}
	}
	return false
}

// workflowExpression is what follows the $ in a workflow of GitHub's, such as
// ${{ secrets.KEY }}: it is shown there as it stands, too. Other programs fill in what
// follows a price's $.
var workflowExpression = regexp.MustCompile(`^\{\{-?\s*!?\s*(?:(?:secrets|github|env|vars|matrix|inputs|steps|needs|runner|jobs?|strategy)[.[\s}]|(?:hashFiles|format|join|toJSON|fromJSON|contains|startsWith|endsWith|always|success|failure|cancelled)\()`)

// templateFaults finds what stands in a text, outside of code and comments, for a
// site's program.
func templateFaults(markdown string) []templateFault {
	if !mayHoldTemplates(markdown) || checkCost(markdown) != nil {
		return nil
	}
	unfenced := withoutFences(markdown)
	if !mayHoldTemplates(unfenced) { // as in most notes about code
		return nil
	}
	words := withoutSpans(markdown, unfenced)
	var faults []templateFault
	closed := map[string]bool{}
	for _, m := range closeTag.FindAllStringSubmatch(words, -1) {
		closed[m[1]] = true
	}
	add := func(from, to int, what string) {
		faults = append(faults, templateFault{from, oneLine(markdown[from:to]), what})
	}
	for _, t := range templates {
		for _, m := range t.pattern.FindAllStringIndex(words, maxTemplates) {
			if strings.HasSuffix(markdown[:m[0]], "$") && workflowExpression.MatchString(words[m[0]:m[1]]) {
				continue
			}
			if t.pattern != component || !isShoutedTag(words[m[0]:m[1]]) {
				add(m[0], m[1], t.whose)
			}
		}
	}
	for _, m := range openTag.FindAllStringSubmatchIndex(words, -1) {
		if name := words[m[4]:m[5]]; closed[name] && !isShoutedTag(words[m[2]:m[3]]) {
			add(m[2], m[3], "a component of MDX")
		}
	}
	slices.SortFunc(faults, func(a, b templateFault) int { return a.offset - b.offset })
	// {{% a %}} is one, not two.
	end := -1
	faults = slices.DeleteFunc(faults, func(f templateFault) bool {
		inside := f.offset < end
		if !inside {
			end = f.offset + len(f.found)
		}
		return inside
	})
	return faults[:min(len(faults), maxTemplates)]
}

// isShoutedTag tells HTML in capitals: <BR/>.
func isShoutedTag(tag string) bool {
	name := strings.TrimLeft(tag, "<")
	if end := strings.IndexAny(name, " \t/>."); end >= 0 {
		name = name[:end]
	}
	return name == strings.ToUpper(name) && atom.Lookup([]byte(strings.ToLower(name))) != 0
}

// withoutFences blanks the code in fences. Offsets stay.
func withoutFences(markdown string) string {
	masked := []byte(markdown)
	_ = ast.Walk(blocks().Parse(text.NewReader([]byte(markdown))), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if code, ok := n.(*ast.FencedCodeBlock); ok && entering {
			for i := range n.Lines().Len() {
				blank(masked, n.Lines().At(i).Start, n.Lines().At(i).Stop)
			}
			if code.Info != nil {
				blank(masked, code.Info.Segment.Start, code.Info.Segment.Stop)
			}
		}
		return ast.WalkContinue, nil
	})
	return string(masked)
}

// blank puts spaces in the place of all but line ends.
func blank(text []byte, from, to int) {
	for i := from; i < to; i++ {
		if text[i] != '\n' {
			text[i] = ' '
		}
	}
}

// withoutCode blanks code, formulas and comments. Offsets stay.
func withoutCode(markdown string) string { return withoutSpans(markdown, withoutFences(markdown)) }

// withoutSpans blanks what [withoutFences] has left of them.
func withoutSpans(markdown, unfenced string) string {
	src := []byte(markdown)
	// Diagrams and formulas in fences are code to the plainer of the two parsers
	// only; what stands in a box isn't indented code to the other one.
	masked := []byte(unfenced)
	blank := func(from, to int) { blank(masked, from, to) }
	doc := engine().Parser().Parse(text.NewReader(src), parser.WithContext(newContext()))
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n.Kind() {
		case ast.KindFencedCodeBlock, ast.KindCodeBlock:
			for i := range n.Lines().Len() {
				blank(n.Lines().At(i).Start, n.Lines().At(i).Stop)
			}
		case ast.KindCodeSpan:
			for c := n.FirstChild(); c != nil; c = c.NextSibling() {
				if t, ok := c.(*ast.Text); ok {
					blank(t.Segment.Start, t.Segment.Stop)
				}
			}
		}
		return ast.WalkContinue, nil
	})
	for _, pattern := range [...]*regexp.Regexp{hiddenComment, rawTag, formula} {
		for _, m := range pattern.FindAllIndex(masked, -1) {
			blank(m[0], m[1])
		}
	}
	return string(masked)
}

// refuseTemplates withholds a tip whose text only its own site's program can
// finish, and leaves out such a translation.
func (r *reader) refuseTemplates() {
	report := func(part fragment, severity Severity, what string) bool {
		faults := templateFaults(part.text)
		for _, f := range faults {
			line, column := part.position(f.offset)
			r.fault(severity, RuleTemplate, line, column, "“%s” is %s, and would reach readers as it stands, so the %s is withheld; write what it stands for, or put it into `code`", clip(f.found, 40), f.what, what)
		}
		return len(faults) > 0 && severity == Error
	}
	severity := Error
	if r.tip.Draft {
		severity = Note
	}
	if bad := report(r.at.body, severity, "tip"); report(r.at.mindmap, severity, "tip") || bad {
		r.withheld = true
	}
	r.tip.Translations = slices.DeleteFunc(r.tip.Translations, func(tr Translation) bool {
		bad := report(tr.at.body, severity, tr.Language+" translation")
		return report(tr.at.mindmap, severity, tr.Language+" translation") || bad
	})
}
