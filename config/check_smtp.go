package config

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math"
	"net"
	"regexp"
	"strings"

	"dailytip/safefile"
)

func (c *checker) relays() {
	if len(c.cfg.SMTP) == 0 && !c.broken["smtp"] {
		c.fault("smtp", "smtp: the list is empty; write at least one relay, or remove the key for localhost:25")
	}
	for i := range c.cfg.SMTP {
		c.relay(fmt.Sprintf("smtp[%d]", i), &c.cfg.SMTP[i])
	}
}

func (c *checker) relay(path string, r *Relay) {
	if c.broken[path] {
		return
	}
	c.relayHost(path+".host", r.Host)
	c.within(path+".port", r.Port, 1, 65535)
	c.oneOf(path+".tls", r.TLS, "mandatory", "opportunistic", "implicit", "none")
	c.oneOf(path+".auth", r.Auth, "auto", "plain", "login", "cram-md5", "scram-sha-256", "xoauth2", "none")
	c.within(path+".connections", r.Connections, 1, 100)
	c.within(path+".in_flight", r.InFlight, 1, 10000)
	c.within(path+".daily_limit", r.DailyLimit, 0, math.MaxInt32)
	c.rate(path+".rate", r.Rate)
	if r.TLS == "implicit" && r.Port == 25 {
		c.fault(path+".tls", "%s.tls: port 25 doesn't speak implicit TLS; write port: 465, or tls: mandatory for STARTTLS", path)
	}
	c.caFile(path+".ca_file", &r.CAFile)
	c.login(path, r)
}

func (c *checker) rate(path string, rate float64) {
	if !(rate >= 0 && rate <= 1e6) { // also catches NaN
		c.fault(path, "%s: %v is out of range; write the most messages a second, up to 1000000, or 0 for no limit", path, rate)
	}
}

// domains checks the limits and writes the domains' names as mail has them.
func (c *checker) domains() {
	named := map[string]Domain{}
	for name, limit := range c.cfg.Domains {
		path := tableKey("domains", name)
		if c.broken[path] {
			continue
		}
		ascii, err := hostName(name)
		if err != nil {
			c.fault(path, "%s: %v; write a recipient domain, such as gmail.com", path, err)
			continue
		}
		c.within(path+".connections", limit.Connections, 0, 100)
		c.rate(path+".rate", limit.Rate)
		if limit == (Domain{}) && !c.broken[path+".connections"] && !c.broken[path+".rate"] {
			c.fault(path, "%s: has no limit; write connections: or rate:, or remove it", path)
		}
		named[strings.ToLower(ascii)] = limit
	}
	if len(c.cfg.Domains) > 0 {
		c.cfg.Domains = named
	}
}

func (c *checker) relayHost(path, host string) {
	switch {
	case c.broken[path]:
	case strings.TrimSpace(host) == "":
		c.fault(path, "%s: is empty; write the relay's host name, such as smtp.example.com", path)
	case net.ParseIP(host) != nil:
	case strings.ContainsAny(host, ":/@"):
		c.fault(path, "%s: %s isn't a host name; write the name alone, the port goes to port:", path, c.shown(path))
	default:
		if _, err := hostName(host); err != nil {
			c.fault(path, "%s: %s isn't a host name; write one such as smtp.example.com, or an IP address", path, c.shown(path))
		}
	}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (c *checker) caFile(path string, value *string) {
	if *value == "" || c.broken[path] {
		return
	}
	*value = c.abs(*value)
	data, err := safefile.Read(*value, 1<<20)
	switch {
	case err != nil:
		c.fault(path, "%s: %v; write the path of a PEM file with the authority's certificate", path, err)
	case !x509.NewCertPool().AppendCertsFromPEM(data):
		c.fault(path, "%s: %s holds no PEM certificate; it must have a line -----BEGIN CERTIFICATE-----", path, *value)
	}
}

func (c *checker) dkim(path string, k *DKIM) {
	if c.broken[path] {
		return
	}
	for _, v := range []struct{ key, value, example string }{
		{"domain", k.Domain, "example.com"}, {"selector", k.Selector, "tips2026"}, {"key_file", k.KeyFile, "dkim.pem"},
	} {
		if v.value == "" && !c.broken[path+"."+v.key] {
			c.fault(path, "%s.%s: is missing; write one such as %s: %s", path, v.key, v.key, v.example)
		}
	}
	if k.Domain != "" {
		if ascii, err := hostName(k.Domain); err != nil {
			c.fault(path+".domain", "%s.domain: %v", path, err)
		} else {
			k.Domain = ascii
		}
	}
	if k.Selector != "" {
		if !selector.MatchString(k.Selector) {
			c.fault(path+".selector", "%s.selector: %s isn't a selector; write letters, digits and hyphens, such as tips2026", path, c.shown(path+".selector"))
		}
	}
	if k.KeyFile == "" || c.broken[path+".key_file"] {
		return
	}
	k.KeyFile = c.secretPath(k.KeyFile)
	const advice = "dailytip dkim keygen makes one that works"
	text, err := safefile.ReadSecret(k.KeyFile)
	if err != nil {
		c.unread(path+".key_file", err, advice)
	} else if err := signingKey([]byte(text)); err != nil {
		c.fault(path+".key_file", "%s.key_file: %v; %s", path, err, advice)
	}
}

// selector is RFC 6376 §3.1: labels of letters, digits and hyphens.
var selector = regexp.MustCompile(`(?i)^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$`)

// signingKey checks that data is a private key that receivers accept: RFC 8301
// §3.2 asks for 1024 bits at least and for 2048 where possible.
func signingKey(data []byte) error {
	block, rest := pem.Decode(bytes.TrimSpace(data))
	for block != nil && !strings.HasSuffix(block.Type, "PRIVATE KEY") { // a certificate, or a curve's parameters
		block, rest = pem.Decode(rest)
	}
	if block == nil {
		return errors.New("the file holds no private key in PEM form; it must have a line -----BEGIN PRIVATE KEY-----")
	}
	var key any
	var err error
	if block.Type == "RSA PRIVATE KEY" {
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	} else {
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	}
	switch k := key.(type) {
	case *rsa.PrivateKey:
		if err == nil && k.N.BitLen() < 2048 {
			return fmt.Errorf("the key has %d bits, fewer than 2048", k.N.BitLen())
		}
	case ed25519.PrivateKey:
	default:
		err = errors.New("neither RSA nor Ed25519")
	}
	if err != nil {
		return errors.New("the file holds no private key of type RSA or Ed25519 without a passphrase")
	}
	return nil
}
