package render

import (
	"strings"

	"github.com/rivo/uniseg"
	"golang.org/x/net/html/atom"
)

// MaxSummary is about what a list of mails shows behind the subject, in
// characters (grapheme clusters).
const MaxSummary = 140

// summary is what a list of mails shows behind the subject: the text's first
// sentence, or the first few when it is short.
func summary(fragment string) string {
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
	return Cut(taken.String(), MaxSummary)
}

// Cut shortens text to at most limit grapheme clusters, the last of them an
// ellipsis. It cuts at a blank when one is near.
func Cut(text string, limit int) string {
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
