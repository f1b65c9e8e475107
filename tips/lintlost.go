package tips

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dailytip/tips/markup"
)

// The rules about what a reader of the file sees, and a reader of its mail
// doesn't.
const (
	RuleRelativeLink = "relative-link" // a link to a file that is no tip
	RulePictureKind  = "picture-kind"  // a picture that mail programs or our site don't show
	RuleNoMedia      = "media"         // a film, a sound, a frame, a form
	RuleUnknownTag   = "unknown-tag"   // <name>: no HTML, so nothing is shown
	RuleVaultOnly    = "vault-only"    // what a plugin or another note would fill in
	RuleReference    = "reference"     // [words][name] whose address isn't in the file
)

var (
	noteEmbed = regexp.MustCompile(`!\[\[([^\]\n|]+)[^\]\n]*\]\]`)
	startTag  = regexp.MustCompile(`<[A-Za-z][\w.-]*(?:\s[^<>]*)?/?>`)
)

// lost warns of a link or a picture that readers don't get.
func (p place) lost(f fragment, n ast.Node) {
	switch n := n.(type) {
	case *ast.Link:
		if address := string(n.Destination); isRelative(address) {
			p.relativeLink(n.Pos(), address)
		}
	case *ast.Image:
		p.picture(f, string(n.Destination), n.Pos())
	case *markup.LostReference:
		line, column := f.position(max(n.Pos(), 0))
		p.warn(RuleReference, line, column, "the address of “%s” isn't in this file, so only its words are shown; add a line “[%s]: https://…”, or write \\[ where no link is meant", clip(oneLine(n.Name), 40), clip(oneLine(n.Name), 40))
	}
}

// relativeLink notes a link that leads to no tip.
func (p place) relativeLink(offset int, address string) {
	if p.links[markup.LinkPath(address)] != "" {
		return
	}
	p.linter.relative = append(p.linter.relative, relativeLink{max(offset, 0), address})
}

// relativeLink is a link to another file.
type relativeLink struct {
	offset  int
	address string
}

// reportRelative reports the links of a text that lead to no tip at the first of
// them: a text of notes may have dozens.
func (p place) reportRelative(f fragment) {
	if len(p.relative) == 0 {
		return
	}
	first, more := p.relative[0], ""
	switch n := len(p.relative) - 1; {
	case n == 1:
		more = ", and neither is what another link of this text leads to"
	case n > 1:
		more = fmt.Sprintf(", and neither is what %d more links of this text lead to", n)
	}
	line, column := f.position(first.offset)
	p.warn(RuleRelativeLink, line, column, "%s is no tip of the library%s: readers can't follow, so the words are shown without a link; correct it, or link to a page on the web", clip(first.address, 60), more)
	p.linter.relative = nil
}

func (p place) picture(f fragment, address string, offset int) {
	line, column := f.position(max(offset, 0))
	switch u, err := url.Parse(address); {
	case isDataAddress(address):
		p.warn(RulePictureKind, line, column, "few mail programs show a picture that stands in the text itself (data:), so its words stand there; put the picture into a file")
	case err != nil || !isRelative(address):
	case !IsShownPicture(u.Path):
		p.warn(RulePictureKind, line, column, "%s isn't shown by mail programs nor served by the site, so its words stand there; make it a PNG, JPEG or GIF", clip(address, 60))
	}
}

// IsShownPicture says whether a file of a library has a name of a kind that is
// shown: on the site, and in mails unless it's WebP.
func IsShownPicture(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".png", ".jpg", ".jpeg", ".gif", ".webp":
		return true
	}
	return false
}

// isRelative tells an address within the library from one on the web and from one
// within the text.
func isRelative(address string) bool {
	u, err := url.Parse(strings.TrimSpace(address))
	return err == nil && u.Scheme == "" && u.Host == "" && u.Path != ""
}

// lostTags warns of raw HTML that leaves nothing or less.
func (p place) lostTags(f fragment, raw []byte, offset int) {
	for _, m := range startTag.FindAllIndex(raw, -1) {
		z := html.NewTokenizer(strings.NewReader(string(raw[m[0]:m[1]])))
		z.Next()
		t := z.Token()
		line, column := f.position(offset + m[0])
		switch {
		case isMedia(t.DataAtom):
			p.warn(RuleNoMedia, line, column, "<%s> doesn't play in a mail, so a link or words stand there; a picture with a link shows more", t.Data)
		case t.DataAtom == atom.Form || t.DataAtom == atom.Button || t.DataAtom == atom.Select || t.DataAtom == atom.Textarea || t.DataAtom == atom.Canvas || t.DataAtom == atom.Svg:
			p.warn(RuleNoMedia, line, column, "<%s> isn't shown in a mail; say it in words", t.Data)
		case t.DataAtom == atom.A && isRelative(attributeOf(t, "href")):
			p.relativeLink(offset+m[0], attributeOf(t, "href"))
		case t.DataAtom == atom.Img:
			p.picture(f, attributeOf(t, "src"), offset+m[0])
		case t.DataAtom == 0:
			p.warn(RuleUnknownTag, line, column, "<%s> is no HTML and isn't shown; write it in `code` to show it", clip(t.Data, 40))
		}
	}
}

// vault warns of what only the program of a vault shows.
func (p place) vault(f fragment) {
	if strings.Contains(f.text, "![[") {
		for _, m := range noteEmbed.FindAllStringSubmatchIndex(withoutCode(f.text), -1) {
			if name := f.text[m[2]:m[3]]; !markup.IsPicture(name) {
				line, column := f.position(m[0])
				p.warn(RuleVaultOnly, line, column, "the note “%s” isn't shown here, only its name; copy what belongs to the tip", clip(name, 60))
			}
		}
	}
	p.logseq(f)
	if !strings.Contains(f.text, "```") && !strings.Contains(f.text, "~~~") {
		return
	}
	src := []byte(f.text)
	_ = ast.Walk(blocks().Parse(text.NewReader(src)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		code, ok := n.(*ast.FencedCodeBlock)
		if !ok || !entering {
			return ast.WalkContinue, nil
		}
		line, column := f.position(max(n.Pos(), 0))
		language := string(code.Language(src))
		switch {
		case markup.IsQuery(language):
			p.warn(RuleVaultOnly, line, column, "a plugin of the vault fills in “%s”, so nothing is shown; write down what it finds", language)
		case strings.EqualFold(language, "mermaid") && markup.Diagram(string(code.Lines().Value(src))) == nil:
			p.warn(RuleVaultOnly, line, column, "no mail program draws this diagram, so its source is shown; make a picture or a list of it")
		}
		return ast.WalkContinue, nil
	})
}

// logseqOnly is what Logseq fills in: another block, or what a query finds.
var logseqOnly = regexp.MustCompile(`(?im)(?:^|[^](\n])(\(\([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\)\))|^[ \t]*(?:- )?(#\+BEGIN_QUERY)`)

// logseq warns of blocks and queries that leave nothing.
func (p place) logseq(f fragment) {
	if !strings.Contains(f.text, "((") && !strings.Contains(f.text, "#+") {
		return
	}
	for _, m := range logseqOnly.FindAllStringSubmatchIndex(withoutCode(f.text), -1) {
		from, to := m[2], m[3]
		if from < 0 {
			from, to = m[4], m[5]
		}
		line, column := f.position(from)
		p.warn(RuleVaultOnly, line, column, "Logseq fills in “%s”, so nothing is shown; copy what belongs to the tip", f.text[from:to])
	}
}
