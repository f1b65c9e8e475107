package tips

import (
	"strings"
	"unicode"
	"unicode/utf8"

	emoji "github.com/yuin/goldmark-emoji/ast"
	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"

	"dailytip/tips/markup"
)

// inline writes the inline children of n as text with \n at hard line breaks.
func (w *textWriter) inline(n ast.Node) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if raw, ok := c.(*ast.RawHTML); ok {
			c = w.rawSpan(&b, raw)
			continue
		}
		w.span(&b, c)
	}
	return b.String()
}

// rawSpan writes raw HTML with the tags that follow it at once, and words that
// stand above or below the line with those of Unicode. It returns the last node
// that it wrote.
func (w *textWriter) rawSpan(b *strings.Builder, raw *ast.RawHTML) ast.Node {
	if last, text, ok := w.script(raw); ok {
		b.WriteString(text)
		return last
	}
	var last ast.Node = raw
	var tags strings.Builder
	tags.WriteString(string(raw.Segments.Value(w.src)))
	for next, ok := raw.NextSibling().(*ast.RawHTML); ok; next, ok = last.NextSibling().(*ast.RawHTML) {
		if _, _, ok := w.script(next); ok {
			break
		}
		tags.WriteString(string(next.Segments.Value(w.src)))
		last = next
	}
	text := rawText(tags.String())
	if rawImage.MatchString(tags.String()) && !strings.Contains(text, "\n") {
		w.insteadOfPicture(b, last, text)
	} else {
		b.WriteString(text)
	}
	return last
}

// script reads <sub>2</sub>: H₂O and x², in the forms that Unicode has, else
// with a mark.
func (w *textWriter) script(open *ast.RawHTML) (last ast.Node, text string, ok bool) {
	tag := strings.ToLower(string(open.Segments.Value(w.src)))
	if tag != "<sub>" && tag != "<sup>" {
		return nil, "", false
	}
	var inner strings.Builder
	for c := open.NextSibling(); c != nil; c = c.NextSibling() {
		if raw, isRaw := c.(*ast.RawHTML); isRaw {
			if strings.ToLower(string(raw.Segments.Value(w.src))) == "</"+tag[1:] {
				return c, markup.Raise(inner.String(), tag == "<sup>"), true
			}
			return nil, "", false
		}
		w.span(&inner, c)
	}
	return nil, "", false
}

func (w *textWriter) span(b *strings.Builder, n ast.Node) {
	switch n := n.(type) {
	case *ast.Text:
		b.WriteString(unescape(n.Segment.Value(w.src)))
		switch {
		case n.HardLineBreak():
			b.WriteByte('\n')
		case n.SoftLineBreak():
			b.WriteByte(' ')
		}
	case *ast.String:
		b.Write(n.Value)
	case *ast.CodeSpan:
		w.mark(b, "`", w.codeText(n))
	case *ast.Emphasis:
		mark := "_"
		if n.Level > 1 {
			mark = "*"
		}
		w.mark(b, mark, w.inline(n))
	case *extast.Strikethrough:
		w.mark(b, "~", w.inline(n))
	case *ast.Link:
		w.link(b, w.inline(n), string(n.Destination))
	case *markup.NoteLink:
		w.link(b, w.inline(n), n.Address)
	case *ast.AutoLink:
		w.autoLink(b, n)
	case *ast.Image:
		alt := w.altText(n)
		if alt == "" && isDataAddress(string(n.Destination)) && !w.bare {
			alt = pictureSign
		}
		if alt != "" {
			alt = "[" + alt + "]"
		}
		w.insteadOfPicture(b, n, alt)
	case *ast.RawHTML:
		b.WriteString(rawText(string(n.Segments.Value(w.src))))
	case *extast.FootnoteLink:
		if note := w.notes[n.Index]; note != nil && !w.bare {
			b.WriteString(w.number("^"+string(note.(*extast.Footnote).Ref), endnote{note: note}))
		}
	case *extast.FootnoteBacklink:
	case *markup.Nothing:
	case *markup.EditTag:
		w.editTag(b, n.Tag)
	case *markup.Mark:
		w.mark(b, "*", w.inline(n))
	case *markup.Raised:
		b.WriteString(markup.Raise(n.Words, n.Above))
	case *markup.Key:
		b.WriteString(n.Name)
	case *emoji.Emoji:
		b.WriteString(string(n.Value.Unicode))
	case *extast.TaskCheckBox:
		b.WriteString(checkbox(n, "[x] ", "[ ] "))
	default:
		b.WriteString(w.inline(n))
	}
}

