package render

import (
	"html/template"

	"dailytip/locale"
)

// Look is what the templates of a mail can ask for: colours, and styles by name
// for text in one language.
type Look struct {
	sheet       sheet
	Light, Dark Palette
}

// NewLook is the look of text in lang (BCP 47) with a newsletter's accent, which
// has passed [CheckAccent].
func NewLook(accent, lang string) Look {
	light, dark := Palettes(accent)
	return Look{newSheet(light, lang, locale.Dir(lang)), light, dark}
}

// CSS is a named style.
func (l Look) CSS(name string) (template.CSS, error) { return l.sheet.css(name) }
