package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// site checks what is about the readers' pages.
func (c *checker) site() {
	for i := range c.cfg.TrustedProxies {
		c.proxy(fmt.Sprintf("trusted_proxies[%d]", i), &c.cfg.TrustedProxies[i])
	}
	s := &c.cfg.Signup
	c.within("signup.per_network", s.PerNetwork, 0, 1_000_000)
	c.within("signup.per_domain", s.PerDomain, 0, 1_000_000)
	c.within("signup.total", s.Total, 0, 1_000_000)
	for i := range s.Origins {
		c.origin(fmt.Sprintf("signup.origins[%d]", i), &s.Origins[i])
	}
}

// proxy checks an address or a network, and writes it as a network.
func (c *checker) proxy(path string, value *string) {
	if c.broken[path] {
		return
	}
	network, err := netip.ParsePrefix(*value)
	if err != nil {
		address, err := netip.ParseAddr(*value)
		if err != nil || address.Zone() != "" {
			c.fault(path, "%s: %s is no address and no network; write one such as 127.0.0.1, 10.0.0.0/8 or fd00::/8", path, c.shown(path))
			return
		}
		network = netip.PrefixFrom(address, address.BitLen())
	}
	if network != network.Masked() {
		c.fault(path, "%s: %s has bits behind its prefix; write %s", path, c.shown(path), network.Masked())
		return
	}
	if network.Bits() == 0 {
		c.fault(path, "%s: %s is everybody, and then everybody could write their address as they like; name your proxies", path, c.shown(path))
		return
	}
	*value = network.String()
}

// origin checks a site as a browser names it (RFC 6454 §6.2), and writes it as
// a browser does.
func (c *checker) origin(path string, value *string) {
	if c.broken[path] {
		return
	}
	u, err := url.Parse(*value)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil ||
		strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		c.fault(path, "%s: %s is no site; write its scheme and host alone, such as https://www.example.com", path, c.shown(path))
		return
	}
	host, port := u.Hostname(), u.Port()
	if _, err := netip.ParseAddr(host); err != nil {
		if host, err = hostName(host); err != nil {
			c.fault(path, "%s: %s has no usable host name; write one such as https://www.example.com", path, c.shown(path))
			return
		}
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port != "" && !slices.Contains([]string{"https:443", "http:80"}, u.Scheme+":"+port) {
		host += ":" + port
	}
	*value = u.Scheme + "://" + strings.ToLower(host)
}
