// Package pgurl owns what the name of a PostgreSQL database says: whether it is
// one, and how it is shown to people, without its password.
package pgurl

import (
	"net/url"
	"regexp"
	"strings"
)

// Is tells whether a database's name is a URL of PostgreSQL; else it's a path.
func Is(name string) bool {
	return strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://")
}

// IsBroken tells whether a name is meant to be a URL of PostgreSQL and lacks its
// slashes: taken for a path, it would be shown with its password.
func IsBroken(name string) bool { return broken.MatchString(name) && !Is(name) }

var broken = regexp.MustCompile(`(?i)^\s*(jdbc:)?(postgres|postgresql|postgre|pgsql|psql|pg):|^[^/]*:[^/]*@`)

// IsKeywords tells whether a name is PostgreSQL's other form, host=db dbname=tips,
// which nobody means for the path of a file.
func IsKeywords(name string) bool { return keyword.MatchString(name) }

var keyword = regexp.MustCompile(`(?i)(^|\s)(host|hostaddr|dbname|user|password|service|sslmode)\s*=`)

const mask = "xxxxx"

// Redact is a database's name without its passwords, also when the name is broken
// and nobody can tell for sure where a password begins or ends: then more of it is
// left out.
func Redact(name string) string {
	scheme, rest, isURL := strings.Cut(name, "://")
	if !isURL {
		return redactKeywords(name)
	}
	rest, fragment, hasFragment := strings.Cut(rest, "#")
	if hasFragment { // a password with a # in it, or nothing of ours
		if strings.Contains(fragment, "@") || !strings.Contains(rest, "@") {
			return scheme + "://" + mask
		}
	}
	// The last @, for a password may hold one, and a / or ? as well, though it
	// should have them as %XX.
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		user, _, hasPassword := strings.Cut(rest[:i], ":")
		if rest = user + rest[i:]; hasPassword {
			rest = user + ":" + mask + "@" + rest[len(user)+1:]
		}
	} else if authority, path, slash := strings.Cut(rest, "/"); !hostsOnly.MatchString(authority) {
		// user:password without a host, perhaps
		user, _, _ := strings.Cut(authority, ":")
		if rest = user + ":" + mask; slash {
			rest += "/" + path
		}
	}
	before, query, hasQuery := strings.Cut(rest, "?")
	if !hasQuery {
		return scheme + "://" + rest
	}
	return scheme + "://" + before + "?" + redactQuery(query)
}

// hostsOnly are names and addresses with ports that are numbers.
var hostsOnly = regexp.MustCompile(`^(?:\[[^\]]*\]|[^:\[\]]*)(?::[0-9]*)?(?:,(?:\[[^\]]*\]|[^:,\[\]]*)(?::[0-9]*)?)*(?:\?.*)?$`)

func redactQuery(query string) string {
	parts := strings.FieldsFunc(query, func(r rune) bool { return r == '&' || r == ';' })
	for i, part := range parts {
		key, _, _ := strings.Cut(part, "=")
		if decoded, err := url.QueryUnescape(key); err != nil || strings.Contains(strings.ToLower(decoded), "password") {
			parts[i] = key + "=" + mask
		}
	}
	return strings.Join(parts, "&")
}

var keywordPassword = regexp.MustCompile(`(?i)(password\s*=\s*)('(?:[^'\\]|\\.)*'?|(?:[^\s\\]|\\.)*)`)

func redactKeywords(name string) string {
	return keywordPassword.ReplaceAllString(name, "${1}"+mask)
}

// Passwords are the passwords in a name, as they stand there and decoded, so that
// they can be looked for in what somebody else says about it.
func Passwords(name string) []string {
	var found []string
	add := func(s string) {
		if s == "" {
			return
		}
		found = append(found, s)
		if decoded, err := url.PathUnescape(s); err == nil && decoded != s {
			found = append(found, decoded)
		}
		if decoded, err := url.QueryUnescape(s); err == nil && decoded != s {
			found = append(found, decoded)
		}
	}
	for _, m := range keywordPassword.FindAllStringSubmatch(name, -1) {
		add(strings.Trim(m[2], "'"))
	}
	_, rest, isURL := strings.Cut(name, "://")
	if !isURL {
		return found
	}
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		_, password, _ := strings.Cut(rest[:i], ":")
		add(password)
	}
	_, query, _ := strings.Cut(rest, "?")
	for part := range strings.FieldsFuncSeq(query, func(r rune) bool { return r == '&' || r == ';' }) {
		if key, value, _ := strings.Cut(part, "="); redactQuery(part) != part && key != "" {
			add(value)
		}
	}
	return found
}

// Scrub takes the passwords of a name out of a text about it, such as a driver's
// error.
func Scrub(text, name string) string {
	text = strings.ReplaceAll(text, name, Redact(name))
	for _, password := range Passwords(name) {
		text = strings.ReplaceAll(text, password, mask)
	}
	return text
}
