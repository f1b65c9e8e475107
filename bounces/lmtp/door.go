package lmtp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/emersion/go-smtp"
	"golang.org/x/sync/errgroup"

	"dailytip/bounces/intake"
)

// The bounds of what one connection may do. A report is small; a mail server that wants
// more connections at a time waits a moment for one.
const (
	mostConnections = 32
	mostRecipients  = 100       // of a message
	mostBytes       = 32 << 20  // of a message; more than bounces.MostBytes isn't kept
	mostLine        = 256 << 10 // bytes of a line, of commands and of messages
	firstCommand    = time.Minute
	silence         = 2 * time.Minute  // between two commands, and for one message
	lifetime        = 30 * time.Minute // of a connection
	taking          = 30 * time.Second // for writing a message down, also when the program ends
)

// Options of a door. Taker is required.
type Options struct {
	Taker *intake.Taker
	// Name is what the door calls itself in its greeting; "": dailytip.
	Name string
	// Log gets a line when a message can't be taken; nil: nothing is logged.
	Log *slog.Logger
}

// Door is the way in. Make it with [New].
type Door struct {
	o       Options
	clients clients
}

// New makes a door, which opens when it's run.
func New(o Options) *Door {
	if o.Name == "" {
		o.Name = "dailytip"
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Door{o: o, clients: clients{of: map[netip.Prefix]*guest{}}}
}

// Name is what the operator is told of a door at a listener.
func Name(l net.Listener) string { return "the listener " + l.Addr().String() }

// Run serves those who come to the listener until the context ends. What is being
// written down then is still acknowledged, and the mail servers try all else again.
func (d *Door) Run(ctx context.Context, l net.Listener) error {
	defer context.AfterFunc(ctx, func() { l.Close() })()
	var clients errgroup.Group
	clients.SetLimit(mostConnections)
	defer func() { _ = clients.Wait() }() // its functions return no errors
	door, fails := Name(l), true          // it may have been noted before a restart
	for {
		c, err := l.Accept()
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return fmt.Errorf("bounces: %w", err)
		case err != nil: // out of file descriptors, most likely
			d.o.Log.Error("a mail server that wants to hand in bounces can't be served", "error", err)
			fails = true
			d.note(d.o.Taker.Fails(ctx, time.Now(), door, err)) //nolint:forbidigo // Run reads the clock
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
			continue
		}
		if fails {
			fails = false
			d.note(d.o.Taker.Works(ctx, time.Now(), door)) //nolint:forbidigo // Run reads the clock
		}
		g, welcome := d.clients.come(time.Now(), c.RemoteAddr()) //nolint:forbidigo // Run reads the clock
		if !welcome {
			refuse(c)
			continue
		}
		clients.Go(func() error {
			defer d.clients.leave(g)
			d.serve(ctx, c, g)
			return nil
		})
	}
}

// note tells of what couldn't be written down.
func (d *Door) note(err error) {
	if err != nil {
		d.o.Log.Warn("whether bounces can be handed in can't be written down", "error", err)
	}
}

// refuse sends a client away that comes too often. It waits for none: the few bytes
// are the first on their way.
func refuse(c net.Conn) {
	_ = c.SetWriteDeadline(time.Now().Add(time.Second)) //nolint:forbidigo // Run reads the clock
	_, _ = io.WriteString(c, "421 4.7.0 Too many connections from your address; try again later\r\n")
	_ = c.Close()
}

// serve serves one client.
func (d *Door) serve(ctx context.Context, c net.Conn, g *guest) {
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { c.Close() })
	begun, lmtp, err := d.begin(c)
	if !stop() || err != nil {
		return // it went away, or is no mail server
	}
	defer context.AfterFunc(ctx, begun.end)()
	defer time.AfterFunc(lifetime, begun.end).Stop()
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &session{door: d, guest: g, ctx: context.WithoutCancel(ctx)}, nil
	}))
	s.LMTP, s.Domain = lmtp, d.o.Name
	s.MaxRecipients, s.MaxMessageBytes, s.MaxLineLength = mostRecipients, mostBytes, mostLine
	s.ReadTimeout, s.WriteTimeout = silence, silence
	s.EnableSMTPUTF8 = true // a report of RFC 6533 comes with it
	s.ErrorLog = errorLog{d.o.Log}
	_ = s.Serve(&only{conn: begun})            // ends as soon as it has seen that there is no second client
	_ = s.Shutdown(context.WithoutCancel(ctx)) // waits for the first one
}

// only is a listener to which one client has come, and none will any more.
type only struct{ conn net.Conn }

func (o *only) Accept() (net.Conn, error) {
	if c := o.conn; c != nil {
		o.conn = nil
		return c, nil
	}
	return nil, net.ErrClosed
}

func (o *only) Close() error   { return nil }
func (o *only) Addr() net.Addr { return nil }

// errorLog passes on what go-smtp complains about, which is about one client.
type errorLog struct{ log *slog.Logger }

func (l errorLog) Println(v ...any) { l.log.Debug("bounces: " + fmt.Sprint(v...)) }

func (l errorLog) Printf(format string, v ...any) {
	level := slog.LevelDebug
	if strings.HasPrefix(format, "panic") {
		level = slog.LevelError
	}
	l.log.Log(context.Background(), level, "bounces: "+fmt.Sprintf(format, v...))
}
