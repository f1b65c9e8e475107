package subscribers

import (
	"fmt"
	"slices"
	"strings"
)

// Doubt is a reason why an address may be wrong, and why an operator should hear of it.
type Doubt struct{ About, Text string }

// Doubts are the reasons why an address that is taken as it stands may be wrong.
func (a Address) Doubts() (all []Doubt) {
	if meant := a.LikelyDomain(); meant != "" {
		all = append(all, Doubt{"likely slip", fmt.Sprintf("%s: did they mean %s? It's taken as it stands", a, meant)})
	}
	if end := a.UnknownEnd(); end != "" {
		all = append(all, Doubt{"unknown top-level domain", fmt.Sprintf("%s: .%s isn't a top-level domain that this version knows, but may be a new one; it's taken as it stands", a, end)})
	}
	return all
}

// LikelyDomain is the large provider's domain that somebody probably meant: gmail.com
// for gmial.com. "" when there's none. What it finds may be right all the same, so
// it's said and not acted on.
func (a Address) LikelyDomain() string {
	_, domain, _ := strings.Cut(a.Key(), "@")
	if slices.Contains(ownNames, domain) || a.AtLargeProvider() {
		return ""
	}
	for _, provider := range slipped {
		if oneSlip(domain, provider) {
			return provider
		}
	}
	return ""
}

// slipped are the domains that are mistyped most, in the order in which they're meant.
var slipped = []string{
	"gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "icloud.com", "googlemail.com", "protonmail.com", "hotmail.co.uk", "yahoo.co.uk",
	"hotmail.fr", "yahoo.fr", "orange.fr", "outlook.de", "hotmail.de", "t-online.de", "freenet.de", "comcast.net", "verizon.net", "yandex.ru",
}

// ownNames are providers themselves, though one character away from another.
var ownNames = []string{"mail.com", "ymail.com", "email.com", "gmail.de", "fmail.com", "hotmail.es", "hotmail.it", "hotmail.be", "outlook.es", "outlook.fr", "outlook.it", "outlook.be"}

// oneSlip tells whether two words differ by one letter that is wrong, missing, too
// many, or in its neighbour's place.
func oneSlip(a, b string) bool {
	if a == b {
		return false
	}
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return len(a) <= 1 && len(b) <= 1 || len(a) == 2 && len(b) == 2 && a[0] == b[1] && a[1] == b[0]
}
