package tips

import "strings"

// conflictMark returns the line, from 1, of a mark that git puts where two changes
// meet, when all three are there and none in code; else 0.
func conflictMark(text string) int {
	if !strings.Contains(text, "<<<<<<< ") || !strings.Contains(text, "\n>>>>>>> ") {
		return 0
	}
	code := codeRanges(text)
	inCode := func(offset int) bool {
		for _, c := range code {
			if offset >= c[0] && offset < c[1] {
				return true
			}
		}
		return false
	}
	begun, parted, offset := 0, false, 0
	for i, line := range strings.Split(text, "\n") {
		switch {
		case inCode(offset):
		case strings.HasPrefix(line, "<<<<<<< "):
			begun, parted = i+1, false
		case strings.TrimRight(line, " ") == "=======":
			parted = true
		case strings.HasPrefix(line, ">>>>>>> ") && begun > 0 && parted:
			return begun
		}
		offset += len(line) + 1
	}
	return 0
}
