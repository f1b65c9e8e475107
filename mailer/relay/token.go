package relay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"time"

	"dailytip/safefile"
	"dailytip/verdict"
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

// TokenFile takes the token from a file, at each login: whoever renews it
// replaces the file. It holds the token alone, or the answer of a token endpoint
// as JSON (RFC 6749 §5.1).
func TokenFile(path string) func(context.Context) (Token, error) {
	return func(context.Context) (Token, error) {
		data, err := safefile.Read(path, maxToken)
		if err != nil {
			return Token{}, fmt.Errorf("read token_file: %w", err)
		}
		now := time.Now() //nolint:forbidigo // a token's life begins when it is read
		t, err := parseToken(data, now)
		if err != nil {
			return Token{}, fmt.Errorf("token_file %s: %w", path, err)
		}
		t.Expires = now // how old the file is, nobody knows
		return t, nil
	}
}

// TokenCommand takes the token from what a command prints, in the same form. It
// is run without a shell, when there is no token yet, the last one was refused,
// or its expires_in (seconds) is over.
func TokenCommand(argv []string) func(context.Context) (Token, error) {
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
			lines := strings.Split(strings.TrimSpace(complaint.String()), "\n")
			if last := clean(lines[len(lines)-1]); last != "" {
				return Token{}, fmt.Errorf("token_command %s: %w: %s", argv[0], err, last)
			}
			return Token{}, fmt.Errorf("token_command %s: %w", argv[0], err)
		}
		t, err := parseToken(out.Bytes(), now)
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

// parseToken reads a token, or a token endpoint's answer (RFC 6749 §5.1). Its
// errors never show what was read.
func parseToken(data []byte, now time.Time) (Token, error) {
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

// tokens keeps the token that all connections log in with.
type tokens struct {
	ask func(context.Context) (Token, error)

	mu   sync.Mutex // held while asking: the others want the same
	kept Token
}

// get gives a token that is neither over nor the one that was refused.
func (t *tokens) get(ctx context.Context, refused string) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now() //nolint:forbidigo // a token's life is short
	if k := t.kept; k.Value != "" && k.Value != refused && (k.Expires.IsZero() || now.Before(k.Expires)) {
		return k.Value, nil
	}
	token, err := t.ask(ctx)
	if err != nil {
		return "", err
	}
	t.kept = token
	return token.Value, nil
}

// dial opens a connection as far as MAIL FROM. A token that is refused is
// renewed once: it may have ended early, or been withdrawn.
func (r *Relay) dial(ctx context.Context) (*conn, verdict.Reply) {
	if r.tokens == nil {
		return r.connect(ctx, r.o.Password)
	}
	token, err := r.token(ctx, "")
	if err != nil {
		return nil, *err
	}
	c, a := r.connect(ctx, token)
	if c != nil || a.Stage != verdict.Auth || a.Code != 535 { // RFC 4954 §6
		return c, a
	}
	renewed, err := r.token(ctx, token)
	switch {
	case err != nil:
		return nil, *err
	case renewed == token:
		return nil, a
	}
	return r.connect(ctx, renewed)
}

// token asks for one. To have none is a failure that passes, as far as we know.
func (r *Relay) token(ctx context.Context, refused string) (string, *verdict.Reply) {
	ctx, cancel := context.WithTimeoutCause(ctx, r.o.Timeout, fmt.Errorf("no token within %v", r.o.Timeout))
	defer cancel()
	token, err := r.tokens.get(ctx, refused)
	if err != nil {
		return "", own(verdict.Auth, 454, "4.7.0", "%v", err)
	}
	return token, nil
}
