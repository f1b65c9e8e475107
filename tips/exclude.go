package tips

import (
	"errors"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// CheckGlob says what is wrong with a pattern of files and folders. One without a
// slash means names at any depth ("*.draft.md", "notes"); one with a slash is a path
// from the library's folder ("archive/**", "*/old"). A folder stands for all that is
// in it. "**" means any number of folders.
func CheckGlob(pattern string) error {
	if strings.TrimSpace(pattern) == "" {
		return errors.New("is blank")
	}
	if !doublestar.ValidatePattern(plainGlob(pattern)) {
		return errors.New("is no glob: a [ or { isn't closed, or a \\ ends it")
	}
	return nil
}

// plainGlob takes slashes off the ends, which only say that a path or a folder is meant.
func plainGlob(pattern string) string {
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(pattern, "./"), "/"), "/")
}

// isExcluded tells whether one of the patterns means the file or folder.
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
