package dkim

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
)

// made are keys for all tests: making RSA keys takes time.
var made = map[string]func() []byte{
	RSA:     sync.OnceValue(func() []byte { data, _, _ := Generate(RSA); return data }),
	Ed25519: sync.OnceValue(func() []byte { data, _, _ := Generate(Ed25519); return data }),
}

func newKey(t testing.TB, kind, domain, selector string) *Key {
	t.Helper()
	k, err := Parse(domain, selector, made[kind]())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func block(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func pkcs8(t *testing.T, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return block("PRIVATE KEY", der)
}

func TestParse(t *testing.T) {
	t.Setenv("GODEBUG", "rsa1024min=0")
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	curveDER, err := x509.MarshalECPrivateKey(curve)
	if err != nil {
		t.Fatal(err)
	}
	good := newKey(t, RSA, "example.com", "a").private.(*rsa.PrivateKey)
	public, err := x509.MarshalPKIXPublicKey(good.Public())
	if err != nil {
		t.Fatal(err)
	}
	locked := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-128-CBC,00"}, Bytes: []byte{1}})
	for name, c := range map[string]struct {
		data []byte
		kind string // what is read, or
		err  string // what is said
	}{
		"PKCS#8 RSA":            {made[RSA](), RSA, ""},
		"PKCS#8 Ed25519":        {made[Ed25519](), Ed25519, ""},
		"PKCS#1":                {block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(good)), RSA, ""},
		"text and blocks first": {append([]byte("# mine\n"+string(block("EC PARAMETERS", []byte{6}))), made[RSA]()...), RSA, ""},
		"1024 bits":             {pkcs8(t, weak), "", "1024 bits"},
		"1024 bits, PKCS#1":     {block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(weak)), "", "1024 bits"},
		"curve":                 {pkcs8(t, curve), "", "only RSA and Ed25519"},
		"curve, SEC 1":          {block("EC PRIVATE KEY", curveDER), "", "only RSA and Ed25519"},
		"passphrase":            {block("ENCRYPTED PRIVATE KEY", []byte{1}), "", "passphrase"},
		"old passphrase":        {locked, "", "passphrase"},
		"public key":            {block("PUBLIC KEY", public), "", "holds a public key, not a private key"},
		"damaged":               {block("PRIVATE KEY", []byte("0")), "", "damaged"},
		"damaged PKCS#1":        {block("RSA PRIVATE KEY", []byte("0")), "", "damaged"},
		"nothing":               {nil, "", "BEGIN PRIVATE KEY"},
		"no PEM":                {[]byte("hello"), "", "BEGIN PRIVATE KEY"},
	} {
		k, err := Parse("example.com", "tips", c.data)
		switch {
		case c.err != "":
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: %v, want an error with %q", name, err, c.err)
			}
		case err != nil:
			t.Errorf("%s: %v", name, err)
		case k.Kind() != c.kind:
			t.Errorf("%s: a key of type %s, want %s", name, k.Kind(), c.kind)
		}
	}
}

func TestNames(t *testing.T) {
	long := strings.Repeat("a", 63)
	for _, c := range []struct{ domain, selector, want string }{
		{"example.com", "tips2026", "tips2026._domainkey.example.com"},
		{"Example.COM.", "Tips", "tips._domainkey.example.com"},
		{"bücher.example", "a.b", "a.b._domainkey.xn--bcher-kva.example"},
		{"", "a", ""},
		{"com", "a", ""},
		{"exam ple.com", "a", ""},
		{"example..com", "a", ""},
		{"example.com;d=x.org", "a", ""},
		{"example.com", "", ""},
		{"example.com", "a b", ""},
		{"example.com", "a;s=b", ""},
		{"example.com", "a\r\nb", ""},
		{"example.com", "-a", ""},
		{"example.com", "a_b", ""},
		{"example.com", "a._domainkey", ""},
		{"example.com", "ü", ""},
		{"example.com", long + "a", ""},
		{long + "." + long + "." + long + ".example", long, ""},
	} {
		k, err := Parse(c.domain, c.selector, made[Ed25519]())
		switch {
		case c.want == "" && err == nil:
			t.Errorf("%q %q: taken as %s", c.domain, c.selector, k.Name())
		case c.want != "" && (err != nil || k.Name() != c.want):
			t.Errorf("%q %q: %v, %v; want %s", c.domain, c.selector, k, err, c.want)
		}
	}
}

// TestKeyKeepsItsSecret prints a key in every way that a log might.
func TestKeyKeepsItsSecret(t *testing.T) {
	for _, kind := range []string{RSA, Ed25519} {
		k := newKey(t, kind, "example.com", "tips")
		secrets := []string{}
		switch p := k.private.(type) {
		case *rsa.PrivateKey:
			secrets = append(secrets, p.D.String(), fmt.Sprintf("%x", p.D), p.Primes[0].String())
		case ed25519.PrivateKey:
			secrets = append(secrets, fmt.Sprint(p.Seed()), fmt.Sprintf("%x", p.Seed()))
		}
		var b bytes.Buffer
		for _, v := range []any{k, *k, []*Key{k}, struct{ K *Key }{k}, struct{ K Key }{*k}} {
			fmt.Fprintf(&b, "%v %+v %#v %s %q %x\n", v, v, v, v, v, v)
			slog.New(slog.NewTextHandler(&b, nil)).Info("key", "key", v)
			slog.New(slog.NewJSONHandler(&b, nil)).Info("key", "key", v)
			if err := json.NewEncoder(&b).Encode(v); err != nil {
				t.Fatal(err)
			}
		}
		for _, s := range secrets {
			if hit := strings.Trim(s, "[]"); strings.Contains(b.String(), hit) {
				t.Errorf("%s: the secret shows", kind)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("example.com", "tips", made[RSA]())
	f.Add("bücher.example", "a.b", made[Ed25519]())
	f.Add("com", "", []byte("-----BEGIN EC PRIVATE KEY-----\n-----END EC PRIVATE KEY-----\n"))
	f.Fuzz(func(t *testing.T, domain, selector string, data []byte) {
		k, err := Parse(domain, selector, data)
		if err != nil {
			return
		}
		if strings.ContainsAny(k.Name(), " ;:=\r\n\"") || len(k.Name()) > 253 {
			t.Errorf("a name that breaks a header: %q", k.Name())
		}
		if _, _, err := parseRecord(k.Record()); err != nil {
			t.Errorf("our own record: %v", err)
		}
	})
}
