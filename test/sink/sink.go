package sink

import (
	"context"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"dailytip/inbox"
	"dailytip/test/freeport"
)

// Body is the stage at which the body has begun to come. The only fault there is
// to drop the connection.
const Body inbox.Stage = "body"

// Options of a server. The zero value counts, with PIPELINING and no faults.
type Options struct {
	// NoPipelining doesn't offer PIPELINING (RFC 2920).
	NoPipelining bool
	// Delay is waited before the reply to each message: a relay that is far
	// away, or that writes to a disk.
	Delay time.Duration
	// Blind keeps no Message-IDs, only the number of mails.
	Blind bool
}

// Server counts what comes in through its doors.
type Server struct {
	o     Options
	fault atomic.Pointer[func(inbox.Ask) inbox.Fault]
	total atomic.Int64

	mu     sync.Mutex
	doors  int
	mails  map[mail]*bringers
	asked  map[inbox.Ask]int
	closed chan struct{}
}

type mail struct{ id, to string }

// bringers are in the order of arrival. Most mails have one.
type bringers struct {
	first Life
	more  []Life
}

// New makes a server without a door.
func New(o Options) *Server {
	return &Server{o: o, mails: map[mail]*bringers{}, asked: map[inbox.Ask]int{}, closed: make(chan struct{})}
}

// SetFault has a function asked at each stage, from several goroutines at once;
// nil: no faults. The attempts counted so far are forgotten.
func (s *Server) SetFault(f func(inbox.Ask) inbox.Fault) {
	s.mu.Lock()
	clear(s.asked)
	s.mu.Unlock()
	s.fault.Store(&f)
}

// Received is the number of mails taken.
func (s *Server) Received() int { return int(s.total.Load()) }

// Mail is a Message-ID with a recipient.
type Mail struct {
	// ID is the Message-ID without brackets, To the recipient.
	ID, To string
	// From are the lives that brought it, in the order of arrival: more than
	// one is a copy.
	From []Life
}

// Mails gives every mail, in no order.
func (s *Server) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Mail, 0, len(s.mails))
	for m, b := range s.mails {
		all = append(all, Mail{m.id, m.to, append([]Life{b.first}, b.more...)})
	}
	return all
}

func (s *Server) take(id, to string, from Life) {
	s.total.Add(1)
	if s.o.Blind {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.mails[mail{id, to}]; m != nil {
		m.more = append(m.more, from)
		return
	}
	s.mails[mail{id, to}] = &bringers{first: from}
}

// ask asks for a fault and waits out its delay.
func (s *Server) ask(where inbox.Ask) inbox.Fault {
	f := s.fault.Load()
	if f == nil || *f == nil {
		return inbox.Fault{}
	}
	place := where
	place.Conn, place.MessageID = 0, ""
	s.mu.Lock()
	s.asked[place]++
	where.Attempt = s.asked[place]
	s.mu.Unlock()
	fault := (*f)(where)
	s.pause(fault.Delay)
	return fault
}

// pause waits, but no longer than the server lives.
func (s *Server) pause(d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-s.closed:
	}
}

// Life is one process: a door, and how many kills it was told of before.
type Life struct{ Door, Kills int }

// Door is an address of the server, on the loopback interface.
type Door struct {
	// Port is a TCP port of 127.0.0.1, the same each time that it opens.
	Port int

	s      *Server
	number int
	kills  atomic.Int64
	conns  atomic.Int64 // accepted since the beginning

	mu   sync.Mutex
	ln   net.Listener // nil while shut
	open []net.Conn
	done sync.WaitGroup
}

// Door opens a door on a free port.
func (s *Server) Door() (*Door, error) {
	s.mu.Lock()
	d := &Door{s: s, number: s.doors}
	s.doors++
	s.mu.Unlock()
	var err error
	if d.Port, err = freeport.Find(); err != nil {
		return nil, fmt.Errorf("sink: %w", err)
	}
	return d, d.Open()
}

// Open listens, again on the same port after a Shut.
func (d *Door) Open() error {
	var ln net.Listener
	var err error
	for range 100 { // a connection of somebody's may have the port for a moment
		ln, err = (&net.ListenConfig{}).Listen(context.Background(), "tcp", fmt.Sprintf("127.0.0.1:%d", d.Port))
		if err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err != nil {
		return fmt.Errorf("sink: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ln = ln
	d.done.Go(func() { d.accept(ln) })
	return nil
}

// Shut closes the port and drops every connection, as a relay that dies does.
func (d *Door) Shut() {
	d.mu.Lock()
	if d.ln != nil {
		_ = d.ln.Close()
		d.ln = nil
	}
	for _, c := range d.open {
		_ = c.Close()
	}
	d.mu.Unlock()
	d.done.Wait()
}

// Killed says that the process that used this door is dead: connections from
// here on are those of its next life. It gives the life that ended.
func (d *Door) Killed() Life {
	d.acceptAll()
	return Life{d.number, int(d.kills.Add(1)) - 1}
}

// acceptAll waits until every connection that has come is accepted: they are in the
// order in which they came, and the last one, which is greeted, is its own.
func (d *Door) acceptAll() {
	c, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", fmt.Sprintf("127.0.0.1:%d", d.Port))
	if err != nil {
		return // it's shut, and has dropped them
	}
	_, _ = c.Read(make([]byte, 1)) // the greeting, or the end of a door that is shut meanwhile
	_ = c.Close()
}

// Connections is how many were accepted since the beginning.
func (d *Door) Connections() int { return int(d.conns.Load()) }

func (d *Door) accept(ln net.Listener) {
	for {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		d.mu.Lock()
		if d.ln != ln {
			d.mu.Unlock()
			_ = c.Close()
			return
		}
		d.open = append(d.open, c)
		life, number := Life{d.number, int(d.kills.Load())}, int(d.conns.Add(1))
		d.done.Go(func() {
			d.converse(c, life, number)
			d.mu.Lock()
			d.open = slices.DeleteFunc(d.open, func(o net.Conn) bool { return o == c })
			d.mu.Unlock()
		})
		d.mu.Unlock()
	}
}

// Close ends all delays that are being waited out; shut the doors too.
func (s *Server) Close() { close(s.closed) }
