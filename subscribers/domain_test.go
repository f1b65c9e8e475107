package subscribers

import (
	"strings"
	"testing"
)

func TestDomainsThatNobodyHas(t *testing.T) {
	for domain, want := range map[string]string{
		"example.org”": "'”'", "example.org’": "'’'", "«example.org»": "'«'", "example.org…": "'…'", "exam—ple.org": "'—'", "example。org、": "'、'",
		"example.org，": "'，'", "💌.org": "'💌'", "exam_ple.org": "'_'", "example.org*": "'*'", "example.org/": "'/'", "example.org€": "'€'",
		"xn--exampleorg-0u3e.com": "", "exampl\u0435.org": "mixes Cyrillic and Latin", "αpple.com": "mixes Greek and Latin", "example.орг": "mixes Latin and Cyrillic",
		"example.c": "ends in .c", "example.con": "did they mean .com?", "example.ogr": "did they mean .org?", "gmail.comm": "did they mean .com?", "gmail.c0m": "which there isn't", "example.web-2": "which there isn't", "example.": "no domain", "exa..org": "no domain",
	} {
		if got, err := ParseDomain(domain); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v; want %s", domain, got, err, want)
		}
	}
	for domain, want := range map[string]string{
		"BÜCHER.example": "xn--bcher-kva.example", "пример.рф": "xn--e1afmkfd.xn--p1ai", "почта.пример.рф": "xn--80a1acny.xn--e1afmkfd.xn--p1ai", "例え.jp": "xn--r8jz45g.jp",
		"日本go.jp": "", "l·l.cat": "", "faß.de": "xn--fa-hia.de", "example.co.uk": "example.co.uk", "www.ck": "www.ck", "mail.ck": "mail.ck", "relay": "relay", "mail.corp": "mail.corp",
		"xn--bcher-kva.example": "xn--bcher-kva.example", "한국.com": "xn--3e0b707e.com", "मेल.भारत": "", "例子.中国": "xn--fsqu00a.xn--fiqs8s", "abc.中国": "abc.xn--fiqs8s", "３com.com": "3com.com",
		"example.younger": "example.younger", "пример.младше": "",
	} {
		if got, err := ParseDomain(domain); err != nil || want != "" && got != want {
			t.Errorf("%s: %q, %v; want %s", domain, got, err, want)
		}
	}
}

func TestAQuotationMarkIsNobodysName(t *testing.T) {
	for _, bad := range []string{"“ana@example.org", "ana’@example.org", "«ana»@example.org", "ana\u2026@example.org", "💌@example.org"} {
		if got, err := ParseAddress(bad); err == nil || !strings.Contains(err.Error(), "isn't a letter") {
			t.Errorf("%s: %q, %v", bad, got, err)
		}
	}
}

// What is taken is taken again as it was written down.
func FuzzParseDomain(f *testing.F) {
	for _, s := range []string{"example.org”", "BÜCHER.example", "пример.рф", "example.con", "xn--fa-hia.de", "l·l.cat", "a.b.c.ck"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ascii, err := ParseDomain(text)
		if err != nil {
			return
		}
		if again, err := ParseDomain(ascii); err != nil || again != ascii {
			t.Errorf("%q: %q, then %q, %v", text, ascii, again, err)
		}
		if strings.ContainsFunc(ascii, func(r rune) bool { return r > 126 || r < 33 }) {
			t.Errorf("%q: %q", text, ascii)
		}
	})
}

// A top-level domain that is younger than the program is taken, and can be told.
func TestUnknownEnds(t *testing.T) {
	for address, want := range map[Address]string{
		"ana@example.younger": "younger", "ana@example.com": "", "ana@example.co.uk": "", "ana@relay": "", "ana@mail.corp": "", "ana@www.ck": "", "ana@xn--e1afmkfd.xn--p1ai": "",
	} {
		if got := address.UnknownEnd(); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}
