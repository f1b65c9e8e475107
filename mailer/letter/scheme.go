package letter

import "regexp"

var (
	// No text of a tip can be in a style element.
	styleElement = regexp.MustCompile(`(?is)<style[^>]*>.*?</style>`)
	// asksScheme is a media query's question for the colour scheme, and hasSchemes is what
	// says that a page has both.
	asksScheme = regexp.MustCompile(`\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)`)
	hasSchemes = regexp.MustCompile(`\bcolor-scheme\s*:\s*light dark\b`)
)

// HTMLIn is [Letter.HTML] in one of the colour schemes, whatever the browser's is: a
// frame can't be told which it's in, so the rules of the mail's own styles that ask for
// it always hold, or never do.
func (l *Letter) HTMLIn(dark bool) string {
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	return styleElement.ReplaceAllStringFunc(l.HTML(), func(style string) string {
		style = asksScheme.ReplaceAllStringFunc(style, func(question string) string {
			if asksScheme.FindStringSubmatch(question)[1] == scheme {
				return "(min-width:0)"
			}
			return "(max-width:0)"
		})
		return hasSchemes.ReplaceAllString(style, "color-scheme:"+scheme)
	})
}
