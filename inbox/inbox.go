package inbox

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"github.com/emersion/go-smtp"
)

// TLSMode says how a server offers encryption.
type TLSMode string

// The modes. The zero value is StartTLS.
const (
	StartTLS TLSMode = "starttls" // offered, not demanded
	Implicit TLSMode = "implicit" // TLS from the first byte
	NoTLS    TLSMode = "none"     // not offered
)

// Options of a server. The zero value is a usable server on a free port of
// the loopback interface that offers STARTTLS and wants no login.
type Options struct {
	// Addr is the address to listen on; "" is "127.0.0.1:0". An address that
	// begins with a slash is the path of a Unix socket.
	Addr string
	// Domain is the name in the greeting; "" is "inbox.localhost".
	Domain string
	// TLS is the mode; "" is StartTLS.
	TLS TLSMode
	// Certificate is shown to clients; nil: one for localhost, 127.0.0.1 and
	// ::1 by an authority of the server's own, see [Server.CA].
	Certificate *tls.Certificate
	// Users are names and passwords (for XOAUTH2: tokens); empty: AUTH isn't
	// offered.
	Users map[string]string
	// RequireAuth refuses MAIL FROM without a login (530 5.7.0).
	RequireAuth bool
	// InsecureAuth offers AUTH without TLS too.
	InsecureAuth bool
	// Mechanisms are those offered, of PLAIN, LOGIN, CRAM-MD5 and XOAUTH2;
	// empty: PLAIN and LOGIN.
	Mechanisms []string
	// Max is the most messages kept; 0 is 1,000. The oldest go first.
	Max int
	// MaxBytes is the largest message, announced by SIZE (RFC 1870); 0 is 10 MiB.
	MaxBytes int64
	// UTF8 offers SMTPUTF8 (RFC 6531).
	UTF8 bool
	// NoPipelining keeps PIPELINING (RFC 2920) out of what is offered.
	NoPipelining bool
	// Idle closes a connection that is silent for so long, with a 421; 0 is
	// five minutes.
	Idle time.Duration
	// Fault is asked at each stage, from several goroutines at once; nil:
	// no faults. It can be set later by [Server.SetFault].
	Fault func(Ask) Fault
	// Log gets one line a connection that fails; nil: nothing is logged.
	Log *slog.Logger
}

// Server is an SMTP server with its messages. Make it with New, then Run it.
type Server struct {
	o     Options
	ln    net.Listener
	smtp  *smtp.Server
	tls   *tls.Config // nil: no TLS
	cert  atomic.Pointer[tls.Certificate]
	ca    *CA
	store *store
	done  chan struct{} // closed when Run ends
	conns atomic.Int64
	fault atomic.Pointer[func(Ask) Fault]
	tries attempts
}

// New makes a server and listens; connections wait until Run. An error says
// which option is wrong or why listening failed.
func New(o Options) (*Server, error) {
	o = o.withDefaults()
	ca, err := NewCA(time.Now()) //nolint:forbidigo // a certificate's life begins when it is made
	if err != nil {
		return nil, err
	}
	s := &Server{o: o, ca: ca, store: newStore(o.Max), done: make(chan struct{})}
	s.SetFault(o.Fault)
	switch o.TLS {
	case StartTLS, Implicit:
		if o.Certificate == nil {
			c, err := ca.Issue(ca.start.Add(-time.Hour), ca.start.AddDate(1, 0, 0), "localhost", "127.0.0.1", "::1")
			if err != nil {
				return nil, err
			}
			o.Certificate = &c
		}
		s.cert.Store(o.Certificate)
		s.tls = &tls.Config{
			GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return s.cert.Load(), nil },
			MinVersion:     tls.VersionTLS12,
		}
	case NoTLS:
	default:
		return nil, fmt.Errorf("inbox: TLS mode %q: use starttls, implicit or none", o.TLS)
	}
	for _, m := range o.Mechanisms {
		if _, ok := mechanisms[m]; !ok {
			return nil, fmt.Errorf("inbox: mechanism %q: use PLAIN, LOGIN, CRAM-MD5 or XOAUTH2", m)
		}
	}

	network := "tcp"
	if o.Addr[0] == '/' {
		network = "unix"
	}
	if s.ln, err = net.Listen(network, o.Addr); err != nil {
		return nil, fmt.Errorf("inbox: %w", err)
	}

	s.smtp = smtp.NewServer(smtp.BackendFunc(s.newSession))
	s.smtp.Domain = o.Domain
	s.smtp.MaxMessageBytes = o.MaxBytes
	s.smtp.EnableSMTPUTF8 = o.UTF8
	s.smtp.ReadTimeout = o.Idle
	s.smtp.WriteTimeout = time.Minute
	s.smtp.AllowInsecureAuth = true // whether it is offered, the session decides
	s.smtp.ErrorLog = errorLog{o.Log}
	return s, nil
}

func (o Options) withDefaults() Options {
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.Domain == "" {
		o.Domain = "inbox.localhost"
	}
	if o.TLS == "" {
		o.TLS = StartTLS
	}
	if o.Max <= 0 {
		o.Max = 1000
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = 10 << 20
	}
	if o.Idle <= 0 {
		o.Idle = 5 * time.Minute
	}
	if len(o.Mechanisms) == 0 {
		o.Mechanisms = []string{"PLAIN", "LOGIN"}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Run serves until the context ends, then closes the listener and every
// connection at once, and returns nil. It can run only once.
func (s *Server) Run(ctx context.Context) error {
	defer close(s.done)
	stop := context.AfterFunc(ctx, func() {
		s.smtp.Close()
		_ = s.ln.Close() // go-smtp closes no listener that it hasn't been given yet
	})
	defer stop()
	err := s.smtp.Serve(&listener{Listener: s.ln, s: s})
	if ctx.Err() != nil || errors.Is(err, smtp.ErrServerClosed) {
		return nil
	}
	s.smtp.Close()
	return fmt.Errorf("inbox: accept: %w", err)
}

// Close releases the listener of a server that is not going to run.
func (s *Server) Close() error { return s.ln.Close() }

// Addr is where the server listens: "127.0.0.1:35213", or a socket's path.
func (s *Server) Addr() string { return s.ln.Addr().String() }

// Port is the TCP port of Addr, 0 on a Unix socket.
func (s *Server) Port() int {
	if a, ok := s.ln.Addr().(*net.TCPAddr); ok {
		return a.Port
	}
	return 0
}

// CA is the authority whose certificate a client must trust.
func (s *Server) CA() *CA { return s.ca }

// SetCertificate replaces what connections from now on are shown.
func (s *Server) SetCertificate(c tls.Certificate) { s.cert.Store(&c) }

// Connections is the number of connections accepted since the start.
func (s *Server) Connections() int { return int(s.conns.Load()) }

// SetFault replaces the function that is asked for faults and forgets the
// attempts counted so far. nil: no more faults.
func (s *Server) SetFault(f func(Ask) Fault) {
	s.tries.reset()
	s.fault.Store(&f)
}

// listener hands wires to go-smtp.
type listener struct {
	net.Listener
	s *Server
}

func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return newWire(l.s, c, int(l.s.conns.Add(1))), nil
}

// errorLog passes go-smtp's complaints on. They are about single connections.
type errorLog struct{ log *slog.Logger }

func (l errorLog) Printf(format string, v ...any) { l.log.Debug("inbox: " + fmt.Sprintf(format, v...)) }
func (l errorLog) Println(v ...any)               { l.log.Debug("inbox: " + fmt.Sprint(v...)) }
