package verdict

import "strings"

// status is a parsed enhanced status code (RFC 3463 §2): class "." subject
// "." detail. The zero value stands for none.
type status struct{ class, subject, detail int }

// parseStatus reads an enhanced status code that fills all of s.
func parseStatus(s string) (status, bool) {
	first, rest, ok1 := strings.Cut(s, ".")
	second, third, ok2 := strings.Cut(rest, ".")
	if !ok1 || !ok2 {
		return status{}, false
	}
	class, ok1 := digits(first, 1)
	subject, ok2 := digits(second, 3)
	detail, ok3 := digits(third, 3)
	if !ok1 || !ok2 || !ok3 || (class != 2 && class != 4 && class != 5) {
		return status{}, false
	}
	return status{class, subject, detail}, true
}

func digits(s string, most int) (int, bool) {
	if s == "" || len(s) > most {
		return 0, false
	}
	n := 0
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// Split takes the enhanced status code from a reply's text (RFC 2034 §4: it
// comes first, followed by a space). A text without one comes back as it is,
// with "". In a reply of several lines every line repeats the code (RFC 2034
// §4), but some servers put it on the last line only: the first one counts, it
// is removed wherever it is repeated, and the lines are joined with a space.
func Split(text string) (enhanced, rest string) {
	if !strings.Contains(text, "\n") { // nearly all are
		rest = strings.TrimSpace(text)
		first, after, _ := strings.Cut(rest, " ")
		if _, ok := parseStatus(first); ok {
			return first, strings.TrimSpace(after)
		}
		return "", rest
	}
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		first, after, _ := strings.Cut(line, " ")
		if _, ok := parseStatus(first); ok && (enhanced == "" || first == enhanced) {
			enhanced, line = first, strings.TrimSpace(after)
		}
		if line != "" {
			lines = append(lines, line)
		}
	}
	return enhanced, strings.Join(lines, " ")
}
