package inbox

import (
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// Stage is a moment at which a fault can be asked for.
type Stage string

// The stages, in the order of a conversation.
const (
	Connect  Stage = "connect" // instead of the greeting
	TLS      Stage = "tls"     // instead of the 220 to STARTTLS
	Auth     Stage = "auth"    // instead of judging the login
	MailFrom Stage = "mail"
	RcptTo   Stage = "rcpt"
	Data     Stage = "data" // instead of the 354
	Dot      Stage = "dot"  // after the whole message has come
)

// Ask says where a conversation stands.
type Ask struct {
	Stage Stage
	// From and To are the envelope's addresses, "" while unknown. At Data and
	// Dot, To is the first recipient.
	From, To string
	// MessageID is the message's, without brackets; known at Dot only.
	MessageID string
	// Attempt counts how often this stage was reached with these addresses,
	// from 1.
	Attempt int
	// Conn is the number of the connection, from 1.
	Conn int
}

// Fault is what to do instead of what is right. The zero value: nothing.
type Fault struct {
	// Code is the reply code, 0: the right answer. After a 421 the connection
	// is closed (RFC 5321 §3.8).
	Code int
	// Enhanced is the enhanced status code, such as "5.1.1"; "" sends none.
	Enhanced string
	// Text follows the codes; line breaks make a reply of several lines.
	Text string
	// Delay is waited before the answer.
	Delay time.Duration
	// Drop closes the connection without an answer.
	Drop bool
	// Keep keeps the message although the answer refuses it or never comes:
	// the case that leaves a client in doubt. At Dot only.
	Keep bool
}

// err gives the fault as go-smtp wants it.
func (f Fault) err() *smtp.SMTPError {
	e := &smtp.SMTPError{Code: f.Code, EnhancedCode: smtp.NoEnhancedCode, Message: f.Text}
	if p := strings.Split(f.Enhanced, "."); len(p) == 3 {
		for i := range p {
			e.EnhancedCode[i], _ = strconv.Atoi(p[i])
		}
	}
	return e
}

// attempts counts how often each place was reached.
type attempts struct {
	mu sync.Mutex
	n  map[Ask]int
}

func (a *attempts) reset() {
	a.mu.Lock()
	a.n = map[Ask]int{}
	a.mu.Unlock()
}

func (a *attempts) next(where Ask) int {
	where.Conn, where.MessageID = 0, ""
	a.mu.Lock()
	defer a.mu.Unlock()
	a.n[where]++
	return a.n[where]
}

// ask fills in the attempt, asks for a fault and waits out its delay. The
// delay ends early when the server stops.
func (s *Server) ask(where Ask) Fault {
	f := s.fault.Load()
	if f == nil || *f == nil {
		return Fault{}
	}
	where.Attempt = s.tries.next(where)
	fault := (*f)(where)
	if fault.Delay > 0 {
		t := time.NewTimer(fault.Delay)
		defer t.Stop()
		select {
		case <-t.C:
		case <-s.done:
		}
	}
	return fault
}
