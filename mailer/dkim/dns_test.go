package dkim

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// nameServer answers questions for TXT records from a table, over UDP, and
// returns a resolver that asks it. What isn't in the table doesn't exist.
func nameServer(t *testing.T, records map[string][][]string) *net.Resolver {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		buffer := make([]byte, 4096)
		for {
			n, who, err := c.ReadFrom(buffer)
			if err != nil {
				return
			}
			if answer := answerTXT(buffer[:n], records); answer != nil {
				_, _ = c.WriteTo(answer, who)
			}
		}
	}()
	t.Cleanup(func() {
		c.Close()
		<-ended
	})
	return resolverAt(c.LocalAddr().String())
}

func resolverAt(address string) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", address)
	}}
}

func answerTXT(question []byte, records map[string][][]string) []byte {
	var m dnsmessage.Message
	if err := m.Unpack(question); err != nil || len(m.Questions) != 1 {
		return nil
	}
	m.Response, m.Authoritative, m.RecursionAvailable, m.Additionals = true, true, true, nil
	q := m.Questions[0]
	all, found := records[strings.TrimSuffix(q.Name.String(), ".")]
	if !found {
		m.RCode = dnsmessage.RCodeNameError
	}
	for _, strings := range all {
		m.Answers = append(m.Answers, dnsmessage.Resource{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Type: dnsmessage.TypeTXT, Class: dnsmessage.ClassINET, TTL: 1},
			Body:   &dnsmessage.TXTResource{TXT: strings},
		})
	}
	answer, err := m.Pack()
	if err != nil {
		return nil
	}
	return answer
}

// cut is how a long record stands in DNS.
func cut(record string) []string {
	var parts []string
	for ; len(record) > 255; record = record[255:] {
		parts = append(parts, record[:255])
	}
	return append(parts, record)
}

func TestCheckDNS(t *testing.T) {
	rsaKey, ed := newKey(t, RSA, "example.com", "r"), newKey(t, Ed25519, "example.com", "e")
	foreign, _, err := Generate(RSA)
	if err != nil {
		t.Fatal(err)
	}
	other, err := Parse("example.com", "r", foreign)
	if err != nil {
		t.Fatal(err)
	}
	pkcs1 := base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PublicKey(&rsaKey.private.(*rsa.PrivateKey).PublicKey))
	p := rsaKey.Record()[strings.Index(rsaKey.Record(), "p=")+2:]
	for name, c := range map[string]struct {
		key     *Key
		records []string // nil: the name doesn't exist
		want    string   // "" when all is well
	}{
		"RSA":              {rsaKey, []string{rsaKey.Record()}, ""},
		"Ed25519":          {ed, []string{ed.Record()}, ""},
		"no k, no v":       {rsaKey, []string{"p=" + p}, ""},
		"blanks":           {rsaKey, []string{"v=DKIM1 ;k = rsa; h=sha1:sha256; s=email; t=s; n=note; p=" + p[:70] + " " + p[70:] + ";"}, ""},
		"PKCS#1":           {rsaKey, []string{"v=DKIM1; p=" + pkcs1}, ""},
		"none":             {rsaKey, nil, "there is no TXT record at r._domainkey.example.com"},
		"no data":          {rsaKey, []string{}, "there is no TXT record"},
		"two":              {rsaKey, []string{rsaKey.Record(), "v=spf1 -all"}, "2 TXT records"},
		"another key":      {rsaKey, []string{other.Record()}, "another key than ours"},
		"cut off":          {rsaKey, []string{rsaKey.Record()[:255]}, "was it cut off"},
		"the other's type": {rsaKey, []string{ed.Record()}, "for a key of type ed25519, ours is of type rsa"},
		"revoked":          {rsaKey, []string{"v=DKIM1; p="}, "revoked"},
		"no p":             {rsaKey, []string{"v=DKIM1; k=rsa"}, "no p="},
		"quotes":           {rsaKey, []string{`v=DKIM1; p="` + p + `"`}, "isn't base64"},
		"backslashes":      {rsaKey, []string{`v=DKIM1\; k=rsa\; p=` + p}, "v=DKIM1 must be the first"},
		"testing":          {rsaKey, []string{rsaKey.Record() + "; t=y:s"}, "t=y"},
		"sha1 only":        {rsaKey, []string{rsaKey.Record() + "; h=sha1"}, "leaves out sha256"},
		"no mail":          {rsaKey, []string{rsaKey.Record() + "; s=tlsrpt"}, "leaves out email"},
		"another version":  {rsaKey, []string{"v=DKIM2; p=" + p}, "v=DKIM1"},
		"v comes later":    {rsaKey, []string{"k=rsa; v=DKIM1; p=" + p}, "v=DKIM1 must be the first"},
		"twice":            {rsaKey, []string{rsaKey.Record() + "; p=" + p}, "p= twice"},
		"SPF":              {rsaKey, []string{"v=spf1 -all"}, "v=DKIM1"},
		"words":            {rsaKey, []string{"hello"}, "isn't NAME=VALUE"},
	} {
		t.Run(name, func(t *testing.T) {
			table := map[string][][]string{}
			if c.records != nil {
				table[c.key.Name()] = [][]string{}
			}
			for _, r := range c.records {
				table[c.key.Name()] = append(table[c.key.Name()], cut(r))
			}
			err := CheckDNS(t.Context(), nameServer(t, table), c.key)
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if errors.Is(err, ErrUnreachable) {
				t.Errorf("unreachable: %v", err)
			}
			refused(t, err, c.want, c.key.Name(), c.key.Record())
		})
	}
}

func TestCheckDNSUnreachable(t *testing.T) {
	// A name server that never answers.
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	err = CheckDNS(ctx, resolverAt(c.LocalAddr().String()), newKey(t, RSA, "example.com", "r"))
	if !errors.Is(err, ErrUnreachable) {
		t.Errorf("error %v, want ErrUnreachable", err)
	}
}

func TestZone(t *testing.T) {
	for _, kind := range []string{RSA, Ed25519} {
		k := newKey(t, kind, "example.com", "tips")
		zone := k.Zone()
		rest, found := strings.CutPrefix(zone, "tips._domainkey.example.com. 3600 IN TXT ( ")
		rest, ends := strings.CutSuffix(rest, " )")
		if !found || !ends {
			t.Fatalf("zone %s", zone)
		}
		var joined strings.Builder
		for part := range strings.SplitSeq(rest, "\n\t") {
			if len(part)-2 > 255 || part[0] != '"' || part[len(part)-1] != '"' {
				t.Errorf("%s: a string of %d octets: %s", kind, len(part)-2, part)
			}
			joined.WriteString(part[1 : len(part)-1])
		}
		if joined.String() != k.Record() {
			t.Errorf("%s: %s joins to another record", kind, zone)
		}
	}
}

func TestGenerateUnknown(t *testing.T) {
	_, _, err := Generate("dsa")
	refused(t, err, `"dsa"`, "rsa or ed25519")
}

func FuzzRecord(f *testing.F) {
	for _, s := range []string{"v=DKIM1; k=rsa; p=QQ==", "p=", "v=DKIM1;h=sha1:sha256;s=*;t=y;p=QQ", ";;=;", "v=DKIM1; p=Q Q = ="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		kind, public, err := parseRecord(s)
		if err == nil && (kind == "" || len(public) == 0) {
			t.Errorf("%q: neither key nor error", s)
		}
	})
}
