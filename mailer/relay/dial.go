package relay

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math"
	"net"
	"net/textproto"
	"os"
	"strconv"
	"strings"

	"github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"dailytip/verdict"
)

// socket gives the path of a unix:// host.
func (o Options) socket() (string, bool) { return strings.CutPrefix(o.Host, "unix://") }

// local tells whether what is sent in the clear stays on this machine.
func (o Options) local() bool {
	if _, ok := o.socket(); ok || strings.EqualFold(o.Host, "localhost") {
		return true
	}
	ip := net.ParseIP(o.Host)
	return ip != nil && ip.IsLoopback()
}

func (o Options) tlsConfig() (*tls.Config, error) {
	// Small records first are for browsers; a mail is of use when all has come.
	c := &tls.Config{ServerName: o.Host, MinVersion: tls.VersionTLS12, DynamicRecordSizingDisabled: true}
	if _, ok := o.socket(); ok {
		c.ServerName = "localhost"
	}
	if o.TLS == "opportunistic" && o.Auth == "none" {
		c.InsecureSkipVerify = true //nolint:gosec // RFC 7435 §3: encrypted is better than not
	}
	if o.CAFile == "" {
		return c, nil
	}
	pem, err := os.ReadFile(o.CAFile)
	if err != nil {
		return nil, fmt.Errorf("relay: read ca_file: %w", err)
	}
	c.RootCAs, err = x509.SystemCertPool()
	if err != nil {
		c.RootCAs = x509.NewCertPool() // a machine without any: ours is enough
	}
	if !c.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("relay: ca_file %s holds no certificate: it must be in PEM form", o.CAFile)
	}
	return c, nil
}

// connect opens a connection as far as MAIL FROM: TCP, greeting, EHLO, TLS,
// login. Without a connection the reply says at which of them it failed.
func (r *Relay) connect(ctx context.Context, password string) (*conn, verdict.Reply) {
	ctx, cancel := context.WithTimeoutCause(ctx, r.o.Timeout, fmt.Errorf("no reply within %v", r.o.Timeout))
	defer cancel()
	c := &conn{o: &r.o}
	stage := verdict.Connect
	stop := func() bool { return true }

	// go-mail gets a dialler of ours: it doesn't close a connection after a
	// failed step, and writes IPv6 addresses without brackets.
	dialer := func(context.Context, string, string) (net.Conn, error) {
		network, addr := "tcp", net.JoinHostPort(r.o.Host, strconv.Itoa(r.o.Port))
		if path, ok := r.o.socket(); ok {
			network, addr = "unix", path
		}
		raw, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		c.net = &bounded{Conn: raw, left: maxReply}
		stop = context.AfterFunc(ctx, func() { raw.Close() }) // go-mail looks at the context no more
		if r.o.TLS != "implicit" {
			return c.net, nil
		}
		stage = verdict.TLS
		t := tls.Client(c.net, r.tls)
		if err := t.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		stage = verdict.Connect
		return t, nil
	}
	options := []mail.Option{mail.WithTLSPolicy(mail.NoTLS), mail.WithTimeout(r.o.Timeout), mail.WithoutSMTPUTF8(), mail.WithDialContextFunc(dialer)}
	if r.o.HELO != "" {
		options = append(options, mail.WithHELO(r.o.HELO))
	}
	m, err := mail.NewClient(r.o.Host, options...)
	if err != nil {
		return nil, *own(verdict.Connect, 501, "5.5.4", "%v", err)
	}
	c.client, err = m.DialToSMTPClientWithContext(ctx)
	if err == nil {
		err = c.net.over()
	}
	if err == nil {
		stage, err = verdict.TLS, r.startTLS(c.client)
	}
	if err == nil {
		stage, err = verdict.Auth, r.login(c, password)
	}
	if c.net != nil && c.net.over() != nil { // what a line that was cut off looks like doesn't matter
		err = errEndless
	}
	if !stop() {
		err = context.Cause(ctx)
	}
	if err != nil {
		if c.net != nil {
			c.net.Close()
		}
		return nil, dialReply(stage, err)
	}
	c.net.left = math.MaxInt // from here on readReply has the bound
	c.learn()
	r.o.Log.Debug("connected", "relay", r.o.Host, "about", c.about())
	return c, verdict.Reply{}
}

// bounded is a connection from which only so much may be read: go-mail reads
// replies without a bound, so a server could fill our memory with its greeting.
type bounded struct {
	net.Conn
	left int // bytes
}

var errEndless = fmt.Errorf("the server has sent %d KB and is still not ready for mail: is it an SMTP server? check smtp: host and port", maxReply>>10)

// over says that all was read that may be: net/textproto takes what it has of a
// line for the whole.
func (b *bounded) over() error {
	if b.left <= 0 {
		return errEndless
	}
	return nil
}

// Read reads what may still be read.
func (b *bounded) Read(p []byte) (int, error) {
	if err := b.over(); err != nil {
		return 0, err
	}
	n, err := b.Conn.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// startTLS does STARTTLS (RFC 3207) as Options.TLS demands.
func (r *Relay) startTLS(c *smtp.Client) error {
	if r.o.TLS == "implicit" || r.o.TLS == "none" {
		return nil
	}
	if offered, _ := c.Extension("STARTTLS"); !offered {
		if r.o.TLS == "opportunistic" {
			return nil
		}
		return refuse(verdict.TLS, 523, "5.7.10", "%s doesn't offer STARTTLS; with tls: implicit (port 465) or another port it may, tls: none sends in the clear", r.o.Host)
	}
	return c.StartTLS(r.tls)
}

// refusal is a refusal of ours as an error.
type refusal struct{ *verdict.Reply }

func (r *refusal) Error() string { return r.Text }

func refuse(stage verdict.Stage, code int, enhanced, format string, args ...any) error {
	return &refusal{own(stage, code, enhanced, format, args...)}
}

// dialReply says what a failed dial means. A certificate that isn't right is
// for a person to mend: RFC 3463 §3.8, X.7.5.
func dialReply(stage verdict.Stage, err error) verdict.Reply {
	var ours *refusal
	if errors.As(err, &ours) {
		return *ours.Reply
	}
	a := reply(stage, err)
	var bad *tls.CertificateVerificationError
	if errors.As(err, &bad) {
		a.Enhanced, a.Text = "5.7.5", clean(NotSent+bad.Error())
	}
	return a
}

// reply turns what go-mail returned into data. A reply that is positive, but
// not the one that belongs there, is as good as none.
func reply(stage verdict.Stage, err error) verdict.Reply {
	var reply *textproto.Error
	if errors.As(err, &reply) {
		if reply.Code >= 400 {
			return said(stage, reply.Code, reply.Msg)
		}
		err = fmt.Errorf("unexpected reply %d %s", reply.Code, clean(reply.Msg))
	}
	return verdict.Reply{Stage: stage, Err: inWords(err)}
}
