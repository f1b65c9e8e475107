package imap

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"time"

	"dailytip/bounces/intake"
	"dailytip/oauth"
	"dailytip/safefile"
	"dailytip/store"
)

// Options of a mailbox. Taker, DB, Host, Username, and a Password or a Token are
// required.
type Options struct {
	Taker *intake.Taker
	DB    *store.DB

	// Host is a name or an IP address.
	Host string
	// Port is 1–65535; 0: 993 with TLS implicit, else 143.
	Port int
	// TLS is implicit (RFC 8314), mandatory (STARTTLS) or none, which is for this
	// machine only; "": implicit.
	TLS string
	// CAFile is a PEM file of authorities to trust beside the system's; "": none.
	CAFile string
	// Username and Password log in.
	Username, Password string
	// Token gives an access token instead of Password, for XOAUTH2 or OAUTHBEARER;
	// nil: there is none.
	Token func(context.Context) (oauth.Token, error)

	// Folder is the one that is read; "": INBOX.
	Folder string
	// MoveTo is the folder to which what was taken is moved; "": it stays.
	MoveTo string
	// Every is how often the mailbox is looked at; 0: each minute.
	Every time.Duration

	// Log gets a line when the mailbox can't be read, and when it can again; nil:
	// nothing is logged.
	Log *slog.Logger
}

// Mailbox is one mailbox. Make it with [New]; [Mailbox.Run] and [Mailbox.Check] may
// run at the same time.
type Mailbox struct {
	o      Options
	tls    *tls.Config
	tokens *oauth.Kept // nil: the password is all there is
	step   int         // messages that are asked for at a time
	stuck  trouble
}

// New checks the options and opens no connection.
func New(o Options) (*Mailbox, error) {
	if o.TLS == "" {
		o.TLS = "implicit"
	}
	if o.Port == 0 {
		o.Port = 143
		if o.TLS == "implicit" {
			o.Port = 993
		}
	}
	if o.Folder == "" {
		o.Folder = "INBOX"
	}
	if o.Every <= 0 {
		o.Every = time.Minute
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	switch {
	case o.Host == "":
		return nil, errors.New("imap: host is missing: write the name of the server")
	case o.Username == "" || o.Password == "" && o.Token == nil:
		return nil, errors.New("imap: there is no login: write a username, and a password or where a token comes from")
	case o.TLS != "implicit" && o.TLS != "mandatory" && o.TLS != "none":
		return nil, fmt.Errorf("imap: tls %q: use implicit, mandatory or none", o.TLS)
	case o.TLS == "none" && !local(o.Host):
		return nil, fmt.Errorf("imap: tls none would send the password readable to %s: use implicit or mandatory", o.Host)
	case o.MoveTo == o.Folder:
		return nil, fmt.Errorf("imap: what was taken can't be moved from %s to itself", o.Folder)
	}
	m := &Mailbox{o: o, step: mostStep, tls: &tls.Config{ServerName: o.Host, MinVersion: tls.VersionTLS12, NextProtos: []string{"imap"}}}
	if o.Token != nil {
		m.tokens = oauth.Keep(o.Token)
	}
	if o.CAFile == "" {
		return m, nil
	}
	pem, err := safefile.Read(o.CAFile, 1<<20)
	if err != nil {
		return nil, fmt.Errorf("imap: ca_file: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("imap: ca_file %s holds no PEM certificate", o.CAFile)
	}
	m.tls.RootCAs = pool
	return m, nil
}

// local tells this machine from others.
func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (o Options) address() string { return net.JoinHostPort(o.Host, strconv.Itoa(o.Port)) }

// String names the mailbox for people, and in the database.
func (m *Mailbox) String() string {
	return m.o.Username + "@" + m.o.address() + "/" + m.o.Folder
}
