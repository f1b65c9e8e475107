package tips

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dailytip/tips/markup"
)

// ErrTooComplex is returned for markdown that would take seconds to render.
var ErrTooComplex = errors.New("the markup is too complex")

// HTML renders markdown as an HTML fragment that is safe to mail and to show:
// no scripts, styles, forms or frames, links only to http, https and mailto,
// images only by http and https, every element closed. details, summary, lang
// and dir stay. Headings get an id that begins with "tip-".
//
// The errors are ErrTooComplex, also for text over MaxFileSize.
func HTML(markdown string) (fragment string, err error) { return LinkedHTML(markdown, nil) }

// LinkedHTML is [HTML] with links to the pages of other tips.
func LinkedHTML(markdown string, pages Pages) (fragment string, err error) {
	defer func() {
		// Of the parsers we use: no tip may stop the daemon.
		if p := recover(); p != nil {
			fragment, err = "", fmt.Errorf("render markdown: %w: %v", ErrTooComplex, p)
		}
	}()
	fragment, err = render(markdown, pages)
	return withoutControls(fragment), err
}

func render(markdown string, pages Pages) (string, error) {
	if err := checkCost(markdown); err != nil {
		return "", fmt.Errorf("render markdown: %w", err)
	}
	doc, src := linkedDocument(markdown, pages)
	var b bytes.Buffer
	if err := engine().Renderer().Render(&b, src, doc); err != nil {
		return "", fmt.Errorf("render markdown: %w", err)
	}
	balanced, err := balance(b.Bytes(), pages)
	if err != nil {
		return "", fmt.Errorf("render markdown: %w", err)
	}
	// Last, so that nothing can turn what was cleaned into something else.
	return strings.TrimSpace(string(policy().SanitizeBytes(balanced))), nil
}

func checkCost(markdown string) error {
	if len(markdown) > MaxFileSize {
		return fmt.Errorf("%w: over %d KB", ErrTooComplex, MaxFileSize>>10)
	}
	if _, what := tooComplex(markdown); what != "" {
		return fmt.Errorf("%w: %s", ErrTooComplex, what)
	}
	return nil
}

// balance closes what raw HTML leaves open and drops what it closes without
// having opened it, so that a tip can't break out of its place in a page. What
// can't be played in a mail becomes a link, and a link to another tip leads to its page.
func balance(fragment []byte, pages Pages) ([]byte, error) {
	root := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	nodes, err := html.ParseFragment(bytes.NewReader(fragment), root)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTooComplex, err)
	}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	replaceMedia(root)
	linkPages(root, pages)
	var b bytes.Buffer
	for n := range root.ChildNodes() {
		if err := html.Render(&b, n); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrTooComplex, err)
		}
	}
	return b.Bytes(), nil
}

// headingIDs makes ids that keep letters of every script; goldmark's own keep
// only those of ASCII.
type headingIDs struct{ used map[string]int }

// Generate implements parser.IDs.
func (h *headingIDs) Generate(value []byte, _ ast.NodeKind) []byte {
	id := markup.HeadingID(cmp.Or(markup.Slug(string(value)), "part"))
	for {
		h.used[id]++
		n := h.used[id]
		if n == 1 {
			return []byte(id)
		}
		// Counting on from the last one keeps many equal headings cheap.
		if unique := id + "-" + strconv.Itoa(n); h.used[unique] == 0 {
			h.used[unique] = 1
			return []byte(unique)
		}
	}
}

// Put implements parser.IDs.
func (h *headingIDs) Put(value []byte) { h.used[string(value)]++ }

// RegisterFuncs implements renderer.NodeRenderer.
func (checkboxes) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(extast.KindTaskCheckBox, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			_, _ = w.WriteString(checkbox(n, "☑ ", "☐ "))
		}
		return ast.WalkContinue, nil
	})
}

func checkbox(n ast.Node, checked, open string) string {
	if box, ok := n.(*extast.TaskCheckBox); ok && box.IsChecked {
		return checked
	}
	return open
}
