package letter

import (
	"strings"

	"dailytip/render"
)

// maxSubject is the most characters (grapheme clusters) of a subject: phones
// show 40, desktops up to 70.
const maxSubject = 70

// subject puts the emoji before a title.
func subject(emoji, title string) string {
	return render.Cut(strings.TrimSpace(emoji+" "+title), maxSubject)
}
