package subscribers_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"dailytip/subscribers"
)

func TestNamesThatAreLinksAreRefused(t *testing.T) {
	for _, name := range []string{
		"https://evil.example.com", "Ana http://x", "HTTPS://X", "ftp://files", "mailto:ana", "tel:+4912345", "javascript:alert(1)",
		"www.evil", "WWW.Evil.Shop", "see www.x", "buy at x.com", "x.com", "X.COM", "Win (x.com)!", "bit.ly/3abc", "go to evil.shop now",
		"evil.co.uk", "a.b.c.io", "x.com.", "\"x.com\"", "ana@x.com", "ana@example.org", "user.github.io", "пример.рф", "例え.jp", "shop.网络",
		"ｘ．ｃｏｍ", "evil。com", "x․com", "x.\u200dcom", "x\u200c.com", "192.0.2.1", "x.com:80", "x.com?y", "Ana,x.com", "Ana/x.com", "Ana|x.com", "-x.com-",
	} {
		if got, err := subscribers.ParseName(name); err == nil {
			t.Errorf("%q was taken as %q", name, got)
		} else if !strings.Contains(err.Error(), "link") {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{
		"", "Ana", "J.R.Smith", "J. R. R. Tolkien", "Dr. med. Eva Müller", "O'Neil-Brown", "St.John", "Ana (Marketing)", "Martin Luther King Jr.",
		"Mr. T", "A.B.", "山田 太郎", "علی\u200cرضا", "Renée d'Arc, M. Sc.", "Team: Blue", "Nguyễn Văn A.", "…", "...", "1.5", "C-3PO", "Vol. 2.1",
	} {
		if _, err := subscribers.ParseName(name); err != nil {
			t.Errorf("%q was refused: %v", name, err)
		}
	}
}

// Whatever stands around it, a domain in a name is found.
func TestADomainIsFoundWhereverItStands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		around := rapid.StringMatching(`[ "'(),:;!?<>/|*_~#]{0,4}`)
		name := "Ana " + around.Draw(t, "before") +
			rapid.StringMatching(`[a-zA-Z0-9]{1,9}`).Draw(t, "domain") + rapid.SampledFrom([]string{".com", ".ORG", ".co.uk", ".shop", ".рф"}).Draw(t, "ending") +
			around.Draw(t, "after") + " Lopez"
		if got, err := subscribers.ParseName(name); err == nil {
			t.Fatalf("%q was taken as %q", name, got)
		}
	})
}

func FuzzParseName(f *testing.F) {
	for _, s := range []string{"Ana", "x.com", "ｘ．ｃｏｍ", "a\u202eb", "J.R.Smith", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, err := subscribers.ParseName(s)
		if err != nil {
			return
		}
		if again, err := subscribers.ParseName(name); err != nil || again != name {
			t.Errorf("%q became %q, and that %q, %v", s, name, again, err)
		}
	})
}
