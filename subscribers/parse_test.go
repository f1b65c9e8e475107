package subscribers_test

import (
	"strings"
	"testing"
	"time"

	"dailytip/store/storetest"
	"dailytip/subscribers"
)

func TestParseAddress(t *testing.T) {
	for in, want := range map[string]string{
		" Ana.B+tips@Example.COM ": "Ana.B+tips@example.com",
		"ana@bücher.example":       "ana@xn--bcher-kva.example",
		"用户@example.com":           "用户@example.com",
	} {
		if got, err := subscribers.ParseAddress(in); err != nil || string(got) != want {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
	for in, want := range map[string]string{
		"":                                       "empty",
		"ana":                                    "no @",
		"a@b@c.example":                          "more than one @",
		"ana@example.com\r\nBcc: x@y.com":        "control character",
		"an\u202ea@example.com":                  "control character",
		"an\ufffda@example.com":                  "lost on the way",
		"Ana <ana@example.com>":                  "just the address",
		".ana@example.com":                       "misplaced dot",
		"ana@exa mple.com":                       "just the address",
		"ana@":                                   "no domain name",
		"ana@-x-.example":                        "no domain name",
		strings.Repeat("a", 65) + "@example.com": "at most 64",
		"a@" + strings.Repeat("abcdefghi.", 30) + "com": "",
	} {
		if got, err := subscribers.ParseAddress(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %q, %v; want an error with %q", in, got, err, want)
		}
	}
}

func TestParseDays(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "MON-FRI": "MON TUE WED THU FRI", "mon wed": "MON WED", "SAT-MON": "MON SAT SUN", "FRI,SUN": "FRI SUN",
	} {
		if got, err := subscribers.ParseDays(in); err != nil || got.String() != want {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
	if _, err := subscribers.ParseDays("MON-FUNDAY"); err == nil {
		t.Error("MON-FUNDAY was taken")
	}
	wed, _ := subscribers.ParseDays("WED")
	if !wed.Has(time.Wednesday) || wed.Has(time.Thursday) || !subscribers.Days(0).Has(time.Sunday) {
		t.Error("Has is wrong")
	}
}

func TestParseName(t *testing.T) {
	for _, bad := range []string{"a\r\nb", "a\x00b", "evil\u202egro.elpmaxe", strings.Repeat("x", 65), "\xff"} {
		if got, err := subscribers.ParseName(bad); err == nil {
			t.Errorf("%q was taken as %q", bad, got)
		}
	}
	if got, err := subscribers.ParseName("  علی\u200cرضا   ن "); err != nil || got != "علی\u200cرضا ن" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestTokens(t *testing.T) {
	db := storetest.SQLite(t)
	tokens, err := subscribers.LoadTokens(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	token := tokens.Make(subscribers.UnsubscribeLink, 42)
	if len(token) != subscribers.TokenLength {
		t.Errorf("%d characters, want %d", len(token), subscribers.TokenLength)
	}
	if id, err := tokens.Check(subscribers.UnsubscribeLink, token); err != nil || id != 42 {
		t.Errorf("%d, %v", id, err)
	}
	if _, err := tokens.Check(subscribers.ConfirmLink, token); err == nil {
		t.Error("a token of another purpose was taken")
	}
	for i := range token {
		forged := []byte(token)
		if forged[i]++; forged[i] == 'z'+1 {
			forged[i] = 'a'
		}
		if _, err := tokens.Check(subscribers.UnsubscribeLink, string(forged)); err == nil {
			t.Errorf("forged at %d: %s was taken", i, forged)
		}
	}
	for _, s := range []string{"", token[:31], token + "A", token + "\n", strings.Repeat("A", 32)} {
		if _, err := tokens.Check(subscribers.UnsubscribeLink, s); err == nil {
			t.Errorf("%q was taken", s)
		}
	}
}

// An abbreviation isn't a zone, also one that IANA keeps; the error names the zone.
func TestParseZoneRefusesAbbreviations(t *testing.T) {
	for short, want := range map[string]string{
		"EST": "America/New_York", "est": "America/New_York", "MST": "America/Denver", "HST": "Pacific/Honolulu", "PST": "America/Los_Angeles",
		"EST5EDT": "America/New_York", "CET": "Europe/Berlin", "localtime": "is unknown",
	} {
		if got, err := subscribers.ParseZone(short); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v, want %s", short, got, err, want)
		}
	}
}
