package relay

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

// pipelined replies: to the second message's envelope, and to what follows.
const envelopeOK = "250 ok\n250 ok\n354 go"

// first has the script take message 1 and the envelope of message 2, which must
// be there before anything is answered: one round trip a message.
func (k *talk) first() {
	k.lines(3)
	k.say(envelopeOK)
	k.body()
	k.lines(3)
}

func TestPipelining(t *testing.T) {
	short := Options{Timeout: silence, DotTimeout: silence}
	tests := []struct {
		name  string
		first func(*talk) // what the first connection does; the others do well
		o     Options
		want  []string // answers to messages 1, 2 and 3
		heard []string // by each connection
		got   []int    // copies of each message
	}{
		{
			name: "one round trip a message",
			first: func(k *talk) {
				k.first()
				k.say("250 ok\n" + envelopeOK)
				k.body()
				k.lines(3)
				k.say("250 ok\n" + envelopeOK)
				k.body()
				k.say("250 ok")
				k.well()
			},
			want:  []string{"accepted", "accepted", "accepted"},
			heard: []string{"MAIL RCPT DATA MAIL RCPT DATA MAIL RCPT DATA QUIT"},
			got:   []int{1, 1, 1},
		},
		{
			name: "recipient refused, DATA allowed",
			first: func(k *talk) {
				k.first()
				k.say("250 ok\n250 ok\n550 5.1.1 nobody\n354 go")
				k.body()
				k.say("554 5.5.1 no recipients")
				k.well()
			},
			want:  []string{"accepted", "rcpt to 550", "accepted"},
			heard: []string{"MAIL RCPT DATA MAIL RCPT DATA MAIL RCPT DATA QUIT"},
			got:   []int{1, 0, 1},
		},
		{
			name: "recipient refused, nothing accepted for nobody",
			first: func(k *talk) {
				k.first()
				k.say("250 ok\n250 ok\n450 4.2.1 later\n354 go")
				k.body()
				k.say("250 taken")
				k.well()
			},
			want:  []string{"accepted", "rcpt to 450", "accepted"},
			heard: []string{"MAIL RCPT DATA MAIL RCPT DATA MAIL RCPT DATA QUIT"},
			got:   []int{1, 0, 1},
		},
		{
			name:  "recipient and DATA refused",
			first: func(k *talk) { k.first(); k.say("250 ok\n250 ok\n550 5.1.1 nobody\n554 5.5.1 no recipients"); k.well() },
			want:  []string{"accepted", "rcpt to 550", "accepted"},
			heard: []string{"MAIL RCPT DATA MAIL RCPT DATA RSET MAIL RCPT DATA QUIT"},
			got:   []int{1, 0, 1},
		},
		{
			name:  "DATA refused",
			first: func(k *talk) { k.first(); k.say("250 ok\n250 ok\n250 ok\n451 4.3.0 later"); k.well() },
			want:  []string{"accepted", "data 451", "accepted"},
			heard: []string{"MAIL RCPT DATA MAIL RCPT DATA RSET MAIL RCPT DATA QUIT"},
			got:   []int{1, 0, 1},
		},
		{
			name: "RSET refused",
			first: func(k *talk) {
				k.first()
				k.say("250 ok\n250 ok\n250 ok\n451 4.3.0 later")
				k.lines(4)
				k.say("500 what?\n503 5.5.1 nested MAIL\n250 ok\n354 go")
				k.hang()
			},
			want:  []string{"accepted", "data 451", "accepted"},
			heard: []string{"MAIL RCPT DATA MAIL RCPT DATA RSET MAIL RCPT DATA", "MAIL RCPT DATA QUIT"},
			got:   []int{1, 0, 1},
		},
		{
			name: "sender refused",
			first: func(k *talk) {
				k.first()
				k.say("250 ok\n550 5.7.1 not you\n503 5.5.1 MAIL first\n503 5.5.1 RCPT first")
				k.well()
			},
			want:  []string{"accepted", "mail from 550", "accepted"},
			heard: []string{"MAIL RCPT DATA MAIL RCPT DATA MAIL RCPT DATA QUIT"},
			got:   []int{1, 0, 1},
		},
		{
			name:  "sender refused for now, DATA allowed",
			first: func(k *talk) { k.first(); k.say("250 ok\n451 4.3.0 later\n250 ok\n354 go"); k.hang() },
			want:  []string{"accepted", "mail from 451", "accepted"},
			heard: []string{"MAIL RCPT DATA MAIL RCPT DATA", "MAIL RCPT DATA QUIT"},
			got:   []int{1, 0, 1},
		},
		{
			name: "message refused",
			first: func(k *talk) {
				k.first()
				k.say("552 5.2.2 full\n" + envelopeOK)
				k.body()
				k.lines(3)
				k.say("452 4.3.1 full\n" + envelopeOK)
				k.body()
				k.say("250 ok")
				k.well()
			},
			want:  []string{"dot 552", "dot 452", "accepted"},
			heard: []string{"MAIL RCPT DATA MAIL RCPT DATA MAIL RCPT DATA QUIT"},
			got:   []int{1, 1, 1},
		},
		{
			name:  "message refused, and the transaction not ended",
			first: func(k *talk) { k.first(); k.say("554 5.7.1 spam\n503 5.5.1 nested MAIL\n250 ok\n354 go"); k.hang() },
			want:  []string{"dot 554", "accepted", "accepted"},
			heard: []string{"MAIL RCPT DATA MAIL RCPT DATA", "MAIL RCPT DATA MAIL RCPT DATA QUIT"},
			got:   []int{1, 1, 1},
		},
		{
			name:  "farewell at the dot",
			first: func(k *talk) { k.first(); k.say("421 4.3.2 bye") },
			want:  []string{"dot 421", "accepted", "accepted"},
			heard: []string{"MAIL RCPT DATA MAIL RCPT DATA", "MAIL RCPT DATA MAIL RCPT DATA QUIT"},
			got:   []int{1, 1, 1},
		},
		{
			name:  "gone after the dot",
			first: func(k *talk) { k.first() },
			want:  []string{"dot 0", "accepted", "accepted"},
			heard: []string{"MAIL RCPT DATA MAIL RCPT DATA", "MAIL RCPT DATA MAIL RCPT DATA QUIT"},
			got:   []int{1, 1, 1},
		},
		{
			name:  "reset after the dot",
			first: func(k *talk) { k.first(); k.reset() },
			want:  []string{"dot 0", "accepted", "accepted"},
			got:   []int{1, 1, 1},
		},
		{
			name: "silence after the dot", o: short,
			first: func(k *talk) { k.first(); k.hang() },
			want:  []string{"dot 0", "accepted", "accepted"},
			got:   []int{1, 1, 1},
		},
		{
			name:  "nonsense after the dot",
			first: func(k *talk) { k.first(); k.say("hello\n" + envelopeOK); k.hang() },
			want:  []string{"dot 0", "accepted", "accepted"},
			got:   []int{1, 1, 1},
		},
		{
			name:  "gone after the answer to the dot",
			first: func(k *talk) { k.first(); k.say("250 ok") },
			want:  []string{"accepted", "accepted", "accepted"},
			heard: []string{"MAIL RCPT DATA MAIL RCPT DATA", "MAIL RCPT DATA MAIL RCPT DATA QUIT"},
			got:   []int{1, 1, 1},
		},
		{
			name:  "farewell to MAIL",
			first: func(k *talk) { k.first(); k.say("250 ok\n421 4.7.0 enough for one connection") },
			want:  []string{"accepted", "accepted", "accepted"},
			got:   []int{1, 1, 1},
		},
		{
			name:  "farewell to RCPT",
			first: func(k *talk) { k.first(); k.say("250 ok\n250 ok\n421 4.7.0 slower") },
			want:  []string{"accepted", "rcpt to 421", "accepted"},
			got:   []int{1, 0, 1},
		},
		{
			name:  "farewell to DATA",
			first: func(k *talk) { k.first(); k.say("250 ok\n250 ok\n250 ok\n421 4.7.0 slower") },
			want:  []string{"accepted", "data 421", "accepted"},
			got:   []int{1, 0, 1},
		},
		{
			name:  "refused, then farewell",
			first: func(k *talk) { k.first(); k.say("250 ok\n250 ok\n550 5.1.1 nobody\n421 bye") },
			want:  []string{"accepted", "rcpt to 550", "accepted"},
			got:   []int{1, 0, 1},
		},
		{
			name:  "gone after MAIL",
			first: func(k *talk) { k.first(); k.say("250 ok\n250 ok") },
			want:  []string{"accepted", "accepted", "accepted"},
			got:   []int{1, 1, 1},
		},
		{
			name: "silence after RCPT", o: short,
			first: func(k *talk) { k.first(); k.say("250 ok\n250 ok\n250 ok"); k.hang() },
			want:  []string{"accepted", "accepted", "accepted"},
			got:   []int{1, 1, 1},
		},
		{
			name:  "gone while it waits for the message",
			first: func(k *talk) { k.first(); k.say("250 ok\n" + envelopeOK) },
			// Whether the next write still works is the network's business: in
			// doubt, or seen in time and sent again.
			want: []string{"accepted", "", "accepted"},
			got:  []int{1, -1, 1},
		},
		{
			name:  "farewell while it waits for the message",
			first: func(k *talk) { k.first(); k.say("250 ok\n" + envelopeOK + "\n421 4.4.2 too slow") },
			want:  []string{"accepted", "accepted", "accepted"},
			heard: []string{"MAIL RCPT DATA MAIL RCPT DATA", "MAIL RCPT DATA MAIL RCPT DATA QUIT"},
			got:   []int{1, 1, 1},
		},
		{
			name:  "one answer too many", // the next one's would be taken for another's
			first: func(k *talk) { k.first(); k.say("250 ok\n250 ok\n" + envelopeOK); k.hang() },
			want:  []string{"accepted", "accepted", "accepted"},
			heard: []string{"MAIL RCPT DATA MAIL RCPT DATA", "MAIL RCPT DATA MAIL RCPT DATA QUIT"},
			got:   []int{1, 1, 1},
		},
		{
			name: "in pieces",
			first: func(k *talk) {
				k.first()
				for _, c := range "250-2.0.0 two\r\n250 2.0.0 lines\r\n250 ok\r\n250-a\r\n250\r\n354 go" {
					if _, err := k.conn.Write([]byte(string(c))); err != nil {
						panic(errEnd)
					}
					time.Sleep(100 * time.Microsecond)
				}
				k.say("")
				k.body()
				k.lines(3)
				k.say("250 ok\n" + envelopeOK)
				k.body()
				k.say("250 ok")
				k.well()
			},
			want:  []string{"accepted", "accepted", "accepted"},
			heard: []string{"MAIL RCPT DATA MAIL RCPT DATA MAIL RCPT DATA QUIT"},
			got:   []int{1, 1, 1},
		},
		{
			name: "answers before the questions",
			first: func(k *talk) {
				k.lines(1)
				k.say(envelopeOK)
				k.lines(2)
				k.body()
				k.say("250 ok\n" + envelopeOK)
				k.lines(3)
				k.body()
				k.say("250 ok")
				k.well()
			},
			want: []string{"accepted", "accepted", "accepted"},
			got:  []int{1, 1, 1},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newScript(t, "PIPELINING", func(k *talk) {
				if k.n == 1 {
					tt.first(k)
				} else {
					k.well()
				}
			})
			got := deliver(t, s.relay(tt.o), 3)
			for i, want := range tt.want {
				if want != "" && got[i] != want {
					t.Errorf("%d: got %q, want %q", i+1, got[i], want)
				}
			}
			for i, want := range tt.got {
				if n := s.received(i + 1); want >= 0 && n != want {
					t.Errorf("%d copies of message %d, want %d", n, i+1, want)
				}
			}
			var heard []string
			for i := range s.connections() {
				heard = append(heard, s.heard(i+1))
			}
			if tt.heard != nil && !slices.Equal(heard, tt.heard) {
				t.Errorf("heard %q, want %q", heard, tt.heard)
			}
		})
	}
}

