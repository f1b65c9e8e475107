package tips

import (
	"fmt"
	"regexp"
	"strings"
)

// Logseq writes what others put into front matter as lines at the top of a page, each a
// key, two colons and a value.

var (
	propertyLine = regexp.MustCompile(`^([A-Za-z][\w./-]*)::(?:[ \t]+(.*))?$`)
	pageLink     = regexp.MustCompile(`#?\[\[([^\[\]]+)\]\]|(?:^|[\s,])#([^\s,#]+)`)
)

// pageKeys are those of which one stands in the properties of a page; other lines with
// two colons are text.
var pageKeys = map[string]bool{"title": true, "tags": true, "alias": true, "file": true, "file-path": true, "public": true, "type": true, "icon": true, "date": true, "source": true, "author": true, "link": true, "lang": true, "exclude-from-graph-view": true}

// findProperties finds the properties of a page.
func findProperties(lines []string, top int) frontMatter {
	end, known := top, false
	for end < len(lines) {
		m := propertyLine.FindStringSubmatch(lines[end])
		if m == nil {
			break
		}
		known = known || pageKeys[strings.ToLower(m[1])]
		end++
	}
	if !known || end < len(lines) && trimBlank(lines[end]) != "" && !strings.HasPrefix(lines[end], "-") {
		return frontMatter{}
	}
	return frontMatter{kind: ':', first: top, last: end - 1}
}

// readProperties reads them. above is how many lines stand above.
func readProperties(lines []string, above int) ([]field, *lineError) {
	var fields []field
	seen := map[string]bool{}
	for i, line := range lines {
		m := propertyLine.FindStringSubmatch(line)
		key := strings.ToLower(m[1])
		if seen[key] {
			return nil, &lineError{line: above + i + 1, message: fmt.Sprintf("%s:: stands here twice; keep one of them", m[1])}
		}
		seen[key] = true
		text := pageLink.ReplaceAllStringFunc(m[2], func(link string) string {
			words := pageLink.FindStringSubmatch(link)
			return link[:strings.IndexAny(link, "#[")] + words[1] + words[2]
		})
		text = strings.TrimSpace(text)
		fields = append(fields, field{key: m[1], line: above + i + 1, last: above + i + 1, text: text, value: text})
	}
	return fields, nil
}
