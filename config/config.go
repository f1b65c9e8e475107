// Package config owns config.yaml: it reads the file into a checked [Config]
// and reports every fault at once, each with its line.
//
// It refuses to guess. An unknown key, a value of the wrong type or a setting
// that could not work (a schedule that never fires, a folder that isn't there)
// is a fault, never a warning. It opens nothing but the files that the
// configuration names: no database, no network. Only cmd imports it; every
// other package takes an Options struct of its own.
package config

import (
	"fmt"
	"net/mail"
	"slices"
	"time"
)

// Config is a whole configuration, checked and with every default applied.
// Paths in it are ready to open: those that were relative in the file have
// been joined to the file's folder.
type Config struct {
	// File is the path the configuration was read from, "" for Default.
	File string `yaml:"-"`

	// BaseURL is what links in mail point to: absolute, http or https, without
	// a slash at its end.
	BaseURL string `yaml:"base_url"`
	// Listen is the host:port of the subscribers' pages. An empty host listens
	// on all interfaces, port 0 takes any free one.
	Listen string `yaml:"listen"`
	// Database is an SQLite file or a postgres:// URL.
	Database Database `yaml:"database"`

	// From is the sender of every newsletter that has none of its own. It must
	// be given.
	From mail.Address `yaml:"from"`
	// ConfirmFrom is the sender of confirmations; zero: From. In a newsletter
	// it is always filled in.
	ConfirmFrom mail.Address `yaml:"confirm_from"`
	// ReplyTo is where answers go; zero: to the sender.
	ReplyTo mail.Address `yaml:"reply_to"`
	// AlertTo gets a mail when sending is paused and when it goes on; zero: nobody.
	AlertTo mail.Address `yaml:"alert_to"`
	// PingURL is asked for after each edition that is out, by a monitor's address for
	// it; zero: none. Its path is often a secret.
	PingURL Secret `yaml:"ping_url"`
	// KeepDeliveries is how long it's kept who was sent what: 100 days to 10 years; 0: for
	// ever.
	KeepDeliveries time.Duration `yaml:"keep_deliveries"`
	// PostalAddress is shown in every footer, one or several lines; "": none.
	PostalAddress string `yaml:"postal_address"`

	// SMTP lists the relays, tried in this order when one is down; at least one.
	SMTP []Relay `yaml:"smtp"`
	// Domains limits how much recipient domains get, over all relays, by their
	// names in ASCII and lower case; empty: no limits.
	Domains map[string]Domain `yaml:"domains"`
	// DKIM lists the signing keys; empty: we don't sign, the relay may.
	DKIM []DKIM `yaml:"dkim"`
	// Newsletters has at least one entry, with ids that differ.
	Newsletters []Newsletter `yaml:"newsletters"`

	// TrustedProxies are the addresses (IP or CIDR) of the proxies in front of
	// the pages, whose X-Forwarded-For or Forwarded counts; empty: none is there.
	TrustedProxies []string `yaml:"trusted_proxies"`
	Signup         Signup   `yaml:"signup"`
	// API serves /api/v1 beside the pages, for programs with a token.
	API     bool    `yaml:"api"`
	Bounces Bounces `yaml:"bounces"`
	// Webhooks are the programs elsewhere that are told what happens here, with names
	// that differ; empty: none.
	Webhooks []Endpoint `yaml:"webhooks"`

	// Admin is about the pages of those who plan and run.
	Admin   Admin   `yaml:"admin"`
	Metrics Metrics `yaml:"metrics"`

	decoder     *decoder // where each key stands
	secretFiles []string // that it names: passwords, tokens, keys
	outOfReach  Faults   // secrets that [LoadToLook] has left out
}

// Secrets says which secrets are missing because this user or this process doesn't get
// at them: nil, or Faults. Who sends asks first.
func (c *Config) Secrets() error {
	if len(c.outOfReach) == 0 {
		return nil
	}
	return c.outOfReach
}

