package relay

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dailytip/inbox"
	"dailytip/verdict"
)

func TestToken(t *testing.T) {
	const good = "good-token"
	ask := func(values ...string) func(int) (Token, error) {
		return func(n int) (Token, error) {
			v := values[min(n, len(values))-1]
			if v == "" {
				return Token{}, errors.New("the token server is away")
			}
			return Token{Value: v}, nil
		}
	}
	tests := []struct {
		name   string
		ask    func(n int) (Token, error) // n: which time it is
		logins int                        // by as many connections, one after another
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
		{name: "at its end", ask: func(int) (Token, error) { return Token{good, time.Now().Add(-time.Second)}, nil }, logins: 3, want: verdict.Accepted, asked: 3, conns: 3},
		{name: "before its end", ask: func(int) (Token, error) { return Token{good, time.Now().Add(time.Hour)}, nil }, logins: 3, want: verdict.Accepted, asked: 1, conns: 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, inbox.Options{Users: map[string]string{"ann": good}, RequireAuth: true, InsecureAuth: true, Mechanisms: []string{"XOAUTH2"}, TLS: inbox.NoTLS})
			asked := 0
			r := open(t, s, Options{Auth: "xoauth2", Username: "ann", Token: func(context.Context) (Token, error) {
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
	r := open(t, s, Options{Auth: "xoauth2", Username: "ann", Token: func(context.Context) (Token, error) {
		return Token{Value: fmt.Sprint("token-", asked.Add(1))}, nil
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

func TestTokenSources(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string, mode os.FileMode) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return name
	}
	sh := func(script string) func(context.Context) (Token, error) {
		return TokenCommand([]string{"/bin/sh", "-c", script, "sh", "an argument"})
	}
	for _, tt := range []struct {
		name    string
		source  func(context.Context) (Token, error)
		want    string
		expires time.Duration // from now; 0: until it's refused
		says    string
	}{
		{"file", TokenFile(file("plain", " abc.DEF-_~+/==\n", 0o600)), "abc.DEF-_~+/==", -1, ""},
		{"file with JSON", TokenFile(file("json", `{"access_token": "abc", "expires_in": 3600}`, 0o600)), "abc", -1, ""},
		{"no file", TokenFile(filepath.Join(dir, "none")), "", 0, "read token_file: there is no file"},
		{"empty file", TokenFile(file("empty", "\n", 0o600)), "", 0, "there is no token"},
		{"two lines", TokenFile(file("two", "secret\nsecret\n", 0o600)), "", 0, "one line of ASCII"},
		{"too much", TokenFile(file("large", strings.Repeat("x", maxToken+1), 0o600)), "", 0, "larger than 64 KB"},
		{"a device", TokenFile("/dev/zero"), "", 0, "isn't a file but a device"},
		{"file with a mark", TokenFile(file("mark", "\ufeffabc\r\n", 0o600)), "abc", -1, ""},
		{"file with a mark and JSON", TokenFile(file("markjson", "\ufeff"+`{"access_token": "abc"}`, 0o600)), "abc", -1, ""},
		{"file of PowerShell's", TokenFile(file("utf16", "\xff\xfes\x00e\x00", 0o600)), "", 0, "UTF-16"},
		{"command with a mark", sh(`printf '\357\273\277abc\r\n'`), "abc", 0, ""},
		{"command", sh("echo abc"), "abc", 0, ""},
		{"command with JSON", sh(`echo '{"access_token": "abc", "token_type": "Bearer", "expires_in": 3600}'`), "abc", time.Hour - early, ""},
		{"arguments", sh(`test "$1" = "an argument" && echo abc`), "abc", 0, ""},
		{"command fails", sh("echo first >&2; echo no network >&2; echo secret; exit 3"), "", 0, "token_command /bin/sh: exit status 3: no network"},
		{"command says nothing", sh("true"), "", 0, "there is no token"},
		{"command says too much", sh("yes secret | head -c 1000000"), "", 0, "more than 65536 bytes"},
		{"a reply without a token", sh(`echo '{"error": "secret"}'`), "", 0, "there is no token"},
		{"not JSON", sh(`echo '{secret'`), "", 0, "isn't the JSON of a token"},
		{"no such command", TokenCommand([]string{"/nonexistent"}), "", 0, "token_command /nonexistent: fork/exec"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.source(t.Context())
			if tt.says != "" {
				if err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "secret") {
					t.Errorf("got %v, want %q", err, tt.says)
				}
				return
			}
			if err != nil || got.Value != tt.want || got.Expires.IsZero() != (tt.expires == 0) {
				t.Errorf("got %q until %v, %v", got.Value, got.Expires, err)
			}
			if d := time.Until(got.Expires) - max(tt.expires, 0); tt.expires != 0 && (d > 0 || d < -30*time.Second) {
				t.Errorf("expires at %v", got.Expires)
			}
		})
	}
	t.Run("a command that hangs", func(t *testing.T) {
		began := filepath.Join(dir, "began")
		ctx, cancel := context.WithCancelCause(t.Context())
		tooLong := errors.New("no token in time")
		go func() {
			for _, err := os.Stat(began); err != nil && t.Context().Err() == nil; _, err = os.Stat(began) {
				time.Sleep(time.Millisecond)
			}
			cancel(tooLong)
		}()
		if _, err := sh("touch " + began + "; exec sleep 600")(ctx); !errors.Is(err, tooLong) {
			t.Errorf("got %v", err)
		}
	})
	if _, err := New(Options{Host: "h", Username: "ann", Token: sh("echo abc")}); err == nil {
		t.Error("a token without auth xoauth2 is taken")
	}
}

func FuzzToken(f *testing.F) {
	for _, s := range []string{"abc\n", `{"access_token":"a","expires_in":1e300}`, `{"access_token":"a","expires_in":-5}`, "{", "a\x01b", "\x00", ""} {
		f.Add([]byte(s))
	}
	now := time.Now()
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := parseToken(data, now)
		if err != nil {
			return
		}
		// It becomes a part of the SASL message, whose fields end with ^A.
		if got.Value == "" || strings.ContainsFunc(got.Value, func(c rune) bool { return c < '!' || c > '~' }) {
			t.Errorf("%q: token %q", data, got.Value)
		}
		if !got.Expires.IsZero() && got.Expires.Before(now.Add(-early)) {
			t.Errorf("%q: expires %v", data, got.Expires)
		}
	})
}
