package zone

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
)

func TestCheck(t *testing.T) {
	for _, good := range []string{"UTC", "GMT", "Etc/GMT+5", "Europe/Berlin", "America/Argentina/Buenos_Aires", "US/Eastern", "Asia/Calcutta"} {
		if err := Check(good); err != nil {
			t.Errorf("%s %v", good, err)
		}
	}
	for bad, want := range map[string]string{
		"":                        "IANA name",
		"Local":                   "isn't a time zone",
		"localtime":               "isn't a time zone",
		"../UTC":                  "isn't a time zone",
		"Europe//Berlin":          "isn't a time zone",
		"berlin":                  "did you mean Europe/Berlin?",
		"america/new york":        "did you mean America/New_York?",
		"EST":                     "such as America/New_York",
		"est":                     "such as America/New_York",
		"EST5EDT":                 "such as America/New_York",
		"PST8PDT":                 "such as America/Los_Angeles",
		"HST":                     "such as Pacific/Honolulu",
		"MST":                     "such as America/Denver",
		"CET":                     "such as Europe/Berlin",
		"IST":                     "such as Asia/Kolkata",
		strings.Repeat("x", 1000): "isn't a time zone",
	} {
		if err := Check(bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q %v, want %s", bad, err, want)
		}
	}
}

// Every name of IANA's that is no place but an abbreviation has a proposal, and
// every proposal can be written.
func TestAbbreviations(t *testing.T) {
	for _, old := range []string{"EST", "MST", "HST", "EST5EDT", "CST6CDT", "MST7MDT", "PST8PDT", "WET", "CET", "MET", "EET"} {
		if _, err := time.LoadLocation(old); err != nil {
			t.Errorf("%s isn't one of IANA's any more: %v", old, err)
		}
		if Check(old) == nil {
			t.Errorf("%s is taken", old)
		}
	}
	for short, zone := range abbreviations {
		if err := Check(zone); err != nil {
			t.Errorf("%s: %s %v", short, zone, err)
		}
		if guess(short) != zone {
			t.Errorf("%s: %s", short, guess(short))
		}
	}
}

func FuzzCheck(f *testing.F) {
	f.Add("EST")
	f.Add("../../etc/passwd")
	f.Fuzz(func(t *testing.T, name string) {
		if Check(name) != nil {
			if likely := guess(name); likely != "" && Check(likely) != nil {
				t.Errorf("%q: the guess %q isn't good", name, likely)
			}
			return
		}
		if _, err := time.LoadLocation(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	})
}
