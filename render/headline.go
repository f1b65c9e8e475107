package render

import (
	"html/template"
	"strings"

	"dailytip/tips"
)

// headline is a title with its markup, without styles.
func (v Version) headline() string {
	written := template.HTMLEscapeString(v.Title)
	if v.Written != "" {
		written = tips.TitleHTML(v.Written)
	}
	if longestWordIn(v.Title) <= longestInTitle {
		return written
	}
	root, err := parseFragment(written)
	if err != nil {
		return written
	}
	jointed(root)
	if whole, err := render(root); err == nil {
		return whole
	}
	return written
}

// Headline is the tip's title with its markup, all styles inline.
func (v Tip) Headline() template.HTML {
	code := `<code style="` + v.sheet.inline("title code") + `">`
	return template.HTML(strings.ReplaceAll(v.headline(), "<code>", code))
}

// Small is a class for a title with a word too long for a phone, else "".
func (v Tip) Small() string {
	if longestWordIn(v.Title) > longInTitle {
		return " hl"
	}
	return ""
}
