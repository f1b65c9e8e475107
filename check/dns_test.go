package check

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"

	"dailytip/test/dnsserver"
)

// zone starts a DNS server with records, and returns who asks it.
func zone(t *testing.T, records ...string) (*net.Resolver, *dnsserver.Server) {
	t.Helper()
	s, err := dnsserver.Start(records...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return Resolver(s.Addr()), s
}

func txt(name, text string) string { return fmt.Sprintf("%s. 60 IN TXT %q", name, text) }

func wants(t *testing.T, f Finding, result, says string) {
	t.Helper()
	if f.Result != result || !strings.Contains(f.Detail, says) {
		t.Errorf("%s: %s: %s\nwant %s: %s", f.Check, f.Result, f.Detail, result, says)
	}
}

func TestDMARC(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, domain string
		records      []string
		result, says string
	}{
		{"none anywhere", "example.com", nil, Warning, "none was found at _dmarc.example.com"},
		{"its own", "example.com", []string{txt("_dmarc.example.com", "v=DMARC1; p=quarantine; rua=mailto:d@example.com")}, OK, "_dmarc.example.com counts (p=quarantine); the organization is example.com"},
		{"inherited", "news.example.com", []string{txt("_dmarc.example.com", "v=DMARC1; p=reject; sp=none"), "news.example.com. MX 10 mx.example.com."}, OK, "_dmarc.example.com counts (sp=none); the organization is example.com"},
		{"inherited, without sp", "news.example.com", []string{txt("_dmarc.example.com", "v=DMARC1; p=reject"), "news.example.com. A 192.0.2.7"}, OK, "(p=reject)"},
		{"a domain that doesn't exist", "news.example.com", []string{txt("_dmarc.example.com", "v=DMARC1; p=none; sp=none; np=reject")}, Warning, "(np=reject); the organization is example.com. But news.example.com has neither"},
		{"several", "example.com", []string{txt("_dmarc.example.com", "v=DMARC1; p=none"), txt("_dmarc.example.com", "v=DMARC1; p=reject")}, Failed, "several records stand at _dmarc.example.com"},
		{"another record beside it", "example.com", []string{txt("_dmarc.example.com", "some text"), txt("_dmarc.example.com", "v=DMARC1;p=none")}, OK, "(p=none)"},
		{"no DMARC in these letters", "example.com", []string{txt("_dmarc.example.com", "v=dmarc1; p=none")}, Warning, "none was found"},
		{"removed tags", "example.com", []string{txt("_dmarc.example.com", "v=DMARC1; p=reject; pct=50; ri=86400; rf=afrf")}, Warning, "it has pct=, which RFC 9989 removed: t=y"},
		{"tried out", "example.com", []string{txt("_dmarc.example.com", "v=DMARC1; p=reject; t=y")}, Note, "t=y"},
		{"no policy", "example.com", []string{txt("_dmarc.example.com", "v=DMARC1; rua=mailto:d@example.com")}, OK, "(p=none)"},
		{"a policy that there isn't", "example.com", []string{txt("_dmarc.example.com", "v=DMARC1; p=block")}, Warning, "p=block isn't one of none"},
		{"a registry above", "example.bank", []string{txt("_dmarc.bank", "v=DMARC1; p=reject; np=reject; psd=y"), "example.bank. A 192.0.2.7"}, OK, "_dmarc.bank counts (p=reject); the organization is example.bank"},
		{"a part that stands by itself", "a.team.example.com", []string{txt("_dmarc.team.example.com", "v=DMARC1; p=none; psd=n"), txt("_dmarc.example.com", "v=DMARC1; p=reject"), "a.team.example.com. A 192.0.2.7"}, OK, "the organization is team.example.com"},
		{"a registry of its own", "example.com", []string{txt("_dmarc.example.com", "v=DMARC1; p=none; psd=y")}, Warning, "psd=y says that others"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, _ := zone(t, tt.records...)
			wants(t, NewOrganizations(r).DMARC(t.Context(), tt.domain)[0], tt.result, tt.says)
		})
	}
}

