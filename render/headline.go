package render

import (
	"html/template"
	"strings"

	"dailytip/tips"
)

// headline is a title with its markup, without styles.
func (v Version) headline() string {
	if v.Written == "" {
		return template.HTMLEscapeString(v.Title)
	}
	return tips.TitleHTML(v.Written)
}

// Headline is the tip's title with its markup, all styles inline.
func (v Tip) Headline() template.HTML {
	code := `<code style="` + v.sheet.inline("title code") + `">`
	return template.HTML(strings.ReplaceAll(v.headline(), "<code>", code))
}
