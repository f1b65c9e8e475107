package imap

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"
)

const (
	silence    = 2 * time.Minute // of a server, before the connection is given up
	connecting = time.Minute     // with TLS and login
)

// login connects and logs in. A token that is refused is renewed once: it may have
// ended early.
func (m *Mailbox) login(ctx context.Context) (*imapclient.Client, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, connecting, fmt.Errorf("no login within %v", connecting))
	defer cancel()
	if m.tokens == nil {
		return m.loginWith(ctx, m.o.Password)
	}
	token, err := m.tokens.Get(ctx, "")
	if err != nil {
		return nil, err
	}
	c, err := m.loginWith(ctx, token)
	if !refused(err) {
		return c, err
	}
	renewed, again := m.tokens.Get(ctx, token)
	if again != nil || renewed == token {
		return nil, errors.Join(err, again)
	}
	return m.loginWith(ctx, renewed)
}

// refused tells a reply of the server's from a connection that is lost.
func refused(err error) bool {
	var reply *imap.Error
	return errors.As(err, &reply)
}

func (m *Mailbox) loginWith(ctx context.Context, secret string) (*imapclient.Client, error) {
	c, err := m.connect(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", m.o.address(), cause(ctx, err))
	}
	defer context.AfterFunc(ctx, func() { c.Close() })()
	if err := c.WaitGreeting(); err != nil {
		return nil, errors.Join(fmt.Errorf("connect to %s: %w", m.o.address(), cause(ctx, err)), c.Close())
	}
	if err := m.authenticate(c, secret); err != nil {
		c.Close()
		return nil, fmt.Errorf("log in at %s as %s: %w", m.o.address(), m.o.Username, cause(ctx, err))
	}
	if c.Caps().Has(imap.CapID) { // some servers serve nobody who doesn't say who they are (RFC 2971)
		_, _ = c.ID(&imap.IDData{Name: "dailytip"}).Wait()
	}
	return c, nil
}

// cause says why a context ended in place of what came of that.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

func (m *Mailbox) connect(ctx context.Context) (*imapclient.Client, error) {
	plain, err := new(net.Dialer).DialContext(ctx, "tcp", m.o.address())
	if err != nil {
		return nil, err
	}
	conn := net.Conn(patient{plain})
	stop := context.AfterFunc(ctx, func() { plain.Close() })
	defer stop()
	o := &imapclient.Options{TLSConfig: m.tls}
	switch m.o.TLS {
	case "implicit":
		secure := tls.Client(conn, m.tls)
		if err := secure.HandshakeContext(ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("%w; is this the port for TLS from the first byte (993)?", err), plain.Close())
		}
		return imapclient.New(secure, o), nil
	case "mandatory":
		return imapclient.NewStartTLS(conn, o) // closes the connection itself
	}
	return imapclient.New(conn, o), nil
}

// patient is a connection on which nobody waits for ever: go-imap sets no deadline
// for the beginning of a reply.
type patient struct{ net.Conn }

func (p patient) SetReadDeadline(t time.Time) error {
	if t.IsZero() {
		t = time.Now().Add(silence) //nolint:forbidigo // a deadline is an instant of the real clock
	}
	return p.Conn.SetReadDeadline(t)
}

// authenticate logs in with what the server offers.
func (m *Mailbox) authenticate(c *imapclient.Client, secret string) error {
	caps := c.Caps()
	switch {
	case c.State() == imap.ConnStateAuthenticated: // PREAUTH
		return nil
	case m.tokens != nil && caps.Has(imap.AuthCap("XOAUTH2")):
		return c.Authenticate(&xoauth2{m.o.Username, secret})
	case m.tokens != nil && caps.Has(imap.AuthCap(sasl.OAuthBearer)):
		return c.Authenticate(sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{Username: m.o.Username, Token: secret, Host: m.o.Host, Port: m.o.Port}))
	case m.tokens != nil:
		return errors.New("the server offers neither XOAUTH2 nor OAUTHBEARER; give it a password instead of a token")
	case caps.Has(imap.AuthCap(sasl.Plain)):
		return c.Authenticate(sasl.NewPlainClient("", m.o.Username, secret))
	case caps.Has(imap.CapLoginDisabled):
		return errors.New("the server takes no password on this connection; write tls: implicit or mandatory, or where a token comes from")
	}
	return c.Login(m.o.Username, secret).Wait()
}

// xoauth2 is the mechanism of Google and Microsoft.
type xoauth2 struct{ username, token string }

func (x *xoauth2) Start() (string, []byte, error) {
	return "XOAUTH2", []byte("user=" + x.username + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

// Next answers the reason of a refusal, which comes as a challenge; the refusal
// follows.
func (x *xoauth2) Next([]byte) ([]byte, error) { return []byte{}, nil }
