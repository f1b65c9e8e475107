package subscribers

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"dailytip/mailaddr"
)

// ParseDomain returns a domain in ASCII and lower case. It refuses what nobody can
// register (RFC 5891 §4.2, RFC 5892): example.org” would be a name that is looked up,
// and never found.
func ParseDomain(domain string) (string, error) {
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil || ascii == "" || strings.HasPrefix(ascii, ".") || strings.HasSuffix(ascii, ".") || strings.Contains(ascii, "..") {
		if c := stranger(domain); c != 0 {
			return "", fmt.Errorf("%q is no domain name: %q (%U) can't stand in one; remove it", domain, c, c)
		}
		return "", fmt.Errorf("%q is no domain name", domain)
	}
	ascii = strings.ToLower(ascii)
	if mailaddr.IsMachine(ascii) {
		return "", fmt.Errorf("%q is a machine and no domain; write an address that gets mail from everywhere", domain)
	}
	if ascii == strings.ToLower(domain) && !strings.Contains(ascii, "xn--") {
		return ascii, topLevel(ascii)
	}
	shown, err := idna.Registration.ToUnicode(ascii)
	if err != nil {
		return "", fmt.Errorf("%q is no domain name that anybody can register", domain)
	}
	if c := stranger(shown); c != 0 {
		return "", fmt.Errorf("%q is no domain name: %q (%U) can't stand in one; remove it", domain, c, c)
	}
	if err := oneScript(shown); err != nil {
		return "", err
	}
	return ascii, topLevel(ascii)
}

// stranger is the first character of a domain that can't stand in one, or 0. Beyond
// ASCII those are letters, digits and marks (RFC 5892 §2.1), and a few that have
// rules of their own (appendix A), which package idna holds.
func stranger(domain string) rune {
	for _, r := range domain {
		switch {
		case r == '.' || r == '-' || unicode.IsLetter(r) || unicode.IsMark(r) || unicode.Is(unicode.Nd, r):
		case strings.ContainsRune("\u00b7\u0375\u05f3\u05f4\u06fd\u06fe\u0f0b\u3007\u30fb\u200c\u200d", r):
		default:
			return r
		}
	}
	return 0
}

// oneScript refuses a domain whose letters are of scripts that aren't written
// together: a Cyrillic е in a Latin name looks like the Latin one. It's the moderately
// restrictive level of UTS 39 §5.2 for each label; and names below a Cyrillic or Greek
// end are registered in that script only.
func oneScript(domain string) error {
	labels := strings.Split(domain, ".")
	for i, label := range labels {
		scripts := scriptsOf(label)
		end := scriptsOf(labels[len(labels)-1])
		if i == len(labels)-2 && !slices.Equal(scripts, end) && (slices.Contains(end, "Cyrillic") || slices.Contains(end, "Greek")) && len(scripts) > 0 {
			return fmt.Errorf("%q mixes %s and %s letters; write all of it in one script", domain, scripts[0], end[0])
		}
		if len(scripts) < 2 || eastAsian(scripts) || len(scripts) == 2 && slices.Contains(scripts, "Latin") && !slices.Contains(scripts, "Cyrillic") && !slices.Contains(scripts, "Greek") {
			continue
		}
		return fmt.Errorf("%q mixes %s letters in %q; write all of it in one script", domain, strings.Join(scripts, " and "), label)
	}
	return nil
}

// scriptsOf are the scripts of a label's letters, in alphabetical order.
func scriptsOf(label string) (scripts []string) {
	for _, r := range label {
		if unicode.In(r, unicode.Common, unicode.Inherited) {
			continue
		}
		if unicode.Is(unicode.Latin, r) {
			scripts = append(scripts, "Latin")
			continue
		}
		for name, table := range unicode.Scripts {
			if unicode.Is(table, r) {
				scripts = append(scripts, name)
				break
			}
		}
	}
	slices.Sort(scripts)
	return slices.Compact(scripts)
}

// eastAsian tells whether scripts are those that Japanese, Korean and Chinese write
// together.
func eastAsian(scripts []string) bool {
	for _, s := range scripts {
		if !slices.Contains([]string{"Latin", "Han", "Hiragana", "Katakana", "Hangul", "Bopomofo"}, s) {
			return false
		}
	}
	return true
}

// privateNames are ends that no public list has, and that networks of their own use
// (RFC 6761, RFC 2606, RFC 6762 appendix G, ICANN's .internal).
var privateNames = []string{"example", "test", "invalid", "local", "internal", "intranet", "private", "corp", "home", "lan", "onion"}

// topLevel refuses a domain whose end there can't be, and one that is a slip. Another
// that isn't known may be younger than this program. A domain without a dot is a name
// in somebody's own network.
func topLevel(ascii string) error {
	end := endOf(ascii)
	if end == "" || isKnownEnd(end) {
		return nil
	}
	if !strings.HasPrefix(end, "xn--") && (len(end) < 2 || strings.Trim(end, "abcdefghijklmnopqrstuvwxyz") != "") {
		return fmt.Errorf("%q ends in .%s, which there isn't: a top-level domain has two letters or more, and nothing else", ascii, end)
	}
	for _, common := range []string{"com", "org", "net"} {
		if oneSlip(end, common) {
			return fmt.Errorf("%q ends in .%s, which there isn't; did they mean .%s?", ascii, end, common)
		}
	}
	return nil
}

// endOf is a domain's last label, and "" of one without a dot.
func endOf(ascii string) string {
	dot := strings.LastIndexByte(ascii, '.')
	if dot < 0 {
		return ""
	}
	return ascii[dot+1:]
}

func isKnownEnd(end string) bool {
	if slices.Contains(privateNames, end) {
		return true
	}
	// Below an end there may be rules for all names (*.ck), so a name is asked about.
	_, listed := publicsuffix.PublicSuffix("a." + end)
	return listed
}

// UnknownEnd is the address's top-level domain when this program's list of them doesn't
// have it: it's new, or there's none. Else it's "".
func (a Address) UnknownEnd() string {
	_, domain, _ := strings.Cut(string(a), "@")
	if end := endOf(domain); end != "" && !isKnownEnd(end) {
		return end
	}
	return ""
}
