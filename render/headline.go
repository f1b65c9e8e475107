package render

import (
	"html/template"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"dailytip/locale"
	"dailytip/tips"
)

// headline is a title with its markup, without styles.
func (v Version) headline() string {
	written := template.HTMLEscapeString(v.Title)
	if v.Written != "" {
		written = tips.TitleHTML(v.Written)
	}
	runs := director{rtl: locale.Dir(v.Language) == "rtl", of: map[*html.Node]letters{}}
	against := runs.against(lettersOf(v.Title))
	if longestWordIn(v.Title) <= longestInTitle && !against {
		return written
	}
	root, err := parseFragment(written)
	if err != nil {
		return written
	}
	jointed(root)
	if against {
		runs.count(root)
		runs.isolate(slices.Collect(root.ChildNodes()))
	}
	if whole, err := render(root); err == nil {
		return whole
	}
	return written
}

// Headline is the tip's title with its markup, all styles inline.
func (v Tip) Headline() template.HTML {
	code := `<code style="`
	if v.sheet.rtl {
		code = `<code dir="ltr" style="`
	}
	code += v.sheet.inline("title code") + `">`
	return template.HTML(strings.ReplaceAll(v.headline(), "<code>", code))
}

// Small is a class for a title with a word too long for a phone, else "".
func (v Tip) Small() string {
	if longestWordIn(v.Title) > longInTitle {
		return " hl"
	}
	return ""
}