// A long name costs eight questions (RFC 9989 §4.10), and a server that fails is no
// answer.
func TestTreeWalk(t *testing.T) {
	t.Parallel()
	r, s := zone(t, txt("_dmarc.example.com", "v=DMARC1; p=none"))
	o := NewOrganizations(r)
	found, _, err := o.walk(t.Context(), "a.b.c.d.e.f.g.h.mail.example.com")
	if err != nil || len(found) != 1 || found[0].domain != "example.com" {
		t.Errorf("%+v, %v", found, err)
	}
	for name, want := range map[string]int{
		"_dmarc.a.b.c.d.e.f.g.h.mail.example.com.": 1, "_dmarc.b.c.d.e.f.g.h.mail.example.com.": 0, "_dmarc.d.e.f.g.h.mail.example.com.": 0,
		"_dmarc.e.f.g.h.mail.example.com.": 1, "_dmarc.mail.example.com.": 1, "_dmarc.com.": 1,
	} {
		if n := s.Asked(name); n != want {
			t.Errorf("%s was asked for %d times, want %d", name, n, want)
		}
	}
	s.Break("_dmarc.example.org.")
	wants(t, o.DMARC(t.Context(), "example.org")[0], Warning, "nobody could be asked")
}

func TestAlignment(t *testing.T) {
	t.Parallel()
	r, _ := zone(t,
		txt("_dmarc.example.com", "v=DMARC1; p=none"), txt("_dmarc.strict.example", "v=DMARC1; p=none; aspf = s; adkim=r"),
		txt("_dmarc.team.big.example", "v=DMARC1; p=none; psd=n"), txt("_dmarc.big.example", "v=DMARC1; p=none"),
	)
	o := NewOrganizations(r)
	for _, tt := range []struct{ kind, checked, from, result, says string }{
		{"SPF", "bounces.example.com", "example.com", OK, "counts for example.com"},
		{"SPF", "example.com", "news.example.com", OK, "counts"},
		{"SPF", "example.net", "example.com", Warning, "another organization"},
		{"SPF", "bounces.strict.example", "strict.example", Warning, "aspf=s"},
		{"DKIM", "bounces.strict.example", "strict.example", OK, "counts"},
		{"SPF", "Strict.example", "strict.example", OK, "counts"},
		{"SPF", "bounces.big.example", "team.big.example", Warning, "another organization"},
		{"SPF", "bounces.norecord.co.uk", "norecord.co.uk", OK, "counts"}, // as the public suffix list has it
		{"SPF", "bounces.other.co.uk", "norecord.co.uk", Warning, "another organization"},
	} {
		wants(t, o.Alignment(t.Context(), tt.kind, tt.checked, tt.from), tt.result, tt.says)
	}
}

