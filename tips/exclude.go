package tips

import (
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// plainGlob takes slashes off the ends, which only say that a path or a folder is meant.
func plainGlob(pattern string) string {
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(pattern, "./"), "/"), "/")
}

// isExcluded tells whether one of the patterns means the file or folder. One without a
// slash means names at any depth ("*.draft.md", "notes"); one with a slash is a path
// from the library's folder ("archive/**", "*/old"). "**" means any number of folders.
func isExcluded(name string, patterns []string) bool {
	for _, pattern := range patterns {
		glob := plainGlob(pattern)
		if !strings.Contains(strings.TrimSuffix(pattern, "/"), "/") {
			if doublestar.MatchUnvalidated(glob, path.Base(name)) {
				return true
			}
			continue
		}
		if doublestar.MatchUnvalidated(glob, name) {
			return true
		}
	}
	return false
}
