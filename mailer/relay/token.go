package relay

import (
	"context"
	"fmt"

	"dailytip/verdict"
)

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
	token, err := r.tokens.Get(ctx, refused)
	if err != nil {
		return "", own(verdict.Auth, 454, "4.7.0", "%v", err)
	}
	return token, nil
}
