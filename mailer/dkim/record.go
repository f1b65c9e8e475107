package dkim

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// bits of the RSA keys that we make: what every receiver verifies, and the most
// that fits into a DNS answer without trouble.
const bits = 2048

// Generate makes a key of a kind, [RSA] or [Ed25519]. It returns the private key
// as PEM (PKCS#8) and the value of the TXT record for its public half.
func Generate(kind string) (pemBytes []byte, record string, err error) {
	var private crypto.Signer
	switch kind {
	case RSA:
		private, err = rsa.GenerateKey(rand.Reader, bits)
	case Ed25519:
		_, private, err = ed25519.GenerateKey(rand.Reader)
	default:
		return nil, "", fmt.Errorf("there is no DKIM key of type %q; write %s or %s", kind, RSA, Ed25519)
	}
	if err != nil {
		return nil, "", fmt.Errorf("make DKIM key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, "", fmt.Errorf("make DKIM key: %w", err)
	}
	k := Key{private: private}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), k.Record(), nil
}

// Record is the value of the TXT record that must stand at [Key.Name] (RFC 6376
// §3.6.1, RFC 8463 §4), as the web forms of DNS providers take it.
func (k *Key) Record() string {
	return "v=DKIM1; k=" + k.Kind() + "; p=" + base64.StdEncoding.EncodeToString(publicBytes(k.private.Public()))
}

// publicBytes is what p= holds: for RSA a SubjectPublicKeyInfo (RFC 6376 erratum
// 3017), for Ed25519 the 32 bytes themselves (RFC 8463 §4.2).
func publicBytes(public crypto.PublicKey) []byte {
	switch p := public.(type) {
	case ed25519.PublicKey:
		return p
	case *rsa.PublicKey:
		der, _ := x509.MarshalPKIXPublicKey(p) // fails for other types only
		return der
	}
	return nil
}

// Zone is the record as a line of a zone file (RFC 1035 §5.1). A string in DNS
// has at most 255 octets, so a long record is several, which receivers join
// without a blank (RFC 6376 §3.6.2.2).
func (k *Key) Zone() string {
	const most = 255
	var parts []string
	rest := k.Record()
	for len(rest) > most {
		parts = append(parts, `"`+rest[:most]+`"`)
		rest = rest[most:]
	}
	parts = append(parts, `"`+rest+`"`)
	return k.Name() + ". 3600 IN TXT ( " + strings.Join(parts, "\n\t") + " )"
}

// parseRecord reads a published record and returns the bytes of its public key,
// or what keeps receivers from verifying with it (RFC 6376 §3.6.1, §6.1.2).
func parseRecord(text string) (kind string, public []byte, err error) {
	tags := map[string]string{}
	for i, field := range strings.Split(text, ";") {
		name, value, found := strings.Cut(field, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		_, twice := tags[name]
		switch {
		case strings.TrimSpace(field) == "":
			continue
		case !found || name == "":
			return "", nil, fmt.Errorf("%q isn't NAME=VALUE", short(field))
		case twice:
			return "", nil, fmt.Errorf("it has %s= twice", short(name))
		case name == "v" && (i > 0 || value != "DKIM1"):
			return "", nil, errors.New("v=DKIM1 must be the first")
		}
		tags[name] = value
	}
	value, found := tags["p"]
	switch {
	case !found:
		return "", nil, errors.New("it has no p=, the public key")
	case value == "":
		return "", nil, errors.New("its p= is empty, which says that the key is revoked")
	case !lists(tags, "h", "sha256"):
		return "", nil, errors.New("its h= leaves out sha256, which we sign with")
	case !lists(tags, "s", "*", "email"):
		return "", nil, errors.New("its s= leaves out email")
	case strings.Contains(":"+tags["t"]+":", ":y:"):
		return "", nil, errors.New("its t=y says that you are testing, so receivers treat your mails as unsigned; publish it without")
	}
	public, err = base64.StdEncoding.DecodeString(strings.Join(strings.Fields(value), ""))
	if err != nil {
		return "", nil, errors.New("its p= isn't base64; was it cut off or put in quotes by the DNS form?")
	}
	if kind = tags["k"]; kind == "" {
		kind = RSA
	}
	return kind, public, nil
}

// lists tells whether a tag, a list with colons, is absent or has one of words.
func lists(tags map[string]string, tag string, words ...string) bool {
	value, found := tags[tag]
	if !found {
		return true
	}
	for part := range strings.SplitSeq(value, ":") {
		for _, w := range words {
			if strings.TrimSpace(part) == w {
				return true
			}
		}
	}
	return false
}

// short keeps a stranger's text in a message to a few characters.
func short(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
