package relay

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

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
	// Timeout to answer. See [TokenCommand] and [TokenFile].
	Token func(context.Context) (Token, error)
	// Timeout is for connecting with TLS and login, and for each command; 0
	// is one minute.
	Timeout time.Duration
	// DotTimeout is for the answer to the whole message; 0 is ten minutes,
	// what RFC 5321 §4.5.3.2.6 asks for: giving up early makes duplicates.
	DotTimeout time.Duration
	// Grace is what a message on the wire gets after its context ended; 0 is
	// 30 seconds.
	Grace time.Duration
	// Idle closes a connection that wasn't used for so long; 0 is 30 seconds.
	Idle time.Duration
	// HELO is our name; "" is the host's.
	HELO string
	// Log gets a line when a connection is opened or lost; nil: nothing.
	Log *slog.Logger
}

// Envelope is one message for one recipient.
type Envelope struct {
	// From is the return path, "" for the null path; To the recipient. Plain
	// addresses without brackets; an internationalised domain is sent in its
	// ASCII form.
	From, To string
	// UTF8: the header needs SMTPUTF8 (RFC 6531). An address that needs it is
	// seen without being told.
	UTF8 bool
	// Data are the bytes of an RFC 5322 message with CRLF line ends. They are
	// not changed.
	Data []byte
	// Wanted is asked, with Ref, before a message leaves that a [Session] kept
	// for more than a second; false takes it back. nil: it's always wanted.
	Wanted func(ref any) bool
	// Ref comes back with a [Session]'s answer.
	Ref any
}

// Relay sends messages through one server. Its methods may be called from
// several goroutines at once.
type Relay struct {
	o      Options
	tls    *tls.Config
	tokens *tokens // nil: the password is all there is

	mu     sync.Mutex
	idle   []*Session // of Send; most recently used last
	closed bool
}

// errClosed is what Send says after Close.
var errClosed = errors.New("the relay is closed")

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
		r.tokens = &tokens{ask: o.Token}
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
	set(&o.Idle, 30*time.Second)
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

// Send hands over a single message and gives the server's answer; a fault of the
// network or of the message is an answer too. Its connection is kept for Idle,
// and so are as many as there are calls at a time: for many messages, use a
// [Session].
//
// After ctx ended nothing new is begun (the answer is Down, with the context's
// error), but a message on the wire is carried on for Grace.
func (r *Relay) Send(ctx context.Context, e Envelope) verdict.Answer {
	s, err := r.take()
	if err != nil {
		return down(err)
	}
	defer r.give(ctx, s)
	done := s.Send(ctx, e)
	if len(done) == 0 { // held back for another message, which doesn't come
		done = s.Flush(ctx)
	}
	return done[0].Answer
}

// take gives the session that was used last, a new one when none is idle.
func (r *Relay) take() (*Session, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, errClosed
	}
	n := len(r.idle) - 1
	if n < 0 {
		return r.Session(), nil
	}
	s := r.idle[n]
	r.idle = r.idle[:n]
	return s, nil
}

// give puts a session back, or ends it.
func (r *Relay) give(ctx context.Context, s *Session) {
	r.mu.Lock()
	keep := !r.closed && ctx.Err() == nil
	if keep {
		r.idle = append(r.idle, s)
	}
	r.mu.Unlock()
	if !keep {
		_ = s.Close() // it holds nothing back
	}
}

// Check connects, negotiates TLS, logs in and says NOOP and QUIT, on a
// connection of its own. Nothing is sent. When all is well the answer has
// code 250 and its text says what was negotiated.
func (r *Relay) Check(ctx context.Context) verdict.Answer {
	c, a := r.dial(ctx)
	if c == nil {
		return a
	}
	defer c.quit()
	if a := c.noop(); a.Code/100 != 2 {
		return a
	}
	return verdict.Answer{Stage: verdict.Auth, Code: 250, Text: c.about()}
}

// Close says QUIT on the idle connections of Send. One that carries a message is
// closed after it; Send then answers Down. A [Session] is closed by its owner. A
// second Close does nothing.
func (r *Relay) Close() error {
	r.mu.Lock()
	idle := r.idle
	r.idle, r.closed = nil, true
	r.mu.Unlock()
	for _, s := range idle {
		_ = s.Close() // it holds nothing back
	}
	return nil
}

// down is the answer when nothing was said.
func down(err error) verdict.Answer { return verdict.Answer{Stage: verdict.Connect, Err: err} }
