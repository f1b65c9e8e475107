// Package zone owns which names of time zones are taken, wherever somebody writes
// one: in the configuration, in a list of readers, on a page.
//
// It takes IANA's names and refuses abbreviations, also those that IANA keeps for
// old programs: EST is five hours behind UTC all year, and hardly anybody who
// writes it means that.
package zone

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Check says what is wrong with a name, as the end of a sentence that begins with
// it: what it is, and what to write. "" is no zone.
func Check(name string) error {
	if instead := Instead(name); instead != "" {
		return fmt.Errorf("is an abbreviation, which says too little about the place and its summer time; write the zone, such as %s", instead)
	}
	if usable(name) {
		return nil
	}
	if likely := guess(name); likely != "" {
		return fmt.Errorf("isn't a time zone; did you mean %s?", likely)
	}
	return errors.New("isn't a time zone; write an IANA name such as Europe/Berlin or UTC")
}

func usable(name string) bool {
	// time.LoadLocation knows some more. "", "Local" and files such as localtime
	// would make the sending time depend on the machine; the clocks of right/ count
	// leap seconds.
	folder, _, _ := strings.Cut(name, "/")
	switch strings.ToLower(folder) {
	case "", "local", "localtime", "posixrules", "factory", "posix", "right":
		return false
	}
	if len(name) > 64 {
		return false
	}
	// On file systems that fold case, and with odd slashes, other spellings
	// load here and fail elsewhere.
	if _, err := time.LoadLocation(name); err != nil {
		return false
	}
	return !strings.HasSuffix(name, "/") && !strings.Contains(name, "//") && !strings.HasPrefix(name, ".")
}

// Instead is the zone that an abbreviation stands for, or "" for any other name:
// browsers on machines that are set to one name it as theirs.
func Instead(name string) string { return abbreviations[strings.ToUpper(name)] }

// guess is the zone that a wrong name probably means, or "": an abbreviation, or
// one of the usual slips with case, spaces, and a city without its continent.
func guess(name string) string {
	if instead := Instead(name); instead != "" {
		return instead
	}
	if len(name) > 64 {
		return ""
	}
	words := strings.FieldsFunc(name, func(r rune) bool { return r == ' ' || r == '_' })
	for i, w := range words {
		parts := strings.Split(w, "/")
		for j, p := range parts {
			if p != "" {
				parts[j] = strings.ToUpper(p[:1]) + strings.ToLower(p[1:])
			}
		}
		words[i] = strings.Join(parts, "/")
	}
	tidy := strings.Join(words, "_")
	for _, likely := range []string{tidy, strings.ToUpper(name)} {
		if usable(likely) {
			return likely
		}
	}
	for _, continent := range []string{"Europe", "America", "Asia", "Africa", "Australia", "Pacific", "Atlantic", "Indian"} {
		if likely := continent + "/" + tidy; usable(likely) {
			return likely
		}
	}
	return ""
}

// abbreviations are those that people write, and the zone that most of them mean.
// IANA has the first eleven of them, for old programs.
var abbreviations = map[string]string{
	"EST": "America/New_York", "MST": "America/Denver", "HST": "Pacific/Honolulu",
	"EST5EDT": "America/New_York", "CST6CDT": "America/Chicago", "MST7MDT": "America/Denver", "PST8PDT": "America/Los_Angeles",
	"WET": "Europe/Lisbon", "CET": "Europe/Berlin", "MET": "Europe/Berlin", "EET": "Europe/Athens",

	"EDT": "America/New_York", "ET": "America/New_York",
	"CST": "America/Chicago", "CDT": "America/Chicago", "CT": "America/Chicago",
	"MDT": "America/Denver", "MT": "America/Denver",
	"PST": "America/Los_Angeles", "PDT": "America/Los_Angeles", "PT": "America/Los_Angeles",
	"AKST": "America/Anchorage", "AKDT": "America/Anchorage", "HDT": "Pacific/Honolulu",
	"AST": "America/Halifax", "ADT": "America/Halifax", "NST": "America/St_Johns", "NDT": "America/St_Johns",
	"BRT": "America/Sao_Paulo", "ART": "America/Argentina/Buenos_Aires",
	"BST": "Europe/London", "WEST": "Europe/Lisbon", "CEST": "Europe/Berlin", "MEZ": "Europe/Berlin", "MESZ": "Europe/Berlin",
	"MEST": "Europe/Berlin", "EEST": "Europe/Athens", "MSK": "Europe/Moscow", "TRT": "Europe/Istanbul",
	"CAT": "Africa/Maputo", "EAT": "Africa/Nairobi", "WAT": "Africa/Lagos", "SAST": "Africa/Johannesburg",
	"GST": "Asia/Dubai", "PKT": "Asia/Karachi", "IST": "Asia/Kolkata", "ICT": "Asia/Bangkok", "WIB": "Asia/Jakarta",
	"HKT": "Asia/Hong_Kong", "SGT": "Asia/Singapore", "PHT": "Asia/Manila", "JST": "Asia/Tokyo", "KST": "Asia/Seoul",
	"AWST": "Australia/Perth", "ACST": "Australia/Adelaide", "ACDT": "Australia/Adelaide",
	"AEST": "Australia/Sydney", "AEDT": "Australia/Sydney", "NZST": "Pacific/Auckland", "NZDT": "Pacific/Auckland",
}