// SecretFiles are the paths of the files with secrets that it names.
func (c *Config) SecretFiles() []string { return slices.Clone(c.secretFiles) }

// HoldsSecrets tells whether a password stands in the file itself, rather than in
// the environment or in a file of its own.
func (c *Config) HoldsSecrets() bool { return c.decoder != nil && c.decoder.secrets }

// Fault makes a fault of the value at key, such as newsletters[0].skip[1], on
// its line: for what only another package can find wrong with it.
func (c *Config) Fault(key, format string, args ...any) Fault {
	f := Fault{File: c.File, Message: key + ": " + fmt.Sprintf(format, args...)}
	if c.decoder != nil {
		f.Line = c.decoder.lineOf(key)
	}
	return f
}

// Relay is an SMTP server that we hand messages to.
type Relay struct {
	// Host is a host name or an IP address.
	Host string `yaml:"host"`
	// Port is 1 to 65535.
	Port int `yaml:"port"`
	// TLS is mandatory or opportunistic (both STARTTLS, RFC 3207), implicit
	// (RFC 8314) or none.
	TLS string `yaml:"tls"`
	// CAFile is a PEM file of authorities to trust beside the system's; "": none.
	CAFile string `yaml:"ca_file"`
	// Auth is auto, plain, login, cram-md5, scram-sha-256, xoauth2 or none.
	// auto logs in only when there is a Username.
	Auth string `yaml:"auth"`
	// Username is the login's name; "": no login.
	Username string `yaml:"username"`
	// Password is the login's password, or its token with xoauth2. It holds
	// the content of PasswordFile when that is given.
	Password Secret `yaml:"password"`
	// PasswordFile is the file that Password was read from; "": none.
	PasswordFile string `yaml:"password_file"`
	// TokenCommand is the program, and its arguments, that prints the token of
	// xoauth2; empty: none. TokenFile is the file to read it from; "": none. At
	// most one of them is given, and then no Password.
	TokenCommand []string `yaml:"token_command"`
	TokenFile    string   `yaml:"token_file"`
	// Connections is how many are kept open at most, 1 to 100.
	Connections int `yaml:"connections"`
	// Rate is the most messages a second, over all connections; 0: no limit.
	Rate float64 `yaml:"rate"`
	// DailyLimit is the most messages in a day of UTC; 0: no limit.
	DailyLimit int `yaml:"daily_limit"`
	// InFlight is the most messages handed over and not yet recorded, 1 to
	// 10000: the bound on what a crash leaves in doubt.
	InFlight int `yaml:"in_flight"`
}

// DKIM is one signature (RFC 6376) that is put on every message of a domain.
type DKIM struct {
	// Domain is the signing domain, in its ASCII form.
	Domain string `yaml:"domain"`
	// Selector names the key's record: SELECTOR._domainkey.DOMAIN.
	Selector string `yaml:"selector"`
	// KeyFile is a PEM file with an RSA key of 2048 bits or more, or an
	// Ed25519 key (RFC 8463).
	KeyFile string `yaml:"key_file"`
}

// Domain limits one recipient domain.
type Domain struct {
	// Connections is the most messages on their way to it at a time, 0 to 100;
	// 0: no limit.
	Connections int `yaml:"connections"`
	// Rate is the most messages a second; 0: no limit.
	Rate float64 `yaml:"rate"`
}

