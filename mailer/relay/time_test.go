package relay

import (
	"context"
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/verdict"
)

func TestSlowServer(t *testing.T) {
	t.Parallel()
	slow := func(at inbox.Stage, d time.Duration) func(inbox.Ask) inbox.Fault {
		return func(a inbox.Ask) inbox.Fault {
			if a.Stage == at && a.Conn == 1 {
				return inbox.Fault{Delay: d}
			}
			return inbox.Fault{}
		}
	}
	tests := []struct {
		at   inbox.Stage
		want verdict.Verdict
	}{
		{inbox.Connect, verdict.Down},
		{inbox.MailFrom, verdict.Down},
		{inbox.RcptTo, verdict.Down},
		{inbox.Data, verdict.Down},
		{inbox.Dot, verdict.InDoubt},
	}
	for _, tt := range tests {
		t.Run("too slow at "+string(tt.at), func(t *testing.T) {
			t.Parallel()
			s := serve(t, inbox.Options{TLS: inbox.NoTLS, Fault: slow(tt.at, time.Minute)})
			r := open(t, s, Options{Timeout: silence, DotTimeout: silence})
			if a := r.Send(t.Context(), letter(1)); verdict.Judge(a) != tt.want || a.Err == nil {
				t.Errorf("got %v: %v, want %v", a, verdict.Judge(a), tt.want)
			}
			r2 := open(t, s, Options{})
			wantAccepted(t, r2.Send(t.Context(), letter(2)))
		})
	}
	t.Run("the dot has more time", func(t *testing.T) {
		t.Parallel()
		s := serve(t, inbox.Options{TLS: inbox.NoTLS, Fault: slow(inbox.Dot, silence+silence/4)})
		r := open(t, s, Options{Timeout: silence, DotTimeout: time.Minute})
		wantAccepted(t, r.Send(t.Context(), letter(1)))
	})
	t.Run("each message has its own time", func(t *testing.T) {
		t.Parallel()
		s := serve(t, inbox.Options{TLS: inbox.NoTLS, Fault: func(inbox.Ask) inbox.Fault { return inbox.Fault{Delay: silence / 10} }})
		r := open(t, s, Options{Timeout: silence})
		for i := range 4 {
			wantAccepted(t, r.Send(t.Context(), letter(i)))
		}
	})
}

func TestContext(t *testing.T) {
	t.Run("ended before", func(t *testing.T) {
		s := serve(t, inbox.Options{TLS: inbox.NoTLS})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		a := open(t, s, Options{}).Send(ctx, letter(1))
		if verdict.Judge(a) != verdict.Down || a.Err == nil || s.Connections() != 0 {
			t.Errorf("got %v", a)
		}
	})
	// atDot runs a Send whose context ends while the server thinks.
	atDot := func(t *testing.T, think, grace time.Duration) verdict.Reply {
		ctx, cancel := context.WithCancel(t.Context())
		s := serve(t, inbox.Options{TLS: inbox.NoTLS, Fault: func(a inbox.Ask) inbox.Fault {
			if a.Stage != inbox.Dot {
				return inbox.Fault{}
			}
			cancel()
			return inbox.Fault{Delay: think}
		}})
		r := open(t, s, Options{Grace: grace})
		a := r.Send(ctx, letter(1))
		if r.c != nil {
			t.Error("the connection was kept")
		}
		return a
	}
	t.Run("ends on the wire", func(t *testing.T) {
		wantAccepted(t, atDot(t, 100*time.Millisecond, time.Minute))
	})
	t.Run("ends on the wire and the server is too slow", func(t *testing.T) {
		a := atDot(t, time.Hour, 50*time.Millisecond)
		if verdict.Judge(a) != verdict.InDoubt {
			t.Errorf("got %v", a)
		}
	})
	t.Run("ends while dialling", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		s := serve(t, inbox.Options{TLS: inbox.NoTLS, Fault: func(a inbox.Ask) inbox.Fault {
			cancel()
			return inbox.Fault{Delay: time.Hour}
		}})
		begin := time.Now()
		a := open(t, s, Options{Timeout: 10 * time.Minute}).Send(ctx, letter(2))
		if verdict.Judge(a) != verdict.Down || time.Since(begin) > 5*time.Minute {
			t.Errorf("got %v after %v", a, time.Since(begin))
		}
	})
}
