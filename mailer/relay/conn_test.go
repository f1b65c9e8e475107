package relay

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// envelopeOK is what a server says to an envelope that came in one write.
const envelopeOK = "250 ok\n250 ok\n354 go"

// first has the script take message 1 and the envelope of message 2.
func (k *talk) first() {
	k.lines(3)
	k.say(envelopeOK)
	k.body()
	k.say("250 ok")
	k.lines(3)
}

func TestPipelining(t *testing.T) {
	t.Parallel()
	short := Options{Timeout: silence, DotTimeout: silence}
	const again, once = "MAIL RCPT DATA MAIL RCPT DATA", "MAIL RCPT DATA QUIT"
	tests := []struct {
		name  string
		first func(*talk) // what the first connection does from message 2 on; the others do well
		o     Options
		want  string   // the reply to message 2; the others are accepted
		heard []string // by each connection
		got   int      // bodies of message 2
	}{
		{
			name: "one write for each envelope", want: "accepted", got: 1, heard: []string{again + " MAIL RCPT DATA QUIT"},
			first: func(k *talk) {
				k.say(envelopeOK)
				k.body()
				k.say("250 ok")
				k.lines(3)
				k.say(envelopeOK)
				k.body()
				k.say("250 ok")
				k.well()
			},
		},
		{
			name: "recipient refused, DATA allowed", want: "rcpt to 550", heard: []string{again + " RSET MAIL RCPT DATA QUIT"},
			first: func(k *talk) {
				k.say("250 ok\n550 5.1.1 nobody\n354 go")
				k.body()
				k.say("554 5.5.1 no recipients")
				k.well()
			},
		},
		{
			name: "recipient refused, nothing accepted for nobody", want: "rcpt to 450", heard: []string{again + " RSET MAIL RCPT DATA QUIT"},
			first: func(k *talk) { k.say("250 ok\n450 4.2.1 later\n354 go"); k.body(); k.say("250 taken"); k.well() },
		},
		{
			name: "recipient and DATA refused", want: "rcpt to 550", heard: []string{again + " RSET MAIL RCPT DATA QUIT"},
			first: func(k *talk) { k.say("250 ok\n550 5.1.1 nobody\n554 5.5.1 no recipients"); k.well() },
		},
		{
			name: "DATA refused", want: "data 451", heard: []string{again + " RSET MAIL RCPT DATA QUIT"},
			first: func(k *talk) { k.say("250 ok\n250 ok\n451 4.3.0 later"); k.well() },
		},
		{
			name: "RSET refused", want: "data 451", heard: []string{again + " RSET", once},
			first: func(k *talk) { k.say("250 ok\n250 ok\n451 4.3.0 later"); k.line(); k.say("500 what?"); k.hang() },
		},
		{
			name: "sender refused", want: "mail from 550", heard: []string{again + " RSET MAIL RCPT DATA QUIT"},
			first: func(k *talk) { k.say("550 5.7.1 not you\n503 5.5.1 MAIL first\n503 5.5.1 RCPT first"); k.well() },
		},
		{
			name: "sender refused for now, DATA allowed", want: "mail from 451", heard: []string{again, once},
			first: func(k *talk) { k.say("451 4.3.0 later\n250 ok\n354 go"); k.hang() },
		},
		{
			name: "message refused", want: "dot 552", got: 1, heard: []string{again + " MAIL RCPT DATA QUIT"},
			first: func(k *talk) { k.say(envelopeOK); k.body(); k.say("552 5.2.2 full"); k.well() },
		},
		{
			name: "out of step", want: "accepted", got: 1, heard: []string{again + " RSET QUIT", again + " QUIT"},
			first: func(k *talk) { k.say("503 5.5.1 nested MAIL\n503 5.5.1 one RCPT\n503 5.5.1 nothing"); k.well() },
		},
		{name: "farewell at the dot", want: "dot 421", got: 1, first: func(k *talk) { k.say(envelopeOK); k.body(); k.say("421 4.3.2 bye") }},
		{name: "gone after the dot", want: "dot 0", got: 1, heard: []string{again, once}, first: func(k *talk) { k.say(envelopeOK); k.body() }},
		{name: "reset after the dot", want: "dot 0", got: 1, first: func(k *talk) { k.say(envelopeOK); k.body(); k.reset() }},
		{name: "silence after the dot", o: short, want: "dot 0", got: 1, first: func(k *talk) { k.say(envelopeOK); k.body(); k.hang() }},
		{name: "nonsense after the dot", want: "dot 0", got: 1, first: func(k *talk) { k.say(envelopeOK); k.body(); k.say("hello"); k.hang() }},
		{name: "farewell to MAIL", want: "accepted", got: 1, first: func(k *talk) { k.say("421 4.7.0 enough for one connection") }},
		{name: "no more over this connection", want: "accepted", got: 1, heard: []string{again + " RSET QUIT", again + " QUIT"}, first: func(k *talk) { k.say("452 4.5.3 too many\n503 no\n503 no"); k.well() }},
		{name: "farewell to RCPT", want: "rcpt to 421", first: func(k *talk) { k.say("250 ok\n421 4.7.0 slower") }},
		{name: "farewell to DATA", want: "data 421", first: func(k *talk) { k.say("250 ok\n250 ok\n421 4.7.0 slower") }},
		{name: "refused, then farewell", want: "rcpt to 550", first: func(k *talk) { k.say("250 ok\n550 5.1.1 nobody\n421 bye") }},
		{name: "gone after MAIL", want: "accepted", got: 1, first: func(k *talk) { k.say("250 ok") }},
		{name: "gone at DATA", want: "accepted", got: 1, heard: []string{again, again + " QUIT"}, first: func(k *talk) { k.say("250 ok\n250 ok") }},
		{name: "reset at DATA", want: "accepted", got: 1, first: func(k *talk) { k.say("250 ok\n250 ok"); k.reset() }},
		{name: "reset before any reply", want: "accepted", got: 1, first: func(k *talk) { k.reset() }},
		{name: "silence after RCPT", o: short, want: "accepted", got: 1, first: func(k *talk) { k.say("250 ok\n250 ok"); k.hang() }},
		{name: "farewell while it waits for the message", want: "accepted", got: 1, heard: []string{again, again + " QUIT"}, first: func(k *talk) { k.say(envelopeOK + "\n421 4.4.2 too slow") }},
		{name: "a reply before its question", want: "accepted", got: 1, heard: []string{again, again + " QUIT"}, first: func(k *talk) { k.say(envelopeOK + "\n250 taken"); k.hang() }},
		{name: "one reply too many", want: "accepted", got: 1, heard: []string{again, again + " QUIT"}, first: func(k *talk) { k.say("250 ok\n" + envelopeOK); k.hang() }},
		{
			name: "in pieces", want: "accepted", got: 1, heard: []string{again + " MAIL RCPT DATA QUIT"},
			first: func(k *talk) {
				for _, c := range "250-2.0.0 two\r\n250 2.0.0 lines\r\n250-a\r\n250\r\n354 go\r\n" {
					if _, err := k.conn.Write([]byte(string(c))); err != nil {
						panic(errEnd)
					}
				}
				k.body()
				k.say("250 ok")
				k.well()
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newScript(t, "PIPELINING", func(k *talk) {
				if k.n == 1 {
					k.first()
					tt.first(k)
				} else {
					k.well()
				}
			})
			got := deliver(t, s.relay(tt.o).Session(), 3)
			if want := []string{"accepted", tt.want, "accepted"}; !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
			if got, want := []int{s.received(1), s.received(2), s.received(3)}, []int{1, tt.got, 1}; !slices.Equal(got, want) {
				t.Errorf("%v bodies of the three messages came, want %v", got, want)
			}
			if tt.heard == nil {
				return
			}
			if heard := s.hears(tt.heard); !slices.Equal(heard, tt.heard) {
				t.Errorf("heard %q, want %q", heard, tt.heard)
			}
		})
	}
}

