package config

import (
	"strings"
	"time"
)

// Bounces is about what comes back.
type Bounces struct {
	// Domain is that of the mails' own return paths, in its ASCII form; "": what
	// comes back goes to the sender.
	Domain string `yaml:"domain"`
	// Keep is how long a message that came back is kept, 0 to 365 days; 0: not at all.
	Keep time.Duration `yaml:"keep"`
	// AlertBounces and AlertComplaints are from how many percent of an edition's
	// mails on the operator is told; 0: never.
	AlertBounces    float64 `yaml:"alert_bounces"`
	AlertComplaints float64 `yaml:"alert_complaints"`
	// Webhooks are the providers that may post what came back to them.
	Webhooks Webhooks `yaml:"webhooks"`
	// Listen is the host:port, or the path of a socket, where the mail server hands
	// in what comes back; "": nowhere.
	Listen string `yaml:"listen"`
	// IMAP is a mailbox that is read.
	IMAP Mailbox `yaml:"imap"`
}

// DefaultBounces returns a group bounces with nothing written in it.
func DefaultBounces() Bounces {
	return Bounces{Keep: 30 * day, AlertBounces: 5, AlertComplaints: 0.1, IMAP: DefaultMailbox()}
}

func (c *checker) bounces(path string, b *Bounces) {
	c.bounceListen(path+".listen", &b.Listen, b.Domain)
	c.mailbox(path+".imap", &b.IMAP)
	if domain := path + ".domain"; b.Domain != "" && !c.broken[domain] {
		ascii, err := hostName(b.Domain)
		switch {
		case err != nil || !strings.Contains(ascii, "."):
			c.fault(domain, "%s: %s isn't a domain that mail can be sent to; write one such as bounces.example.com", domain, c.shown(domain))
		case len(ascii) > mostReturnDomain:
			c.fault(domain, "%s: %s is too long for the return paths of mails; write a domain of at most %d characters", domain, c.shown(domain), mostReturnDomain)
		default:
			b.Domain = strings.ToLower(ascii)
		}
	}
	if keep := path + ".keep"; !c.broken[keep] && (b.Keep < 0 || b.Keep > 365*day) {
		c.fault(keep, "%s: %s is out of range; write 0 to 365d", keep, formatDuration(b.Keep))
	}
	for key, percent := range map[string]float64{"alert_bounces": b.AlertBounces, "alert_complaints": b.AlertComplaints} {
		if key = path + "." + key; !c.broken[key] && !(percent >= 0 && percent <= 100) { // also catches NaN
			c.fault(key, "%s: %v is out of range; write a percentage from 0 (never) to 100", key, percent)
		}
	}
	c.webhooks(path+".webhooks", &b.Webhooks)
}

// mostReturnDomain leaves room for the tag in an address of 254 octets (RFC 5321
// §4.5.3.1.3).
const mostReturnDomain = 190
