package relay

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/oauth"
	"dailytip/verdict"
)

func TestToken(t *testing.T) {
	const good = "good-token"
	ask := func(values ...string) func(int) (oauth.Token, error) {
		return func(n int) (oauth.Token, error) {
			v := values[min(n, len(values))-1]
			if v == "" {
				return oauth.Token{}, errors.New("the token server is away")
			}
			return oauth.Token{Value: v}, nil
		}
	}
	tests := []struct {
		name   string
		ask    func(n int) (oauth.Token, error) // n: which time it is
		logins int                              // by as many connections, one after another
		want   verdict.Verdict
		says   string
		asked  int
		conns  int
	}{
		{name: "kept", ask: ask(good), logins: 3, want: verdict.Accepted, asked: 1, conns: 3},
		{name: "refused once", ask: ask("old", good), logins: 2, want: verdict.Accepted, asked: 2, conns: 3},
		{name: "refused twice", ask: ask("old", "older", good), logins: 1, want: verdict.Ours, says: "535 5.7.8", asked: 2, conns: 2},
		{name: "refused, no other", ask: ask("old"), logins: 1, want: verdict.Ours, says: "535 5.7.8", asked: 2, conns: 1},
		{name: "refused, none to be had", ask: ask("old", ""), logins: 1, want: verdict.Down, says: "454 4.7.0 not sent: the token server is away", asked: 2, conns: 1},
		{name: "none to be had", ask: ask(""), logins: 1, want: verdict.Down, says: "the token server is away (at auth)", asked: 1, conns: 0},
		{name: "at its end", ask: func(int) (oauth.Token, error) {
			return oauth.Token{Value: good, Expires: time.Now().Add(-time.Second)}, nil
		}, logins: 3, want: verdict.Accepted, asked: 3, conns: 3},
		{name: "before its end", ask: func(int) (oauth.Token, error) {
			return oauth.Token{Value: good, Expires: time.Now().Add(time.Hour)}, nil
		}, logins: 3, want: verdict.Accepted, asked: 1, conns: 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, inbox.Options{Users: map[string]string{"ann": good}, RequireAuth: true, InsecureAuth: true, Mechanisms: []string{"XOAUTH2"}, TLS: inbox.NoTLS})
			asked := 0
			r := open(t, s, Options{Auth: "xoauth2", Username: "ann", Token: func(context.Context) (oauth.Token, error) {
				asked++
				return tt.ask(asked)
			}})
			for i := range tt.logins {
				a := r.Send(t.Context(), letter(i))
				if got := verdict.Judge(a); got != tt.want || !strings.Contains(a.String(), tt.says) {
					t.Errorf("got %v: %v; want %v, %q", a, got, tt.want, tt.says)
				}
				r.Close()
			}
			if asked != tt.asked || s.Connections() != tt.conns {
				t.Errorf("asked %d times over %d connections, want %d over %d", asked, s.Connections(), tt.asked, tt.conns)
			}
		})
	}
}

// Eight connections whose token has ended ask for one other, not for eight.
func TestTokenRefusedToMany(t *testing.T) {
	s := serve(t, inbox.Options{Users: map[string]string{"ann": "token-2"}, RequireAuth: true, InsecureAuth: true, Mechanisms: []string{"XOAUTH2"}, TLS: inbox.NoTLS})
	var asked atomic.Int32
	r := open(t, s, Options{Auth: "xoauth2", Username: "ann", Token: func(context.Context) (oauth.Token, error) {
		return oauth.Token{Value: fmt.Sprint("token-", asked.Add(1))}, nil
	}})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			session := r.r.Session()
			defer session.Close()
			if a := session.Send(t.Context(), letter(i)); verdict.Judge(a) != verdict.Accepted {
				t.Errorf("%v", a)
			}
		})
	}
	wg.Wait()
	if n := asked.Load(); n != 2 {
		t.Errorf("asked %d times", n)
	}
}

func TestTokenIsForXOAUTH2(t *testing.T) {
	ask := func(context.Context) (oauth.Token, error) { return oauth.Token{Value: "abc"}, nil }
	if _, err := New(Options{Host: "h", Username: "ann", Token: ask}); err == nil {
		t.Error("a token without auth xoauth2 is taken")
	}
}
