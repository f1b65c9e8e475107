package render

import (
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

// jointedText lets code and addresses among words go on in a new line where their parts
// meet. Left to the client, they are torn at any letter.
func jointedText(root *html.Node) {
	var tables []*html.Node
	for n := range root.Descendants() {
		if n.DataAtom == atom.Table && !within(n, atom.Table) {
			tables = append(tables, n)
		}
	}
	jointWords(root, longInText, func(n *html.Node) bool { return !within(n, atom.Table) })
	for _, table := range tables {
		jointedCells(table)
	}
}

// jointedCells does so in a table that has no room otherwise, and in no other: what may
// be broken gives way to the words beside it. The longest go first.
func jointedCells(table *html.Node) {
	for _, step := range []struct{ room, letters int }{{phoneWidth, longInText}, {phoneWidth, longInTitle}, {cardWidth, longInTitle / 2}} {
		if _, narrow := tableWidths(table); narrow > step.room {
			jointWords(table, step.letters, func(*html.Node) bool { return true })
		}
	}
}

var asciiRun = regexp.MustCompile(`[!-~]+`)

// jointWords does so with what has more than limit letters. A tag for it leaves nothing
// in what somebody copies.
func jointWords(root *html.Node, limit int, in func(*html.Node) bool) {
	var long []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.TextNode && longestRun(n.Data) > limit && in(n) && !within(n, atom.Pre) {
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
		for _, at := range asciiRun.FindAllStringIndex(n.Data, -1) {
			if at[1]-at[0] <= limit {
				continue
			}
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

// longestRun is how many letters of ASCII the longest word of them has.
func longestRun(text string) int {
	longest, run := 0, 0
	for i := range len(text) {
		if text[i] > ' ' && text[i] <= '~' {
			run++
			longest = max(longest, run)
		} else {
			run = 0
		}
	}
	return longest
}
