package listfile

import (
	"fmt"
	"strings"

	"dailytip/subscribers"
)

// person is an address with the name that stands beside it, "" for none.
type person struct {
	address subscribers.Address
	name    string
}

// parsePerson reads what people write for an address: ana@example.com,
// mailto:ana@example.com, and what mail programs copy: Ana Lopez <ana@example.com>.
func parsePerson(s string) (p person, err error) {
	s = strings.TrimRight(strings.TrimSpace(s), ";, \t")
	if rest, ok := strings.CutSuffix(s, ">"); ok {
		called, address, _ := cutLast(rest, "<")
		if strings.ContainsAny(called, "<>@") {
			return p, fmt.Errorf("address %q holds more than one address; write one on each line", s)
		}
		p.name = strings.TrimSpace(strings.Trim(strings.TrimSpace(called), `"'`))
		s = strings.TrimSpace(address)
	}
	if len(s) > len("mailto:") && strings.EqualFold(s[:len("mailto:")], "mailto:") {
		s, _, _ = strings.Cut(s[len("mailto:"):], "?")
	}
	p.address, err = subscribers.ParseAddress(s)
	return p, err
}

func cutLast(s, separator string) (before, after string, found bool) {
	i := strings.LastIndex(s, separator)
	if i < 0 {
		return "", s, false
	}
	return s[:i], s[i+len(separator):], true
}