// mark puts marks around text, unless they aren't wanted or would touch blanks.
func (w *textWriter) mark(b *strings.Builder, mark, text string) {
	if w.bare || strings.TrimSpace(text) == "" {
		mark = ""
	}
	b.WriteString(mark + text + mark)
}

// editTag marks what was taken out, as what is struck out is, and what was marked.
func (w *textWriter) editTag(b *strings.Builder, tag string) {
	mark := ""
	switch {
	case w.bare:
	case strings.Contains(tag, "del>"):
		mark = "~"
	case strings.Contains(tag, "mark>"):
		mark = "*"
	}
	if b.WriteString(mark); strings.Contains(tag, " ") {
		b.WriteByte(' ') // and what took its place
	}
}

func (w *textWriter) codeText(n ast.Node) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.WriteString(strings.ReplaceAll(string(t.Segment.Value(w.src)), "\n", " "))
		}
	}
	return b.String()
}

// insteadOfPicture writes what stands for a picture. Of "before![](a.png)after", two
// words are left.
func (w *textWriter) insteadOfPicture(b *strings.Builder, n ast.Node, alt string) {
	before, _ := utf8.DecodeLastRuneInString(b.String())
	var after rune
	if t, ok := n.NextSibling().(*ast.Text); ok {
		after, _ = utf8.DecodeRune(t.Segment.Value(w.src))
	}
	if isSpaced(before) && (alt != "" || isSpaced(after)) {
		b.WriteByte(' ')
	}
	b.WriteString(alt)
	if alt != "" && isSpaced(after) {
		b.WriteByte(' ')
	}
}

// isSpaced is a letter or digit of a script that has blanks between its words.
func isSpaced(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) && !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
}

// altText has no marks: it stands for a picture.
func (w *textWriter) altText(n *ast.Image) string {
	bare := &textWriter{src: w.src, bare: true}
	return oneLine(bare.inline(n))
}

// link writes the address after the text: a short one in place, a long one as
// a number. Addresses within the page mean nothing here.
func (w *textWriter) link(b *strings.Builder, text, address string) {
	address = oneLine(address)
	shown := strings.TrimPrefix(address, "mailto:")
	if w.bare || address == "" || strings.HasPrefix(address, "#") || !isFollowable(address) || isRelative(address) ||
		strings.TrimSpace(text) == shown || strings.TrimSpace(text) == address {
		b.WriteString(text)
		return
	}
	switch {
	case strings.TrimSpace(text) == "":
		b.WriteString(shown)
	case displayWidth(shown) <= shortLink:
		b.WriteString(text + " (" + shown + ")")
	default:
		b.WriteString(text + " " + w.number(address, endnote{address: shown}))
	}
}

// isFollowable leaves out what HTML leaves out: javascript: and its kin.
func isFollowable(address string) bool {
	scheme, _, found := strings.Cut(address, ":")
	if !found || strings.ContainsAny(scheme, "/?#") {
		return true
	}
	switch strings.ToLower(scheme) {
	case "http", "https", "mailto":
		return true
	}
	return false
}

func (w *textWriter) autoLink(b *strings.Builder, n *ast.AutoLink) {
	b.Write(n.Label(w.src))
}

// unescape resolves what markdown leaves in its text: \* and &amp;.
func unescape(text []byte) string {
	if !strings.ContainsAny(string(text), "\\&") {
		return string(text)
	}
	return string(util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(text))))
}

// plainLine renders inline markdown, such as a heading's, as text on one line,
// without marks or addresses. A picture beside words adorns them and is left out;
// alone it leaves its own.
func plainLine(markdown string) string {
	if !strings.ContainsAny(markdown, "*_`~[]()<>&\\!:/.@") {
		return oneLine(markdown)
	}
	if checkCost(markdown) != nil {
		return oneLine(markdown)
	}
	// A heading, so that "1. First" or "- so" isn't taken for a list.
	doc, src := document("# " + oneLine(markdown))
	w := &textWriter{src: src, bare: true, numbers: make(map[string]int)}
	if doc.FirstChild() == nil {
		return ""
	}
	all := oneLine(w.inline(doc.FirstChild()))
	removePictures(doc.FirstChild())
	return firstOf(oneLine(w.inline(doc.FirstChild())), all)
}

func removePictures(n ast.Node) {
	for c := n.FirstChild(); c != nil; {
		next := c.NextSibling()
		if c.Kind() == ast.KindImage {
			n.RemoveChild(n, c)
		} else {
			removePictures(c)
		}
		c = next
	}
}
