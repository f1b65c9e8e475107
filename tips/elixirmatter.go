package tips

import (
	"regexp"
	"strings"
)

// Elixir's NimblePublisher has front matter as a map, and a line of dashes below it:
//
//	%{
//	  title: "Own up",
//	  tags: ~w(trust people)
//	}
//	---
var (
	elixirKey  = regexp.MustCompile(`^[ \t]*"?(\w+)"?(?::|[ \t]*=>)[ \t]*(.*?),?[ \t]*$`)
	elixirList = regexp.MustCompile(`^(?:~w[(\[{"|/](.*)[)\]}"|/][as]?|\[(.*)\])$`)
	elixirDate = regexp.MustCompile(`^~[DUN]\[(.*)\]$`)
)

// findElixir finds such a map.
func findElixir(lines []string, top int) (frontMatter, *lineError) {
	if trimBlank(lines[top]) != "%{" {
		return frontMatter{}, nil
	}
	for i := top + 1; i < len(lines); i++ {
		if fence(lines[i]) == '-' && trimBlank(lines[i-1]) == "}" {
			return frontMatter{kind: '%', first: top, last: i}, nil
		}
	}
	return frontMatter{}, openError("---", top+1)
}

// readElixir reads its keys. above is how many lines stand above.
func readElixir(lines []string, above int) ([]field, *lineError) {
	var fields []field
	for i := 0; i < len(lines); i++ {
		m := elixirKey.FindStringSubmatch(lines[i])
		if m == nil {
			continue // a part of a value in several lines, which is no value that we read
		}
		f := field{key: m[1], line: above + i + 1}
		if text := m[2]; text == `"""` || text == "'''" {
			var inside []string
			for i++; i < len(lines) && !strings.HasPrefix(trimBlank(lines[i]), text); i++ {
				inside = append(inside, strings.TrimSpace(lines[i]))
			}
			f.text = strings.TrimSpace(strings.Join(inside, "\n"))
		} else {
			f.text, f.list, f.isList = elixirValue(text)
		}
		f.last, f.value = above+i+1, any(f.text)
		if f.isList {
			f.value = f.list
		}
		fields = append(fields, f)
	}
	return fields, nil
}

// elixirValue reads a value in one line.
func elixirValue(text string) (scalar string, list []string, isList bool) {
	if m := elixirDate.FindStringSubmatch(text); m != nil {
		return m[1], nil, false
	}
	m := elixirList.FindStringSubmatch(text)
	if m == nil {
		return elixirScalar(text), nil, false
	}
	list = strings.Fields(m[1])
	for item := range strings.SplitSeq(m[2], ",") {
		if item = strings.TrimSpace(item); item != "" {
			list = append(list, elixirScalar(item))
		}
	}
	return "", list, true
}

// elixirScalar is a text without its quotes, or an atom without its colon.
func elixirScalar(text string) string {
	inside, ok := strings.CutPrefix(text, `"`)
	if !ok || !strings.HasSuffix(inside, `"`) {
		return strings.TrimPrefix(text, ":")
	}
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(strings.TrimSuffix(inside, `"`))
}
