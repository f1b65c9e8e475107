package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Endpoint is a program elsewhere that is told what happens here.
type Endpoint struct {
	// Name is what commands and the database call it; not given: the URL's host. It is
	// 1 to 64 of a-z, 0-9, dots and hyphens.
	Name string `yaml:"name"`
	// URL begins with https://, or with http:// when AllowPrivate. Its path is often a
	// secret.
	URL Secret `yaml:"url"`
	// Secret is one of Standard Webhooks: whsec_ and base64 of 24 bytes or more. It holds
	// the content of SecretFile when that is given.
	Secret     Secret `yaml:"secret"`
	SecretFile string `yaml:"secret_file"`
	// Events are the types that it gets; empty: all.
	Events []string `yaml:"events"`
	// Newsletters are those that it's told about; empty: all.
	Newsletters []string `yaml:"newsletters"`
	// Addresses: it's told readers' addresses and names.
	Addresses bool `yaml:"addresses"`
	// AllowPrivate: it may be on this machine or in a private network.
	AllowPrivate bool `yaml:"allow_private"`
}

func (c *checker) endpoints() {
	names := map[string]int{}
	for i := range c.cfg.Webhooks {
		path, e := fmt.Sprintf("webhooks[%d]", i), &c.cfg.Webhooks[i]
		if c.broken[path] {
			continue
		}
		host := c.endpointURL(path+".url", e)
		c.endpointName(path+".name", e, host)
		if c.secretIn(path+".secret", &e.Secret, &e.SecretFile, "secret") && !c.broken[path+".secret"] && !c.broken[path+".secret_file"] {
			c.endpointSecret(path, e)
		}
		for j, id := range e.Newsletters {
			key := fmt.Sprintf("%s.newsletters[%d]", path, j)
			if !c.broken[key] && !slices.ContainsFunc(c.cfg.Newsletters, func(n Newsletter) bool { return n.ID == id }) {
				c.fault(key, "%s: there is no newsletter %s; write the id of one", key, c.shown(key))
			}
		}
		if e.Name == "" {
			continue
		}
		if first, known := names[e.Name]; known {
			c.fault(path, "%s: is called %s, as webhooks[%d] is; give each a name of its own: name: crm", path, e.Name, first)
		}
		names[e.Name] = i
	}
}

// endpointURL returns the URL's host. It never shows the value: who knows it can often
// post there, too.
func (c *checker) endpointURL(key string, e *Endpoint) (host string) {
	if c.broken[key] {
		return ""
	}
	u, err := url.Parse(e.URL.Reveal())
	switch {
	case e.URL.IsZero():
		c.fault(key, "%s: is required; write the address that events are posted to", key)
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		c.fault(key, "%s: isn't an address to post to; write one such as https://crm.example.com/hooks/dailytip", key)
	case u.User != nil:
		c.fault(key, "%s: has a user name in it; the signature proves who posts", key)
	case u.Scheme == "http" && !e.AllowPrivate:
		c.fault(key, "%s: doesn't begin with https://, and everybody on the way could read what is posted; write https://, or allow_private: true for a program in your own network", key)
	case !e.AllowPrivate && loopback(u.Hostname()):
		c.fault(key, "%s: is this machine; write allow_private: true if events may go there", key)
	default:
		return strings.ToLower(u.Hostname())
	}
	return ""
}

var endpointName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,63}$`)

func (c *checker) endpointName(key string, e *Endpoint, host string) {
	if e.Name == "" && !c.broken[key] {
		e.Name = nameOfHost(host)
	}
	if e.Name != "" && !c.broken[key] && !endpointName.MatchString(e.Name) {
		c.fault(key, "%s: %s isn't 1 to 64 of a-z, 0-9, dots and hyphens; write a name such as crm", key, c.shown(key))
		e.Name = ""
	}
}

// nameOfHost is what an endpoint is called that has no name.
func nameOfHost(host string) string {
	if ip, err := netip.ParseAddr(host); err == nil && ip.Is6() {
		return strings.Trim(strings.ReplaceAll(ip.WithZone("").String(), ":", "-"), "-")
	}
	if ascii, err := hostName(host); err == nil && net.ParseIP(host) == nil {
		return ascii
	}
	return host
}

func (c *checker) endpointSecret(path string, e *Endpoint) {
	key := path + ".secret"
	if e.SecretFile != "" {
		key = path + ".secret_file"
	}
	if e.Secret.IsZero() {
		c.fault(path, "%s.secret: is required; make one with: echo whsec_$(openssl rand -base64 32)", path)
		return
	}
	if err := standardSecret(e.Secret.Reveal()); err != nil {
		c.fault(key, "%s: %v", key, err)
	}
}
