package oauth

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestSources(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string, mode os.FileMode) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return name
	}
	sh := func(script string) func(context.Context) (Token, error) {
		return Command([]string{"/bin/sh", "-c", script, "sh", "an argument"})
	}
	for _, tt := range []struct {
		name    string
		source  func(context.Context) (Token, error)
		want    string
		expires time.Duration // from now; 0: until it's refused
		says    string
	}{
		{"file", File(file("plain", " abc.DEF-_~+/==\n", 0o600)), "abc.DEF-_~+/==", -1, ""},
		{"file with JSON", File(file("json", `{"access_token": "abc", "expires_in": 3600}`, 0o600)), "abc", -1, ""},
		{"no file", File(filepath.Join(dir, "none")), "", 0, "read token_file: there is no file"},
		{"empty file", File(file("empty", "\n", 0o600)), "", 0, "there is no token"},
		{"two lines", File(file("two", "secret\nsecret\n", 0o600)), "", 0, "one line of ASCII"},
		{"too much", File(file("large", strings.Repeat("x", maxToken+1), 0o600)), "", 0, "larger than 64 KB"},
		{"a device", File("/dev/zero"), "", 0, "isn't a file but a device"},
		{"file with a mark", File(file("mark", "\ufeffabc\r\n", 0o600)), "abc", -1, ""},
		{"file with a mark and JSON", File(file("markjson", "\ufeff"+`{"access_token": "abc"}`, 0o600)), "abc", -1, ""},
		{"file of PowerShell's", File(file("utf16", "\xff\xfes\x00e\x00", 0o600)), "", 0, "UTF-16"},
		{"command with a mark", sh(`printf '\357\273\277abc\r\n'`), "abc", 0, ""},
		{"command", sh("echo abc"), "abc", 0, ""},
		{"command with JSON", sh(`echo '{"access_token": "abc", "token_type": "Bearer", "expires_in": 3600}'`), "abc", time.Hour - early, ""},
		{"arguments", sh(`test "$1" = "an argument" && echo abc`), "abc", 0, ""},
		{"command fails", sh("echo first >&2; echo no network >&2; echo secret; exit 3"), "", 0, "token_command /bin/sh: exit status 3: no network"},
		{"command says nothing", sh("true"), "", 0, "there is no token"},
		{"command says too much", sh("yes secret | head -c 1000000"), "", 0, "more than 65536 bytes"},
		{"a reply without a token", sh(`echo '{"error": "secret"}'`), "", 0, "there is no token"},
		{"not JSON", sh(`echo '{secret'`), "", 0, "isn't the JSON of a token"},
		{"no such command", Command([]string{"/nonexistent"}), "", 0, "token_command /nonexistent: fork/exec"},
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
}

func FuzzToken(f *testing.F) {
	for _, s := range []string{"abc\n", `{"access_token":"a","expires_in":1e300}`, `{"access_token":"a","expires_in":-5}`, "{", "a\x01b", "\x00", ""} {
		f.Add([]byte(s))
	}
	now := time.Now()
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := parse(data, now)
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