// Newsletter is one stream of tips.
type Newsletter struct {
	// ID is 1 to 32 of a-z, 0-9 and hyphens. It is part of addresses and of the
	// database: a changed id is another newsletter.
	ID string `yaml:"id"`
	// Title is what readers see; not given: the ID.
	Title string `yaml:"title"`
	// Tips is the library's folder. It must be given and exist.
	Tips string `yaml:"tips"`
	// Tags keeps only tips with one of these; empty: all tips.
	Tags []string `yaml:"tags"`
	// Exclude are globs of files and folders in Tips that are no tips.
	Exclude []string `yaml:"exclude"`
	// Languages are those that have folders of their own in Tips, BCP 47 tags; empty:
	// which they are follows from the files in them.
	Languages []string `yaml:"languages"`
	// Language is the tips' own language, a BCP 47 tag in its canonical form.
	Language string `yaml:"language"`

	// From, ConfirmFrom and ReplyTo override those of Config. After Load they
	// are filled in; only ReplyTo may be zero.
	From        mail.Address `yaml:"from"`
	ConfirmFrom mail.Address `yaml:"confirm_from"`
	ReplyTo     mail.Address `yaml:"reply_to"`

	// Schedule is a cron expression of five fields that names one minute of
	// the days it fires on.
	Schedule string `yaml:"schedule"`
	// Timezone is an IANA name for all readers, or "subscriber": each reader's own.
	Timezone string `yaml:"timezone"`
	// DefaultTimezone is the IANA name for readers who have none of their own.
	DefaultTimezone string `yaml:"default_timezone"`

	// Order is shuffle, oldest, newest or course.
	Order string `yaml:"order"`
	// RepeatAfter is how long a sent tip rests before it may come again, 0 to
	// 10 years; 0: until the library is used up.
	RepeatAfter time.Duration `yaml:"repeat_after"`
	// WhenEmpty is what happens when no tip is left: repeat or stop.
	WhenEmpty string `yaml:"when_empty"`
	// Skip lists days without an edition: YYYY-MM-DD, MM-DD (every year),
	// FIRST..LAST (both included) or holidays:CC with a country's code.
	Skip []string `yaml:"skip"`

	// Grace is how late a missed run still goes out, 5 minutes to less than 24 hours.
	Grace time.Duration `yaml:"grace"`
	// GiveUpAfter is when a delivery that didn't get through expires, from
	// Grace to 7 days after it was due.
	GiveUpAfter time.Duration `yaml:"give_up_after"`
	// InDoubt is what happens to a message whose reply was never seen: resend or hold.
	InDoubt string `yaml:"in_doubt"`

	// Archive lets anybody read on the site what was sent, and follow it as a feed.
	Archive bool `yaml:"archive"`

	// Joinable lets anybody join on the site. Else it isn't on the front page, and
	// the operator adds who reads it.
	Joinable bool `yaml:"joinable"`

	// Approve has only such texts sent as somebody has approved.
	Approve bool `yaml:"approve"`

	// Proof is who sees each edition before it goes out.
	Proof Proof `yaml:"proof"`

	// Accent is the colour of links and of the edge, #rrggbb in lower case,
	// legible on white and on our paper; "": the look's own.
	Accent string `yaml:"accent"`
	// Template is the file of an operator's own shell for the mails; "": ours.
	Template string `yaml:"template"`
}

// Proof is about showing an editor what is going out.
type Proof struct {
	// To is the editor's address; zero: nobody is shown anything.
	To mail.Address `yaml:"to"`
	// Before is how long before the edition's instant in DefaultTimezone, or
	// in Timezone when it's one for all; 15 minutes to 7 days.
	Before time.Duration `yaml:"before"`
}

// Signup is about the public form. Its limits are sign-ups an hour, a third of
// them at once.
type Signup struct {
	// PerNetwork is for one IPv4 address or one IPv6 /64; 0: no limit.
	PerNetwork int `yaml:"per_network"`
	// PerDomain is for the addresses of one mail domain but the large providers'; 0:
	// no limit.
	PerDomain int `yaml:"per_domain"`
	// Total is for all of them; 0: no limit.
	Total int `yaml:"total"`
	// API lets programs sign readers up.
	API bool `yaml:"api"`
	// Origins are the sites, scheme://host, whose forms sign readers up without
	// another click on ours.
	Origins []string `yaml:"origins"`
}

// Metrics is about the Prometheus endpoint.
type Metrics struct {
	// Listen is the host:port of its own listener; "": none.
	Listen string `yaml:"listen"`
}