func TestSPF(t *testing.T) {
	t.Parallel()
	many := []string{txt("many.example", "v=spf1 include:a.many.example include:b.many.example -all")}
	for _, part := range []string{"a", "b"} {
		var text strings.Builder
		text.WriteString("v=spf1")
		for i := range 5 {
			name := fmt.Sprintf("%s%d.many.example", part, i)
			text.WriteString(" a:" + name)
			many = append(many, name+". A 198.51.100.9")
		}
		many = append(many, txt(part+".many.example", text.String()+" -all"))
	}
	r, s := zone(t, append(many,
		txt("good.example", "v=spf1 ip4:198.51.100.0/24 include:relay.example ~all"), txt("relay.example", "v=spf1 ip4:203.0.113.5 -all"),
		txt("two.example", "v=spf1 -all"), txt("two.example", "v=spf1 mx -all"), txt("two.example", "google-site-verification=x"),
		txt("open.example", "v=spf1 +all"), txt("wrong.example", "v=spf1 ip4:1.2.3 -all"),
		txt("like.example", "v=spf10 -all"),
	)...)
	s.Break("broken.example.")
	address := func(s string) []netip.Addr { return []netip.Addr{netip.MustParseAddr(s)} }
	for _, tt := range []struct {
		domain       string
		from         []netip.Addr
		result, says string
	}{
		{"good.example", nil, OK, "only the relay's operator can tell"},
		{"good.example", address("198.51.100.77"), OK, "v=spf1"},
		{"good.example", address("203.0.113.5"), OK, "v=spf1"},
		{"good.example", address("203.0.113.6"), Warning, "doesn't cover 203.0.113.6 (softfail); if mails leave from it, add it"},
		{"two.example", nil, Failed, "2 records that begin with v=spf1 stand at two.example"},
		{"open.example", nil, Warning, "lets everybody send"},
		{"wrong.example", nil, Failed, "can't be evaluated"},
		{"many.example", nil, Failed, "more than 10 lookups"},
		{"like.example", nil, Warning, "none was found"},
		{"none.example", nil, Warning, "none was found"},
		{"broken.example", nil, Warning, "nobody could be asked"},
	} {
		wants(t, SPF(t.Context(), r, tt.domain, tt.from), tt.result, tt.says)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	r, _ := zone(t,
		"7.100.51.198.in-addr.arpa. PTR mail.example.com.", "mail.example.com. A 198.51.100.7",
		"8.100.51.198.in-addr.arpa. PTR other.example.com.", "other.example.com. A 198.51.100.99",
	)
	for address, want := range map[string][2]string{
		"198.51.100.7": {OK, "mail.example.com, and back"},
		"198.51.100.8": {Warning, "its name other.example.com doesn't lead back"},
		"198.51.100.9": {Warning, "it has no name (PTR record): if mails leave from it"},
	} {
		wants(t, Names(t.Context(), r, []netip.Addr{netip.MustParseAddr(address)})[0], want[0], want[1])
	}
	r, _ = zone(t, "mail.example.com. A 9.9.9.9", "mail.example.com. A 10.0.0.1")
	if got := Leaves(t.Context(), r, "mail.example.com.", true); len(got) != 1 || got[0].String() != "9.9.9.9" {
		t.Errorf("mails leave from %v", got)
	}
	if got := Leaves(t.Context(), r, "mail.example.com.", false); len(got) != 0 {
		t.Errorf("somebody else's relay: %v", got)
	}
}

func FuzzParsePolicy(f *testing.F) {
	f.Add("v=DMARC1; p=none; rua=mailto:a@b.c")
	f.Add("v=DMARC1")
	f.Add("v=DMARC1;;=;p==;P=x;p=none")
	f.Fuzz(func(t *testing.T, record string) {
		tags, ok := parsePolicy(record)
		if ok && tags["v"] != "DMARC1" || !ok && tags != nil {
			t.Errorf("%q: %v, %t", record, tags, ok)
		}
	})
}

// Mails to a domain without an MX record go to its address, and a server that fails
// hasn't said that there's no record.
func TestMX(t *testing.T) {
	t.Parallel()
	r, dns := zone(t, "mx.example. MX 10 mail.mx.example.", "address.example. A 198.51.100.7", txt("text.example", "v=spf1 -all"), "null.example. MX 0 .")
	dns.Break("broken.example.")
	for domain, want := range map[string]struct{ result, says string }{
		"mx.example":      {OK, "answers and bounces can arrive"},
		"address.example": {OK, "so answers and bounces go to its own address, 198.51.100.7"},
		"text.example":    {Warning, "neither an MX record nor an address"},
		"none.example":    {Warning, "neither an MX record nor an address"},
		"null.example":    {Warning, "it takes no mail"},
		"broken.example":  {Warning, "nobody could be asked"},
	} {
		f := MX(t.Context(), r, domain)
		wants(t, f, want.result, want.says)
	}
}
