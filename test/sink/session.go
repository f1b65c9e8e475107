package sink

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"net"
	"strings"

	"dailytip/inbox"
)

// session is one connection.
type session struct {
	s        *Server
	life     Life
	number   int
	conn     net.Conn
	r        *bufio.Reader
	w        *bufio.Writer
	from, to string // of the mail under way; "": not named yet
	gone     bool   // the conversation is over
}

func (d *Door) converse(c net.Conn, life Life, number int) {
	defer func() { _ = c.Close() }()
	x := &session{
		s: d.s, life: life, number: number, conn: c,
		r: bufio.NewReaderSize(c, 64<<10), w: bufio.NewWriterSize(c, 4<<10),
	}
	x.reply(inbox.Connect, "", "220 sink.localhost ESMTP")
	// Commands that came together are answered together (RFC 2920 §3.2).
	for !x.gone && (x.r.Buffered() > 0 || x.w.Flush() == nil) {
		x.command()
	}
	_ = x.w.Flush()
}

// reply says what is right, or what a fault demands instead. It reports
// whether what is right was said.
func (x *session) reply(at inbox.Stage, id, right string) bool {
	f := x.s.ask(inbox.Ask{Stage: at, From: x.from, To: x.to, MessageID: id, Conn: x.number})
	if f.Drop {
		if f.Keep {
			x.s.take(id, x.to, x.life) // a copy is what the fault is about
		}
		_ = x.w.Flush() // answers before this one were meant to be heard
		_ = x.conn.Close()
		x.gone = true
		return false
	}
	if f.Code == 0 || f.Code/100 == 2 {
		x.say(right)
		return true
	}
	x.say(fmt.Sprintf("%d %s", f.Code, strings.TrimSpace(f.Enhanced+" "+cmp.Or(f.Text, "not now"))))
	x.gone = f.Code == 421
	return false
}

func (x *session) say(line string) {
	_, _ = x.w.WriteString(line)
	_, _ = x.w.WriteString("\r\n")
}

// command reads and answers one command.
func (x *session) command() {
	line, err := x.r.ReadSlice('\n')
	if err != nil {
		x.gone = true
		return
	}
	verb, rest, _ := strings.Cut(strings.TrimRight(string(line), "\r\n"), " ")
	switch strings.ToUpper(verb) {
	case "EHLO", "LHLO": // with one recipient a mail, LMTP is the same (RFC 2033 §4.2)
		x.hello()
	case "HELO", "NOOP":
		x.say("250 2.0.0 OK")
	case "RSET":
		x.from, x.to = "", ""
		x.say("250 2.0.0 OK")
	case "QUIT":
		x.say("221 2.0.0 bye")
		x.gone = true
	case "MAIL":
		if x.from != "" {
			x.say("503 5.5.1 nested MAIL")
			return
		}
		if x.from = address(rest); !x.reply(inbox.MailFrom, "", "250 2.1.0 OK") {
			x.from = ""
		}
	case "RCPT":
		if x.from == "" || x.to != "" {
			x.say("503 5.5.1 one RCPT after each MAIL")
			return
		}
		if x.to = address(rest); !x.reply(inbox.RcptTo, "", "250 2.1.5 OK") {
			x.to = ""
		}
	case "DATA":
		x.data()
	default:
		x.say("500 5.5.2 unknown command")
	}
}

func (x *session) hello() {
	x.say("250-sink.localhost")
	if !x.s.o.NoPipelining {
		x.say("250-PIPELINING")
	}
	x.say("250-SIZE 10485760")
	x.say("250-8BITMIME")
	x.say("250 ENHANCEDSTATUSCODES")
}

// data takes a mail and answers its dot.
func (x *session) data() {
	if x.to == "" {
		x.say("554 5.5.1 no valid recipients")
		return
	}
	if !x.reply(inbox.Data, "", "354 go on") {
		return
	}
	if x.r.Buffered() == 0 && x.w.Flush() != nil {
		x.gone = true
		return
	}
	// Some of the body has come by now, or does so soon.
	if _, err := x.r.Peek(1); err != nil || x.s.ask(inbox.Ask{Stage: Body, From: x.from, To: x.to, Conn: x.number}).Drop {
		_ = x.conn.Close()
		x.gone = true
		return
	}
	id, ok := x.message()
	if !ok {
		x.gone = true
		return
	}
	x.s.pause(x.s.o.Delay)
	// It's counted before the reply goes out: to a client that dies in between
	// it's delivered.
	if x.reply(inbox.Dot, id, "250 2.0.0 taken") {
		x.s.take(id, x.to, x.life)
	}
	x.from, x.to = "", ""
}

// message reads up to the dot and finds the Message-ID in the header. It
// reports false when the connection ended first.
func (x *session) message() (id string, ok bool) {
	inHeader, folded := true, false
	for {
		line, err := x.r.ReadSlice('\n')
		if err != nil {
			return "", false
		}
		if len(line) == 3 && line[0] == '.' && line[1] == '\r' {
			return id, true
		}
		if !inHeader {
			continue
		}
		switch {
		case len(line) == 2:
			inHeader = false
		case folded && id == "":
			id = brackets(string(line))
		case id == "" && len(line) > len(field) && bytes.EqualFold(line[:len(field)], field):
			id, folded = brackets(string(line)), true
		}
	}
}

var field = []byte("Message-ID:")

// address is what stands in the brackets of MAIL FROM and RCPT TO.
func address(rest string) string {
	if a := brackets(rest); a != "" {
		return a
	}
	return "<>"
}

func brackets(s string) string {
	_, s, _ = strings.Cut(s, "<")
	s, _, found := strings.Cut(s, ">")
	if !found {
		return ""
	}
	return s
}
