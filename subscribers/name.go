package subscribers

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/unicode/norm"
)

// maxName is how many characters of a name are kept.
const maxName = 64

// ParseName checks a person's name, which ends up in a To: header. It may be
// empty. Blanks are tidied up; a line break is no blank. A name is no place for
// an address of the web: it would stand in a mail that is signed as ours.
func ParseName(s string) (string, error) {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\t", " "))
	if !utf8.ValidString(s) {
		return "", errors.New("the name isn't valid UTF-8")
	}
	for _, r := range s {
		// Cf holds the bidi overrides that make a name read as something else.
		// The joiners of Persian and Indic scripts are Cf too, and belong.
		joiner := r == '\u200c' || r == '\u200d'
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && !joiner {
			return "", fmt.Errorf("the name holds the control character %U; remove it", r)
		}
	}
	s = strings.Join(strings.Fields(s), " ")
	if link := linkIn(s); link != "" {
		return "", fmt.Errorf("the name holds %q, which mail programs make a link of; write the name alone, with a space after a dot", link)
	}
	if n := utf8.RuneCountInString(s); n > maxName {
		return "", fmt.Errorf("the name has %d characters; at most %d are kept", n, maxName)
	}
	return s, nil
}

// scheme finds what begins like a URL: https://…, mailto:…, tel:….
var scheme = regexp.MustCompile(`(?i)[a-z][a-z0-9+.-]*://|\b(mailto|tel|sms|callto|sip|sips|xmpp|skype|javascript|data|magnet|bitcoin):\S|\bwww\.`)

// dots are what a domain may have for its full stops (UTS 46 §2.3).
var dots = strings.NewReplacer("。", ".", "｡", ".", "．", ".", "․", ".", "\u200c", "", "\u200d", "")

// linkIn returns the first part of a text that a mail program may make a link of:
// a URL, a name that begins with www., a domain or a mail address, a network
// address. "" when there's none.
func linkIn(s string) string {
	s = norm.NFKC.String(dots.Replace(s)) // fullwidth letters look like a domain, too
	if scheme.MatchString(s) {
		return scheme.FindString(s)
	}
	for _, word := range strings.FieldsFunc(s, notOfDomain) {
		word = strings.Trim(word, ".-")
		if strings.Contains(word, ".") && isDomain(word) {
			return word
		}
	}
	return ""
}

func notOfDomain(r rune) bool {
	return r != '.' && r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
}

// isDomain tells whether words with dots between them end in a top-level domain
// that there is, or are a network address. J.R.Smith is none.
func isDomain(word string) bool {
	if _, err := netip.ParseAddr(word); err == nil {
		return true
	}
	ascii, err := idna.Punycode.ToASCII(strings.ToLower(word))
	if err != nil {
		return false
	}
	suffix, listed := publicsuffix.PublicSuffix(ascii)
	return listed || strings.Contains(suffix, ".")
}
