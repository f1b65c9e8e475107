package relay

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"dailytip/oauth"
	"dailytip/verdict"
)

// Options of a relay. Host is required.
type Options struct {
	// Host is a name, an IP address, or unix:///path/to/socket.
	Host string
	// Port is 1–65535; 0: 465 with TLS implicit, else 25. Ignored for a socket.
	Port int
	// TLS is mandatory (STARTTLS or nothing), opportunistic, implicit
	// (RFC 8314 §3.3) or none; "" is mandatory. Opportunistic encrypts when
	// the server offers it, and then doesn't ask for a valid certificate
	// unless there is a password to protect (RFC 7435 §3).
	TLS string
	// CAFile is a PEM file of authorities to trust beside the system's; "": none.
	CAFile string
	// Auth is auto, plain, login, cram-md5, scram-sha-256, xoauth2 or none;
	// "" is auto, and auto without a Username is none.
	Auth string
	// Username and Password; for xoauth2 the password is the access token.
	Username, Password string
	// Token gives the access token for xoauth2 instead of Password; nil: there
	// is none. It is asked at a login when there is no token yet, its Expires
	// has come, or a server has refused it; one goroutine at a time, with
	// Timeout to answer. See package oauth.
	Token func(context.Context) (oauth.Token, error)
	// Timeout is for connecting with TLS and login, and for each command; 0
	// is one minute.
	Timeout time.Duration
	// DotTimeout is for the reply to the whole message; 0 is ten minutes,
	// what RFC 5321 §4.5.3.2.6 asks for: giving up early makes duplicates.
	DotTimeout time.Duration
	// Grace is what a message on the wire gets after its context ended; 0 is
	// 30 seconds.
	Grace time.Duration
	// HELO is our name; "" is the host's.
	HELO string
	// Log gets a line when a connection is opened or lost; nil: nothing.
	Log *slog.Logger
}

// Relay is one server. It opens no connection but through [Relay.Session] and
// [Relay.Check]. Its methods may be called from several goroutines at once.
type Relay struct {
	o      Options
	tls    *tls.Config
	tokens *oauth.Kept // nil: the password is all there is
}

// New checks the options and opens no connection. The error names the option
// and what to write.
func New(o Options) (*Relay, error) {
	o = o.withDefaults()
	if strings.TrimPrefix(o.Host, "unix://") == "" {
		return nil, errors.New("relay: host is missing: write the name of your SMTP server")
	}
	if o.Port < 1 || o.Port > 65535 {
		return nil, fmt.Errorf("relay: port %d: use 1 to 65535", o.Port)
	}
	if !slices.Contains([]string{"mandatory", "opportunistic", "implicit", "none"}, o.TLS) {
		return nil, fmt.Errorf("relay: tls %q: use mandatory, opportunistic, implicit or none", o.TLS)
	}
	if _, ok := mechanism[o.Auth]; !ok && o.Auth != "auto" && o.Auth != "none" {
		return nil, fmt.Errorf("relay: auth %q: use auto, plain, login, cram-md5, scram-sha-256, xoauth2 or none", o.Auth)
	}
	if o.Auth != "auto" && o.Auth != "none" && o.Username == "" {
		return nil, fmt.Errorf("relay: auth %s needs a username", o.Auth)
	}
	r := &Relay{o: o}
	if o.Token != nil {
		if o.Auth != "xoauth2" || o.Password != "" {
			return nil, errors.New("relay: a token is for auth xoauth2, and instead of a password")
		}
		r.tokens = oauth.Keep(o.Token)
	}
	var err error
	r.tls, err = o.tlsConfig()
	return r, err
}

func (o Options) withDefaults() Options {
	set := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	set(&o.Timeout, time.Minute)
	set(&o.DotTimeout, 10*time.Minute)
	set(&o.Grace, 30*time.Second)
	if o.TLS == "" {
		o.TLS = "mandatory"
	}
	if o.Auth == "" {
		o.Auth = "auto"
	}
	if o.Auth == "auto" && o.Username == "" {
		o.Auth = "none"
	}
	if o.Port == 0 {
		o.Port = 25
		if o.TLS == "implicit" {
			o.Port = 465
		}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Check connects, negotiates TLS, logs in and says NOOP and QUIT, on a
// connection of its own. Nothing is sent. When all is well the reply has
// code 250 and its text says what was negotiated.
func (r *Relay) Check(ctx context.Context) verdict.Reply {
	s := r.Session()
	var a verdict.Reply
	if s.c, a = r.dial(ctx); s.c == nil {
		return a
	}
	defer s.Close()
	if a, ok := s.c.ask(verdict.Auth, "NOOP"); !ok {
		return a
	}
	return verdict.Reply{Stage: verdict.Auth, Code: 250, Text: s.c.about()}
}

// down is the reply when nothing was said.
func down(err error) verdict.Reply { return verdict.Reply{Stage: verdict.Connect, Err: err} }
