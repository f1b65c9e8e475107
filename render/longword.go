package render

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
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
func joints(word string) string { return strings.Join(jointPieces(word), zeroWidthSpace) }

func jointPieces(word string) []string {
	const marks = "._:/=&?#(,;|"
	var pieces []string
	letters := []rune(word)
	last := 0
	for i, r := range letters {
		if i-last > 2 && len(letters)-i > 2 {
			before := letters[i-1]
			mark := strings.ContainsRune(marks, before) && !strings.ContainsRune(marks, r)
			if mark || unicode.IsUpper(r) && unicode.IsLower(before) {
				pieces = append(pieces, string(letters[last:i]))
				last = i
			}
		}
	}
	return append(pieces, string(letters[last:]))
}

// longInText is how many letters in a row a phone has room for in a list.
const longInText = 24

var longRun = regexp.MustCompile(fmt.Sprintf(`[!-~]{%d,}`, longInText+1))

// jointedText lets code and addresses among words go on in a new line where their parts
// meet. Left to the client, they are torn at any letter. A tag for it leaves nothing in
// what somebody copies.
func jointedText(root *html.Node) {
	var long []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.TextNode && !within(n, atom.Pre) && !within(n, atom.Table) && longRun.MatchString(n.Data) {
			long = append(long, n)
		}
	}
	for _, n := range long {
		rest := 0
		add := func(text string) {
			if text != "" {
				n.Parent.InsertBefore(&html.Node{Type: html.TextNode, Data: text}, n)
			}
		}
		for _, at := range longRun.FindAllStringIndex(n.Data, -1) {
			add(n.Data[rest:at[0]])
			for i, piece := range jointPieces(n.Data[at[0]:at[1]]) {
				if i > 0 {
					n.Parent.InsertBefore(element(atom.Wbr), n)
				}
				add(piece)
			}
			rest = at[1]
		}
		add(n.Data[rest:])
		n.Parent.RemoveChild(n)
	}
}