// The long time is for the dot's answer only, also when the next ones come with
// it.
func TestSilenceBehindTheDot(t *testing.T) {
	t.Parallel()
	for _, partly := range []string{"", "25"} {
		s := newScript(t, "PIPELINING", func(k *talk) {
			if k.n > 1 {
				k.well()
			}
			k.first()
			if _, err := io.WriteString(k.conn, "250 ok\r\n250 ok\r\n"+partly); err != nil {
				t.Error(err)
			}
			k.hang()
		})
		began := time.Now()
		got := deliver(t, s.relay(Options{Timeout: silence, DotTimeout: 10 * time.Minute}), 2)
		if want := []string{"accepted", "accepted"}; !slices.Equal(got, want) || time.Since(began) > 5*time.Minute {
			t.Errorf("got %q after %v", got, time.Since(began))
		}
	}
}

// A message that is sent again because nothing was said about it isn't sent for
// ever.
func TestEveryConnectionDies(t *testing.T) {
	t.Parallel()
	for _, extensions := range []string{"PIPELINING", ""} {
		s := newScript(t, extensions, func(k *talk) {
			if k.n == 1 {
				k.first()
			}
			k.line()
		})
		want := []string{"dot 0", "mail from 0", "mail from 0"}
		if extensions == "" {
			want[0] = "mail from 0" // first doesn't get three commands
		}
		if got := deliver(t, s.relay(Options{Timeout: silence, DotTimeout: silence}), 3); !slices.Equal(got, want) {
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
				t.Errorf("%d bytes came before the answer", n)
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
	if got := deliver(t, s.relay(Options{}), 3); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := s.heard(1), "MAIL RCPT DATA MAIL RCPT RSET MAIL RCPT DATA QUIT"; got != want {
		t.Errorf("heard %q, want %q", got, want)
	}
}
