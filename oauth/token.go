package oauth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"dailytip/safefile"
	"dailytip/safetext"
)

// Token is an OAuth 2.0 access token.
type Token struct {
	Value string
	// Expires is when it is asked for anew; zero: when a server refuses it.
	Expires time.Time
}

// maxToken is the most that a command or a file may say, in bytes.
const maxToken = 64 << 10

// early is how long before its end a token is no longer used.
const early = time.Minute

// File takes the token from a file, at each login: whoever renews it
// replaces the file. It holds the token alone, or the answer of a token endpoint
// as JSON (RFC 6749 §5.1).
func File(path string) func(context.Context) (Token, error) {
	return func(context.Context) (Token, error) {
		data, err := safefile.Read(path, maxToken)
		if err != nil {
			return Token{}, fmt.Errorf("read token_file: %w", err)
		}
		now := time.Now() //nolint:forbidigo // a token's life begins when it is read
		t, err := parse(data, now)
		if err != nil {
			return Token{}, fmt.Errorf("token_file %s: %w", path, err)
		}
		t.Expires = now // how old the file is, nobody knows
		return t, nil
	}
}

// Command takes the token from what a command prints, in the same form. It
// is run without a shell, when there is no token yet, the last one was refused,
// or its expires_in (seconds) is over.
func Command(argv []string) func(context.Context) (Token, error) {
	return func(ctx context.Context) (Token, error) {
		var out, complaint head
		cmd := exec.CommandContext(ctx, argv[0], argv[1:]...) //nolint:gosec // the operator's own
		cmd.Stdout, cmd.Stderr = &out, &complaint
		cmd.WaitDelay = time.Second // a child of it may keep them open
		now := time.Now()           //nolint:forbidigo // a token's life begins when it is asked for
		if err := cmd.Run(); err != nil {
			if ctx.Err() != nil {
				err = context.Cause(ctx)
			}
			if last := lastLine(complaint.String()); last != "" {
				return Token{}, fmt.Errorf("token_command %s: %w: %s", argv[0], err, last)
			}
			return Token{}, fmt.Errorf("token_command %s: %w", argv[0], err)
		}
		t, err := parse(out.Bytes(), now)
		if err != nil {
			return Token{}, fmt.Errorf("token_command %s: %w", argv[0], err)
		}
		return t, nil
	}
}

// head keeps the first maxToken bytes and one more.
type head struct{ bytes.Buffer }

func (h *head) Write(p []byte) (int, error) {
	h.Buffer.Write(p[:min(len(p), maxToken+1-h.Len())])
	return len(p), nil
}

// lastLine is the last line that a command has said, where the reason stands.
func lastLine(said string) string {
	lines := strings.Split(strings.TrimSpace(said), "\n")
	last := strings.ToValidUTF8(lines[len(lines)-1], "\ufffd")
	if r := []rune(last); len(r) > 300 {
		last = string(r[:300]) + "…"
	}
	return strings.TrimSpace(strings.ReplaceAll(safetext.Visible(last), "\t", " "))
}

// parse reads a token, or a token endpoint's answer (RFC 6749 §5.1). Its
// errors never show what was read.
func parse(data []byte, now time.Time) (Token, error) {
	if len(data) > maxToken {
		return Token{}, fmt.Errorf("there is no token in more than %d bytes", maxToken)
	}
	text, err := safefile.Secret(data)
	if err != nil {
		return Token{}, fmt.Errorf("what there is %w", err)
	}
	t := Token{Value: strings.TrimSpace(text)}
	if strings.HasPrefix(t.Value, "{") {
		var answer struct {
			AccessToken string  `json:"access_token"`
			ExpiresIn   float64 `json:"expires_in"`
		}
		if json.Unmarshal([]byte(t.Value), &answer) != nil {
			return Token{}, errors.New("this isn't the JSON of a token: access_token must be a text, expires_in a number of seconds")
		}
		t.Value = answer.AccessToken
		if left := answer.ExpiresIn; left > 0 && left < 1e9 {
			t.Expires = now.Add(time.Duration(left*float64(time.Second)) - early)
		}
	}
	switch {
	case t.Value == "":
		return Token{}, errors.New("there is no token")
	case strings.ContainsFunc(t.Value, func(c rune) bool { return c <= ' ' || c > '~' }): // RFC 6750 §2.1
		return Token{}, errors.New("a token is one line of ASCII without spaces; there is something else")
	}
	return t, nil
}
