package tips

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// htmlBlock writes the text of raw HTML; that of a summary as a line of its
// own above what it sums up.
func (w *textWriter) htmlBlock(n *ast.HTMLBlock, width int) []string {
	raw := string(n.Lines().Value(w.src))
	if n.HasClosure() {
		raw += string(n.ClosureLine.Value(w.src))
	}
	var lines []string
	for paragraph := range strings.SplitSeq(rawText(raw), "\n") {
		if paragraph = oneLine(paragraph); paragraph != "" {
			lines = append(lines, wrap(paragraph, width)...)
		}
	}
	return lines
}

// rawText is the text of some HTML, with \n where a block or a line ends.
func rawText(raw string) string {
	var b strings.Builder
	hidden := 0
	var playing *medium // a film or a sound whose address may still come
	played := func() {
		if playing != nil {
			b.WriteString("\n" + strings.TrimSpace(playing.words()+" "+bracketed(playing.address)) + "\n")
			playing = nil
		}
	}
	z := html.NewTokenizer(strings.NewReader(raw))
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			played()
			return b.String()
		case html.TextToken:
			if hidden == 0 {
				b.WriteString(strings.ReplaceAll(html.UnescapeString(string(z.Raw())), "\n", " "))
			}
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if isMedia(t.DataAtom) {
				played()
				if kind != html.EndTagToken {
					m := mediumOf(t.Attr)
					playing = &m
				}
				continue
			}
			switch t.DataAtom {
			case atom.Source:
				if playing != nil && playing.address == "" {
					playing.address = mediumOf(t.Attr).address
				}
			case atom.Script, atom.Style, atom.Title, atom.Template:
				if kind == html.StartTagToken {
					hidden++
				} else if kind == html.EndTagToken && hidden > 0 {
					hidden--
				}
			case atom.Img:
				if alt := attributeOf(t, "alt"); alt != "" {
					b.WriteString("[" + alt + "]")
				}
			case atom.Br, atom.P, atom.Div, atom.Li, atom.Tr, atom.Summary, atom.Details, atom.Ul, atom.Ol, atom.Table,
				atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Blockquote, atom.Hr, atom.Dt, atom.Dd,
				atom.Section, atom.Article, atom.Figure, atom.Figcaption, atom.Pre:
				b.WriteByte('\n')
				if t.DataAtom == atom.Li && kind == html.StartTagToken {
					b.WriteString("- ")
				}
			case atom.Td, atom.Th:
				b.WriteByte(' ')
			}
		}
	}
}

func bracketed(address string) string {
	if address == "" {
		return ""
	}
	return "(" + address + ")"
}

func attributeOf(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return oneLine(a.Val)
		}
	}
	return ""
}
