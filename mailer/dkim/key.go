package dkim

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/net/idna"
)

// Key signs the mails of a domain. It prints itself without its secret.
type Key struct {
	Domain   string // in ASCII and lower case: the d= of signatures
	Selector string // the s= of signatures
	private  crypto.Signer
}

// The kinds of keys, as the k= of a DNS record names them (RFC 6376 §3.6.1, RFC
// 8463 §4.2).
const (
	RSA     = "rsa"
	Ed25519 = "ed25519"
)

// Kind is [RSA] or [Ed25519].
func (k *Key) Kind() string {
	if _, ok := k.private.(ed25519.PrivateKey); ok {
		return Ed25519
	}
	return RSA
}

// Name is where the public key stands in DNS, without a dot at the end (RFC 6376
// §3.6.2.1).
func (k *Key) Name() string { return k.Selector + "._domainkey." + k.Domain }

// String names the key; the secret never shows, whatever the verb.
func (k Key) String() string { return k.Name() }

// GoString is for %#v.
func (k Key) GoString() string { return k.Name() }

// Parse reads a private key from PEM: PKCS#8, or PKCS#1 for RSA. The selector
// and the domain become part of a name in DNS and are checked.
func Parse(domain, selector string, data []byte) (*Key, error) {
	domain, selector, err := checkNames(domain, selector)
	if err != nil {
		return nil, err
	}
	private, err := parsePEM(data)
	if err != nil {
		return nil, err
	}
	return &Key{Domain: domain, Selector: selector, private: private}, nil
}

// parsePEM takes the first private key of a file; OpenSSL puts the parameters of
// elliptic curves before it.
func parsePEM(data []byte) (crypto.Signer, error) {
	found := ""
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Headers["DEK-Info"] != "" {
			return nil, errPassphrase
		}
		switch block.Type {
		case "PRIVATE KEY":
			key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
			if err != nil {
				return nil, fmt.Errorf("the private key is damaged: %w", err)
			}
			return usable(key)
		case "RSA PRIVATE KEY":
			key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
			if err != nil {
				return nil, fmt.Errorf("the private key is damaged: %w", err)
			}
			return usable(key)
		case "EC PRIVATE KEY":
			return nil, errCurve
		case "ENCRYPTED PRIVATE KEY":
			return nil, errPassphrase
		}
		found = block.Type
	}
	if found != "" {
		return nil, fmt.Errorf("it holds a %s, not a private key", strings.ToLower(found))
	}
	return nil, errors.New("it holds no PEM key; it must have a line -----BEGIN PRIVATE KEY-----")
}

var (
	errPassphrase = errors.New("the key has a passphrase, which a daemon can't type; write it without one: openssl pkey -in OLD -out NEW")
	errCurve      = errors.New("DKIM knows no such elliptic-curve key, only RSA and Ed25519; make one with dailytip dkim keygen")
)

// usable refuses what receivers don't accept. Signatures of less than 1024 bits
// don't verify, less than 2048 shouldn't be made, and more than 4096 needn't be
// understood (RFC 8301 §3.2).
func usable(key any) (crypto.Signer, error) {
	switch k := key.(type) {
	case ed25519.PrivateKey:
		return k, nil
	case *rsa.PrivateKey:
		if bits := k.N.BitLen(); bits < 2048 || bits > 4096 {
			return nil, fmt.Errorf("the RSA key has %d bits; receivers want 2048 to 4096: make one with dailytip dkim keygen", bits)
		}
		return k, nil
	}
	return nil, errCurve
}

// label is RFC 6376 §3.1: letters, digits and hyphens.
var label = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// checkNames brings domain and selector to their form in DNS.
func checkNames(domain, selector string) (string, string, error) {
	ascii := asciiDomain(domain)
	if !strings.Contains(ascii, ".") || !isName(ascii) {
		return "", "", fmt.Errorf("the domain %q isn't one; write one such as example.com", domain)
	}
	selector = strings.ToLower(selector)
	if !isName(selector) {
		return "", "", fmt.Errorf("the selector %q isn't one; write letters, digits and hyphens, such as tips2026", selector)
	}
	if len(selector)+len("._domainkey.")+len(ascii) > 253 {
		return "", "", errors.New("selector and domain are too long together: a name in DNS has at most 253 characters")
	}
	return ascii, selector, nil
}

func isName(s string) bool {
	for part := range strings.SplitSeq(s, ".") {
		if !label.MatchString(part) {
			return false
		}
	}
	return true
}

// asciiDomain is a domain as DNS has it (RFC 5891), "" when it is none.
func asciiDomain(domain string) string {
	ascii, err := idna.Lookup.ToASCII(strings.ToLower(strings.TrimSuffix(domain, ".")))
	if err != nil {
		return ""
	}
	return ascii
}
