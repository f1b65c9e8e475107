package render

import (
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
	"golang.org/x/net/html"
)

const (
	// longInTitle is how many letters of a title a phone has room for; its title is
	// set smaller when a word has more.
	longInTitle = 16
	// longestInTitle is how many it has room for then.
	longestInTitle = 19
)

// longestWordIn is how many letters the longest piece of text has that no line may
// end in.
func longestWordIn(text string) int {
	longest := 0
	for state := -1; text != ""; {
		var piece string
		piece, text, _, state = uniseg.FirstLineSegmentInString(text, state)
		longest = max(longest, uniseg.StringWidth(strings.TrimSpace(piece)))
	}
	return longest
}

// jointed lets the names that programs give things, collections.Complement or
// verticalAlignmentMode, go on in a new line where their parts meet. Else a phone
// has a line that begins with their last letter.
func jointed(root *html.Node) {
	for n := range root.Descendants() {
		if n.Type == html.TextNode && longestWordIn(n.Data) > longestInTitle {
			words := strings.SplitAfter(n.Data, " ")
			for i, word := range words {
				if longestWordIn(word) > longestInTitle {
					words[i] = joints(word)
				}
			}
			n.Data = strings.Join(words, "")
		}
	}
}

// joints puts a place to break behind each mark and before each capital of a word,
// but not close to its ends.
func joints(word string) string {
	var b strings.Builder
	letters := []rune(word)
	last := 0
	for i, r := range letters {
		if i-last > 2 && len(letters)-i > 2 {
			before := letters[i-1]
			mark := strings.ContainsRune("._:/=&", before) && !strings.ContainsRune("._:/=&", r)
			if mark || unicode.IsUpper(r) && unicode.IsLower(before) {
				b.WriteString(zeroWidthSpace)
				last = i
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}
