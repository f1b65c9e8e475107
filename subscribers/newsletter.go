package subscribers

import (
	"fmt"
	"slices"
	"strings"
)

// PickNewsletter finds the newsletter that somebody means: the one named, or
// the only one there is when none is.
func PickNewsletter(name string, newsletters []string) (string, error) {
	switch {
	case name == "" && len(newsletters) == 1:
		return newsletters[0], nil
	case name == "":
		return "", fmt.Errorf("no newsletter is named; write one of %s", strings.Join(newsletters, ", "))
	case !slices.Contains(newsletters, name):
		return "", fmt.Errorf("newsletter %q is unknown; write one of %s", name, strings.Join(newsletters, ", "))
	}
	return name, nil
}
