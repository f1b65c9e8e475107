package config

import (
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"dailytip/pgurl"
	"dailytip/safetext"
)

// checker looks for values that have the right type and still can't work. It
// also fills in the defaults that depend on other values, and joins relative
// paths to the file's folder.
type checker struct {
	*decoder
	cfg *Config
	dir string
}

func (c *checker) check() {
	cfg := c.cfg
	c.baseURL("base_url", &cfg.BaseURL)
	c.listen("listen", cfg.Listen, true)
	c.listen("metrics.listen", cfg.Metrics.Listen, false)
	if cfg.Listen == cfg.Metrics.Listen && c.written("listen") && !strings.HasSuffix(cfg.Listen, ":0") {
		c.fault("metrics.listen", "metrics.listen: %s is taken by listen already; write another port, or \"\" for no metrics", c.shown("metrics.listen"))
	}
	c.database("database", &cfg.Database)
	c.senders()
	c.pingURL("ping_url", cfg.PingURL)
	c.keepDeliveries("keep_deliveries", cfg.KeepDeliveries)
	c.postalAddress("postal_address", &cfg.PostalAddress)
	c.relays()
	c.domains()
	for i := range cfg.DKIM {
		c.dkim(fmt.Sprintf("dkim[%d]", i), &cfg.DKIM[i])
	}
	c.newsletters()
	c.site()
	c.bounces("bounces", &cfg.Bounces)
	c.endpoints()
	c.admin()
}

// written reports whether path stands in the file, with a value that could be
// decoded.
func (c *checker) written(path string) bool {
	_, ok := c.lines[path]
	return ok && !c.broken[path]
}

// oneOf checks an enumeration.
func (c *checker) oneOf(path, value string, allowed ...string) {
	if c.broken[path] || slices.Contains(allowed, value) {
		return
	}
	list := strings.Join(allowed[:len(allowed)-1], ", ") + " or " + allowed[len(allowed)-1]
	if guess := nearest(value, allowed); guess != "" {
		c.fault(path, "%s: %s isn't one of its values; did you mean %s? (%s)", path, c.shown(path), guess, list)
		return
	}
	c.fault(path, "%s: %s isn't one of its values; write %s", path, c.shown(path), list)
}

// within checks a whole number.
func (c *checker) within(path string, value, low, high int) {
	if !c.broken[path] && (value < low || value > high) {
		c.fault(path, "%s: %d is out of range; write %d to %d", path, value, low, high)
	}
}

// pingURL never shows the value: who knows it can silence the monitor.
func (c *checker) pingURL(path string, value Secret) {
	if c.broken[path] || value.IsZero() {
		return
	}
	u, err := url.Parse(value.Reveal())
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		c.fault(path, "%s: isn't an address to ask for; write the one that your monitor gives you, such as https://hc-ping.com/ID", path)
	}
}

// leastKeep is how long deliveries are needed: that an address was delivered to in the
// last hundred days keeps one hard bounce from ending it.
const leastKeep = 100 * day

func (c *checker) keepDeliveries(path string, value time.Duration) {
	if !c.broken[path] && value != 0 && value < leastKeep {
		c.fault(path, "%s: %s is out of range; write %s to %s, such as 400d, or 0 to keep them for ever",
			path, formatDuration(value), formatDuration(leastKeep), formatDuration(maxDuration))
	}
}

