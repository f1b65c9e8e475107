package config

import (
	"path/filepath"
	"strings"
	"time"
	"unicode"
)

// Mailbox is one that is read by IMAP.
type Mailbox struct {
	// Host is a host name or an IP address; "": no mailbox is read.
	Host string `yaml:"host"`
	// Port is 1 to 65535.
	Port int `yaml:"port"`
	// TLS is implicit (RFC 8314), mandatory (STARTTLS) or none, which is for this
	// machine only.
	TLS string `yaml:"tls"`
	// CAFile is a PEM file of authorities to trust beside the system's; "": none.
	CAFile string `yaml:"ca_file"`
	// Username is the login's name.
	Username string `yaml:"username"`
	// Password is the login's password. It holds the content of PasswordFile when
	// that is given.
	Password Secret `yaml:"password"`
	// PasswordFile is the file that Password was read from; "": none.
	PasswordFile string `yaml:"password_file"`
	// TokenCommand is the program, and its arguments, that prints an OAuth 2.0 token;
	// empty: none. TokenFile is the file to read it from; "": none. At most one of
	// them is given, and then no Password.
	TokenCommand []string `yaml:"token_command"`
	TokenFile    string   `yaml:"token_file"`
	// Folder is the one that is read.
	Folder string `yaml:"folder"`
	// MoveTo is the folder to which bounces are moved; "": they stay.
	MoveTo string `yaml:"move_to"`
	// Every is how often it is looked at, a second to a day.
	Every time.Duration `yaml:"every"`
}

// DefaultMailbox returns a group imap with nothing written in it.
func DefaultMailbox() Mailbox {
	return Mailbox{Port: 993, TLS: "implicit", Folder: "INBOX", Every: time.Minute}
}

// mostSocket is the longest name that a socket may have everywhere, in bytes.
const mostSocket = 100

// bounceListen checks where the mail server hands in what comes back: host:port, or
// the path of a socket.
func (c *checker) bounceListen(path string, value *string, domain string) {
	if *value == "" || c.broken[path] {
		return
	}
	if domain == "" && !c.broken["bounces.domain"] {
		c.fault(path, "%s: is of no use without bounces.domain, to whose addresses mail is taken there; write that, too", path)
		return
	}
	if !strings.Contains(*value, "/") {
		c.listen(path, *value, false)
		return
	}
	*value = c.abs(*value)
	if len(*value) > mostSocket {
		c.fault(path, "%s: %s is too long for the name of a socket; write one of at most %d bytes", path, *value, mostSocket)
		return
	}
	c.folder(path, filepath.Dir(*value))
}

func (c *checker) mailbox(path string, m *Mailbox) {
	if c.broken[path] {
		return
	}
	if m.Host == "" {
		if m.Username != "" && !c.broken[path+".host"] {
			c.fault(path, "%s.host: is missing; write the name of the IMAP server, or take %s out", path, path)
		}
		return
	}
	c.relayHost(path+".host", m.Host)
	c.within(path+".port", m.Port, 1, 65535)
	c.oneOf(path+".tls", m.TLS, "implicit", "mandatory", "none")
	c.caFile(path+".ca_file", &m.CAFile)
	switch {
	case c.broken[path+".tls"]:
	case m.TLS == "none" && !loopback(m.Host):
		c.fault(path+".tls", "%s.tls: none would send the password readable over the network; write implicit or mandatory", path)
	case m.TLS == "implicit" && m.Port == 143:
		c.fault(path+".tls", "%s.tls: port 143 doesn't speak implicit TLS; write port: 993, or tls: mandatory for STARTTLS", path)
	case m.TLS != "implicit" && m.Port == 993:
		c.fault(path+".tls", "%s.tls: port 993 speaks TLS from the first byte; write tls: implicit, or port: 143", path)
	}
	c.mailboxLogin(path, m)
	for _, f := range []struct{ key, name string }{{".folder", m.Folder}, {".move_to", m.MoveTo}} {
		if strings.ContainsFunc(f.name, unicode.IsControl) {
			c.fault(path+f.key, "%s%s: has a line break or another control character in it; write the folder's name on one line", path, f.key)
		}
	}
	switch {
	case strings.TrimSpace(m.Folder) == "" && !c.broken[path+".folder"]:
		c.fault(path+".folder", "%s.folder: is empty; write the folder that bounces come to, such as INBOX", path)
	case m.MoveTo == m.Folder || strings.EqualFold(m.MoveTo, "INBOX") && strings.EqualFold(m.Folder, "INBOX"):
		c.fault(path+".move_to", "%s.move_to: is the folder that is read; write another one, or \"\" to leave bounces where they are", path)
	}
	if every := path + ".every"; !c.broken[every] && (m.Every < time.Second || m.Every > day) {
		c.fault(every, "%s: %s is out of range; write 1s to 1d", every, formatDuration(m.Every))
	}
}

func (c *checker) mailboxLogin(path string, m *Mailbox) {
	if !c.password(path, &m.Password, &m.PasswordFile) {
		return
	}
	token := c.tokenSource(path, m.TokenCommand, &m.TokenFile, m.Password, "")
	given := token || !m.Password.IsZero() || c.broken[path+".password"] || c.broken[path+".password_file"]
	switch {
	case strings.ContainsFunc(m.Username+m.Password.Reveal(), unicode.IsControl):
		c.fault(path+".password", "%s.password: the user name or the password has a line break or another control character in it; write each on one line", path)
	case m.Username == "" && !c.broken[path+".username"]:
		c.fault(path, "%s.username: is missing; write the name that the mailbox is opened with, such as bounces@example.com", path)
	case !given:
		c.fault(path+".username", "%s.username: has no password; write password: ${IMAP_PASSWORD}, password_file:, token_command: or token_file: beside it", path)
	}
}
