package oauth

import (
	"context"
	"sync"
	"time"
)

// Kept keeps the token that all connections log in with. Its methods may be called
// from several goroutines.
type Kept struct {
	ask func(context.Context) (Token, error)

	mu   sync.Mutex // held while asking: the others want the same
	kept Token
}

// Keep asks for tokens when there is need: see [File] and [Command].
func Keep(ask func(context.Context) (Token, error)) *Kept { return &Kept{ask: ask} }

// Get gives a token that is neither over nor the one that a server has refused; "":
// none was.
func (k *Kept) Get(ctx context.Context, refused string) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := time.Now() //nolint:forbidigo // a token's life is short
	if t := k.kept; t.Value != "" && t.Value != refused && (t.Expires.IsZero() || now.Before(t.Expires)) {
		return t.Value, nil
	}
	token, err := k.ask(ctx)
	if err != nil {
		return "", err
	}
	k.kept = token
	return token.Value, nil
}