func (c *checker) baseURL(path string, value *string) {
	if c.broken[path] {
		return
	}
	bad := func(why string) {
		c.fault(path, "%s: %s %s; write the address at which people reach the pages, such as https://tips.example.com", path, c.shown(path), why)
	}
	u, err := url.Parse(*value)
	switch {
	case err != nil:
		bad("isn't a URL")
	case u.Scheme != "http" && u.Scheme != "https":
		bad("doesn't begin with https:// or http://")
	case u.Hostname() == "":
		bad("has no host")
	case u.User != nil:
		bad("has a user name in it, which would be in every mail")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.HasSuffix(*value, "#"):
		bad("has a ? or # part, to which no path can be added")
	case strings.ContainsFunc(*value, func(r rune) bool { return r <= ' ' || strings.ContainsRune(`<>"\`, r) }):
		bad("has characters that don't belong in a URL")
	default:
		ascii, why := asciiURL(u)
		if why != "" {
			bad(why)
			return
		}
		*value = ascii
	}
}

// maxBaseURL in bytes: a link in a header adds a path and a token, and a line of
// a mail ends at 998 (RFC 5322 §2.1.1).
const maxBaseURL = 500

// asciiURL writes an address as it stands in mails: the host in its ASCII form
// (RFC 5891), everything else that isn't ASCII as %XX (RFC 3986), and no comma,
// which would end it in List-Unsubscribe (RFC 2369 §2). why says what is wrong.
func asciiURL(u *url.URL) (ascii, why string) {
	host := u.Hostname()
	if net.ParseIP(host) == nil {
		var err error
		if host, err = hostName(host); err != nil {
			return "", "has no usable host name"
		}
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if p := u.Port(); p != "" {
		if !isPort(p, 1) {
			return "", "has no usable port"
		}
		host += ":" + p
	}
	path := strings.ReplaceAll(strings.TrimRight(u.EscapedPath(), "/"), ",", "%2C")
	if segments := strings.Split(u.Path, "/"); slices.Contains(segments, ".") || slices.Contains(segments, "..") {
		return "", "has a path with . or .., which browsers take out of every link"
	}
	ascii = u.Scheme + "://" + host + path
	switch {
	case len(ascii) > maxBaseURL:
		return "", fmt.Sprintf("is longer than %d characters", maxBaseURL)
	case strings.ContainsFunc(ascii, func(r rune) bool { return r <= ' ' || r > '~' }):
		return "", "has characters that don't belong in a URL"
	}
	return ascii, ""
}

// The most that a footer takes: an address, the company's register, a phone number.
const maxPostalLines, maxPostalAddress = 12, 600

// postalAddress checks the lines of the footer, and takes off the blanks around
// them: YAML's > and | leave a line break at the end.
func (c *checker) postalAddress(path string, value *string) {
	if c.broken[path] {
		return
	}
	lines := strings.Split(strings.TrimSpace(strings.ReplaceAll(*value, "\r\n", "\n")), "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	lines = slices.CompactFunc(lines, func(a, b string) bool { return a == "" && b == "" })
	*value = strings.Join(lines, "\n")
	switch {
	case strings.ContainsFunc(strings.Join(lines, ""), safetext.IsUnsafe):
		c.fault(path, "%s: has control characters in it; write plain lines of text", path)
	case len(lines) > maxPostalLines || utf8.RuneCountInString(*value) > maxPostalAddress:
		c.fault(path, "%s: is too long for a footer; write at most %d lines, of %d characters together", path, maxPostalLines, maxPostalAddress)
	}
}

func (c *checker) listen(path, value string, required bool) {
	if c.broken[path] || value == "" && !required {
		return
	}
	host, port, err := net.SplitHostPort(value)
	switch {
	case err != nil && isPort(value, 0):
		c.fault(path, "%s: %s has no host; write 127.0.0.1:%s for this machine only, or :%s for all interfaces", path, c.shown(path), value, value)
	case err != nil:
		c.fault(path, "%s: %s isn't host:port; write one such as 127.0.0.1:8080, [::1]:8080 or :8080", path, c.shown(path))
	case !isPort(port, 0):
		c.fault(path, "%s: %s has no usable port; write a number from 1 to 65535 after the colon, or 0 for any free one", path, c.shown(path))
	case host != "" && net.ParseIP(strings.SplitN(host, "%", 2)[0]) == nil:
		if _, err := hostName(host); err != nil {
			c.fault(path, "%s: %s has no usable host; write an IP address or a host name of this machine", path, c.shown(path))
		}
	}
}

func isPort(s string, low int) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && int(n) >= low
}

func (c *checker) database(path string, value *Database) {
	if c.broken[path] {
		return
	}
	text := value.Reveal()
	switch {
	case strings.TrimSpace(text) == "":
		c.fault(path, "%s: is empty; write a file such as dailytip.db, or postgres://user@host/database", path)
	case value.IsPostgres():
		u, err := url.Parse(text)
		elsewhere := func(parameter string, names ...string) bool { // where PostgreSQL's programs look, too
			return u.Query().Get(parameter) != "" || slices.ContainsFunc(names, func(n string) bool { v, _ := c.lookup(n); return v != "" })
		}
		if err != nil || !elsewhere("service", "PGSERVICE") &&
			(u.Hostname() == "" && !elsewhere("host", "PGHOST") || strings.Trim(u.Path, "/") == "" && !elsewhere("dbname", "PGDATABASE")) {
			// The text may hold a password: it isn't shown.
			c.fault(path, "%s: isn't a usable PostgreSQL URL; write postgres://user:${NAME}@host:5432/database, with special characters of the password as %%XX", path)
		}
	case strings.ContainsFunc(text, unicode.IsControl):
		c.fault(path, "%s: has control characters in it; write a file such as dailytip.db", path)
	case strings.Contains(text, "://"), pgurl.IsBroken(text):
		c.fault(path, "%s: is a URL, but not of PostgreSQL; write an SQLite file such as dailytip.db, or postgres://user@host/database", path)
	case pgurl.IsKeywords(text):
		c.fault(path, "%s: looks like a PostgreSQL keyword string; write it as a URL: postgres://user@host:5432/database", path)
	case strings.HasPrefix(text, "file:") || strings.HasPrefix(text, ":") || strings.Contains(text, "?"):
		c.fault(path, "%s: %s isn't a plain path; write a file such as dailytip.db (its options are ours to set)", path, c.shown(path))
	default:
		file := c.abs(text)
		*value = NewDatabase(file)
		switch info, err := os.Stat(file); {
		case err != nil:
			c.folder(path, filepath.Dir(file))
		case info.IsDir():
			c.fault(path, "%s: %s is a folder; name a file in it, such as %s", path, c.shown(path), filepath.Join(text, "dailytip.db"))
		case !info.Mode().IsRegular():
			c.fault(path, "%s: %s isn't a file but a pipe, a device or the like; write a file such as dailytip.db", path, c.shown(path))
		}
	}
}

// folder checks that dir is one.
func (c *checker) folder(path, dir string) {
	info, err := os.Stat(dir)
	switch {
	case err != nil && strings.HasPrefix(c.raw[path], "~"):
		c.fault(path, "%s: ~ isn't expanded here; write the whole path instead of %s", path, c.shown(path))
	case os.IsNotExist(err):
		c.fault(path, "%s: there is no folder %s; make it and put tips into it (dailytip init makes one with first tips), or write the path of yours (relative paths begin at the folder of %s)", path, dir, c.file)
	case err != nil:
		c.fault(path, "%s: the folder %s can't be read: %v", path, dir, err)
	case !info.IsDir():
		c.fault(path, "%s: %s isn't a folder; write the path of one", path, dir)
	}
}

// abs joins a relative path to the folder of config.yaml.
func (c *checker) abs(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(c.dir, path)
}

// senders fills in the addresses that default to others.
func (c *checker) senders() {
	cfg := c.cfg
	if cfg.From == (mail.Address{}) && !c.broken["from"] {
		missing := false
		for i := range cfg.Newsletters {
			missing = missing || cfg.Newsletters[i].From == (mail.Address{})
		}
		if missing || len(cfg.Newsletters) == 0 {
			c.fault("from", "from: is missing; write the sender of the mails, such as from: Daily Tip <tips@example.com>")
		}
	}
	if cfg.ConfirmFrom == (mail.Address{}) {
		cfg.ConfirmFrom = cfg.From
	}
	for i := range cfg.Newsletters {
		n := &cfg.Newsletters[i]
		own := n.From != mail.Address{}
		if !own {
			n.From = cfg.From
		}
		if n.ConfirmFrom == (mail.Address{}) {
			n.ConfirmFrom = cfg.ConfirmFrom
			if own && !c.written("confirm_from") {
				n.ConfirmFrom = n.From
			}
		}
		if n.ReplyTo == (mail.Address{}) {
			n.ReplyTo = cfg.ReplyTo
		}
		c.listID(fmt.Sprintf("newsletters[%d].id", i), n)
	}
}

// listID checks the length of what names the list in its mails (RFC 2919 §2).
func (c *checker) listID(path string, n *Newsletter) {
	_, domain, _ := cutLast(n.From.Address, "@")
	if !c.broken[path] && len("<>.")+len(n.ID)+len(domain) > 255 {
		c.fault(path, "%s: %s and the domain of from: are longer than 255 characters together, too long for the name of a mailing list; write a shorter id", path, c.shown(path))
	}
}
