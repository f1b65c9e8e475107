package config

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"
)

// signingKeyPEM is a key that receivers accept.
func signingKeyPEM(t *testing.T) string {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// A selector that no verifier would look for is a fault of the selector, whatever
// the key.
func TestSelectors(t *testing.T) {
	for selector, good := range map[string]bool{
		"tips2026": true, "a.b": true, "A": true, "1": true, "x-1": true,
		"a_b": false, "ü": false, "a._domainkey": false, "'a;d=example.org'": false, "..": false, "a.": false, "-a": false, "a-": false, "'*'": false, "a/b": false,
	} {
		path := write(t, map[string]string{
			"config.yaml": minimal + "dkim: [{domain: example.com, selector: " + selector + ", key_file: key.pem}]\n",
			"key.pem":     signingKeyPEM(t),
		})
		switch _, err := Load(path); {
		case good && err != nil:
			t.Errorf("%s: %v", selector, err)
		case !good && (err == nil || !strings.Contains(err.Error(), "5: dkim[0].selector: ") || strings.Contains(err.Error(), "key_file")):
			t.Errorf("%s: %v", selector, err)
		}
	}
}

// What stands before the key in its file is passed over, as programs write a
// certificate or the parameters of a curve there.
func TestKeyBehindACertificate(t *testing.T) {
	certificate := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")}))
	for text, fault := range map[string]string{
		certificate + signingKeyPEM(t): "", "key:\r\n" + signingKeyPEM(t): "",
		certificate: "no private key in PEM form", "": "no private key in PEM form",
		"0\x82\x04\xa3\x02\x01\x00\x02": "not as DER",
	} {
		path := write(t, map[string]string{
			"config.yaml": minimal + "dkim: [{domain: example.com, selector: a, key_file: key.pem}]\n", "key.pem": text,
		})
		switch _, err := Load(path); {
		case fault == "" && err != nil:
			t.Errorf("%q: %v", text, err)
		case fault != "" && (err == nil || !strings.Contains(err.Error(), fault)):
			t.Errorf("%q: %v; want %s", text, err, fault)
		}
	}
}
