package markup

import (
	"regexp"
	"strings"
)

// shapes are the brackets around a node's text in a mermaid mindmap, longest
// first: id((circle)), id))bang((, id{{hexagon}}, id[square], id(round),
// id)cloud(.
var shapes = [...][2]string{
	{"((", "))"},
	{"))", "(("},
	{"{{", "}}"},
	{"[", "]"},
	{"(", ")"},
	{")", "("},
}

var (
	diagramBreak = regexp.MustCompile(`(?i)<br\s*/?>`)
	diagramClass = regexp.MustCompile(`\s*:::[\w -]+$`)
)

// diagramLabel is an idea's text without its id, shape and quotes.
func diagramLabel(content string) string {
	label := diagramClass.ReplaceAllString(content, "")
	for _, shape := range shapes {
		at := strings.Index(label, shape[0])
		if at < 0 || !strings.HasSuffix(label, shape[1]) || len(label) < at+len(shape[0])+len(shape[1]) {
			continue
		}
		// An id is one word; a bracket later in a sentence is the sentence's.
		if strings.ContainsAny(label[:at], " \t") {
			continue
		}
		label = label[at+len(shape[0]) : len(label)-len(shape[1])]
		break
	}
	return diagramText(label)
}

// diagramText is a label without quotes, line breaks and emphasis.
func diagramText(label string) string {
	label = strings.TrimSpace(label)
	for _, quote := range []string{`"`, "`"} {
		if len(label) >= 2 && strings.HasPrefix(label, quote) && strings.HasSuffix(label, quote) {
			label = label[1 : len(label)-1]
		}
	}
	label = diagramBreak.ReplaceAllString(label, " ")
	label = strings.NewReplacer("**", "", "__", "").Replace(label)
	return strings.Join(strings.Fields(label), " ")
}
