package tips

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"dailytip/safetext"
)

// unfitName says why a path can't name a tip, or is "". Paths are shown in lists
// and logs, a line each, and are part of a tip's id and of its page's address: one
// with a line break in it could say there whatever its author likes.
func unfitName(name string) string {
	switch {
	case !utf8.ValidString(name):
		return "the name isn't UTF-8"
	case strings.ContainsFunc(name, safetext.IsUnsafe):
		return "the name has a control character in it"
	}
	return ""
}

// shownName writes a name on one line, with escapes such as \n and \xff.
func shownName(name string) string {
	quoted := strconv.Quote(name)
	return quoted[1 : len(quoted)-1]
}