// A relay that drops the connection at each third DATA, by a reset or an orderly
// end, leaves no message in doubt and makes no copy: nothing follows a dot before
// its reply has come. As RFC 2920 §3.2 allows, it answers commands that came
// together together, so what it had to say to those before is lost with it.
func TestDropAtData(t *testing.T) {
	for _, reset := range []bool{false, true} {
		for _, extensions := range []string{"PIPELINING", ""} {
			t.Run(fmt.Sprintf("reset %v, %s", reset, extensions), func(t *testing.T) {
				t.Parallel()
				var asked atomic.Int32
				s := newScript(t, extensions, func(k *talk) {
					var replies []string
					reply := func(line string) {
						if replies = append(replies, line); k.in.Buffered() == 0 {
							k.say(strings.Join(replies, "\n"))
							replies = nil
						}
					}
					for {
						switch strings.Fields(k.line())[0] {
						case "DATA":
							if asked.Add(1)%3 == 0 {
								if reset {
									k.reset()
								}
								panic(errEnd)
							}
							reply("354 go")
							k.body()
							reply("250 taken")
						case "QUIT":
							panic(errEnd)
						default:
							reply("250 ok")
						}
					}
				})
				const n = 30
				if got, want := deliver(t, s.relay(Options{}).Session(), n), slices.Repeat([]string{"accepted"}, n); !slices.Equal(got, want) {
					t.Errorf("got %q", got)
				}
				for i := range n {
					if got := s.received(i + 1); got != 1 {
						t.Errorf("message %d came %d times", i+1, got)
					}
				}
				if s.connections() < n/3 {
					t.Errorf("only %d connections: the relay hasn't dropped any", s.connections())
				}
			})
		}
	}
}

// A message that is sent again because nothing was said about it isn't sent for
// ever.
func TestEveryConnectionDies(t *testing.T) {
	for _, extensions := range []string{"PIPELINING", ""} {
		s := newScript(t, extensions, func(k *talk) { k.line() })
		want := []string{"mail from 0", "mail from 0", "mail from 0"}
		if got := deliver(t, s.relay(Options{}).Session(), 3); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", extensions, got, want)
		}
		if n := s.connections(); n != 3 {
			t.Errorf("%q: %d connections", extensions, n)
		}
	}
}

func TestLockStep(t *testing.T) {
	s := newScript(t, "8BITMIME", func(k *talk) {
		for {
			if n := k.in.Buffered(); n > 0 {
				t.Errorf("%d bytes came before the reply", n)
			}
			switch verb := k.line(); {
			case strings.Contains(verb, "reader2"):
				k.say("550 5.1.1 nobody")
			case verb == "DATA":
				k.say("354 go")
				k.body()
				if n := k.in.Buffered(); n > 0 {
					t.Errorf("%d bytes came behind the dot", n)
				}
				k.say("250 ok")
			case verb == "QUIT":
				panic(errEnd)
			default:
				k.say("250 ok")
			}
		}
	})
	want := []string{"accepted", "rcpt to 550", "accepted"}
	if got := deliver(t, s.relay(Options{}).Session(), 3); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	want = []string{"MAIL RCPT DATA MAIL RCPT RSET MAIL RCPT DATA QUIT"}
	if got := s.hears(want); !slices.Equal(got, want) {
		t.Errorf("heard %q, want %q", got, want)
	}
}
