package render

import (
	"fmt"
	"html/template"
	"strings"
)

// sheet turns names of styles into inline CSS for one language and Palette.
type sheet struct {
	styles  map[string]string
	replace *strings.Replacer
	rtl     bool
	palette Palette
	lang    string
}

// facing is the sheet for text of the same language that runs in direction dir; "" is its own.
func (s sheet) facing(dir string) sheet {
	if dir == "" || s.styles == nil || s.rtl == (dir == "rtl") {
		return s
	}
	return newSheet(s.palette, s.lang, dir)
}

// newSheet makes the styles for text in lang, running in direction dir.
// Logical properties (padding-inline-start) are unknown to Outlook, so start
// and end become left and right here.
func newSheet(p Palette, lang, dir string) sheet {
	start, end := "left", "right"
	if dir == "rtl" {
		start, end = end, start
	}
	f := FontsFor(lang)
	keep := ""
	if f.WordBreak != "normal" {
		keep = ";word-break:" + f.WordBreak + ";overflow-wrap:break-word"
	}
	pairs := []string{
		"{paper}", p.Paper, "{card}", p.Card, "{ink}", p.Ink, "{mute}", p.Mute,
		"{line}", p.Line, "{accent}", p.Accent, "{tint}", p.Tint,
		"{start}", start, "{end}", end,
		"{serif}", f.Serif, "{sans}", f.Sans, "{em}", f.emphasis, "{leading}", f.Leading, "{title}", f.TitleWeight,
		"{words}", f.WordBreak, "{keep}", keep,
		"{mono}", "ui-monospace,SFMono-Regular,Menlo,Consolas,monospace",
	}
	return sheet{styles: styles, replace: strings.NewReplacer(pairs...), rtl: dir == "rtl", palette: p, lang: lang}
}

// css is the text for a style attribute; a name that doesn't exist is a fault
// of the template, reported by its execution.
func (s sheet) css(name string) (template.CSS, error) {
	text, ok := s.styles[name]
	if !ok {
		return "", fmt.Errorf("no style is called %q", name)
	}
	return template.CSS(s.replace.Replace(text)), nil
}

// inline is css for the names in this package's own code.
func (s sheet) inline(name string) string { return s.replace.Replace(s.styles[name]) }
