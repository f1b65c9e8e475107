package letter

import (
	"strings"

	"github.com/rivo/uniseg"
	"golang.org/x/net/html/atom"
)

const (
	// maxSubject is the most characters (grapheme clusters) of a subject:
	// phones show 40, desktops up to 70.
	maxSubject = 70
	// maxPreheader is about what a list of mails shows behind the subject.
	maxPreheader = 140
)

// cut shortens text to at most limit grapheme clusters, the last of them an
// ellipsis. It cuts at a blank when one is near.
func cut(text string, limit int) string {
	text = strings.Join(strings.Fields(text), " ")
	if uniseg.GraphemeClusterCount(text) <= limit {
		return text
	}
	var kept []string
	clusters := uniseg.NewGraphemes(text)
	for len(kept) < limit-1 && clusters.Next() {
		kept = append(kept, clusters.Str())
	}
	for i := len(kept) - 1; i > len(kept)-16 && i > 0; i-- {
		if kept[i] == " " {
			kept = kept[:i]
			break
		}
	}
	return strings.TrimRight(strings.Join(kept, ""), " ,;:–—-、，；：") + "…"
}

// subject puts the emoji before a title.
func subject(emoji, title string) string {
	return cut(strings.TrimSpace(emoji+" "+title), maxSubject)
}

// preheader is what a list of mails shows behind the subject: the text's first
// sentence, or the first few when it is short.
func preheader(fragment string) string {
	root, err := parseFragment(fragment)
	if err != nil {
		return ""
	}
	text := ""
	for n := range root.Descendants() {
		if n.DataAtom == atom.P || n.DataAtom == atom.Li {
			if text = textOf(n); text != "" {
				break
			}
		}
	}
	if text == "" {
		text = textOf(root)
	}
	var taken strings.Builder
	state := -1
	for rest := text; rest != "" && uniseg.StringWidth(taken.String()) < 40; {
		var sentence string
		sentence, rest, state = uniseg.FirstSentenceInString(rest, state)
		taken.WriteString(sentence)
	}
	return cut(taken.String(), maxPreheader)
}
