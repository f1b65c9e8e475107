package tokens

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"dailytip/store"
)

// RequestLife is how long a request is remembered by its Idempotency-Key.
const RequestLife = 24 * time.Hour

// requestTime is how long a request may be under way. One that has no answer by then was
// cut short, because the daemon was killed, and may be sent again.
const requestTime = 2 * time.Minute

var (
	// ErrUnderWay means that the same request is being answered.
	ErrUnderWay = errors.New("the first request with this key is still under way")
	// ErrOtherRequest means that a key was used for another request.
	ErrOtherRequest = errors.New("this key was used for another request")
)

// Answer is what a request was answered.
type Answer struct {
	Status int               `json:"status"`
	Header map[string]string `json:"header"`
	Body   []byte            `json:"body"`
}

// Request is one that is remembered. What is kept of it can be read only by who has
// the token's text.
type Request struct {
	tokens  *Tokens
	token   int64
	name    string
	request string
	sealer  cipher.AEAD
}

// Begin notes that a token sent a request with a key. before is what the same request was
// answered earlier; nil: it's to be carried out now, and r ended afterwards by
// [Request.End] or [Request.Forget].
func (t *Tokens) Begin(ctx context.Context, now time.Time, token Token, text, key string, request []byte) (r *Request, before *Answer, err error) {
	r = &Request{tokens: t, token: token.ID, name: hex.EncodeToString(derived(text, "key", []byte(key))), request: hex.EncodeToString(derived(text, "request", request))}
	block, err := aes.NewCipher(derived(text, "answer", nil))
	if err != nil {
		return nil, nil, err
	}
	if r.sealer, err = cipher.NewGCM(block); err != nil {
		return nil, nil, err
	}
	err = t.db.Write(ctx, func(tx *sql.Tx) error {
		before = nil
		_, err := tx.ExecContext(ctx, "DELETE FROM token_requests WHERE at <= $1 OR answer = '' AND at <= $2 AND token = $3",
			store.Millis(now.Add(-RequestLife)), store.Millis(now.Add(-requestTime)), token.ID)
		if err != nil {
			return fmt.Errorf("forget old requests: %w", err)
		}
		res, err := tx.ExecContext(ctx, "INSERT INTO token_requests (token, name, request, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
			r.token, r.name, r.request, store.Millis(now))
		if err != nil {
			return fmt.Errorf("note request: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 1 {
			return err
		}
		before, err = r.answered(ctx, tx)
		return err
	})
	return r, before, err
}

// pruneEvery is how often [Tokens.Run] looks for requests to forget.
const pruneEvery = time.Minute

// Run forgets old requests until its context ends: perhaps nobody sends another one that
// would have them forgotten.
func (t *Tokens) Run(ctx context.Context, log *slog.Logger) error {
	tick := time.NewTicker(pruneEvery)
	defer tick.Stop()
	for {
		err := t.ForgetRequests(ctx, time.Now()) //nolint:forbidigo // a Run loop reads the clock
		if err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "old requests can't be forgotten; the next try is in a minute", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// ForgetRequests forgets the requests that are older than [RequestLife].
func (t *Tokens) ForgetRequests(ctx context.Context, now time.Time) error {
	before := store.Millis(now.Add(-RequestLife))
	var due bool // mostly not: then nobody waits for the right to write
	err := t.db.Read().QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM token_requests WHERE at <= $1)", before).Scan(&due)
	if err == nil && due {
		err = t.db.Write(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, "DELETE FROM token_requests WHERE at <= $1", before)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("forget old requests: %w", err)
	}
	return nil
}

// answered is what the first such request was answered.
func (r *Request) answered(ctx context.Context, tx *sql.Tx) (*Answer, error) {
	var request, sealed string
	err := tx.QueryRowContext(ctx, "SELECT request, answer FROM token_requests WHERE token = $1 AND name = $2", r.token, r.name).Scan(&request, &sealed)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read request: %w", err)
	case request != r.request:
		return nil, ErrOtherRequest
	case sealed == "":
		return nil, ErrUnderWay
	}
	data, err := base64.StdEncoding.DecodeString(sealed)
	if err == nil && len(data) < r.sealer.NonceSize() {
		err = errors.New("it's cut off")
	}
	if err == nil {
		data, err = r.sealer.Open(nil, data[:r.sealer.NonceSize()], data[r.sealer.NonceSize():], nil)
	}
	var a Answer
	if err == nil {
		err = json.Unmarshal(data, &a)
	}
	if err != nil {
		return nil, fmt.Errorf("read the answer to a request: %w", err)
	}
	return &a, nil
}

// End keeps what a request was answered.
func (r *Request) End(ctx context.Context, a Answer) error {
	data, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("keep answer: %w", err)
	}
	nonce := make([]byte, r.sealer.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	sealed := base64.StdEncoding.EncodeToString(r.sealer.Seal(nonce, nonce, data, nil))
	return r.tokens.db.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE token_requests SET answer = $1 WHERE token = $2 AND name = $3", sealed, r.token, r.name); err != nil {
			return fmt.Errorf("keep answer: %w", err)
		}
		return nil
	})
}

// Forget lets a request be sent again, because it wasn't carried out.
func (r *Request) Forget(ctx context.Context) error {
	return r.tokens.db.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM token_requests WHERE token = $1 AND name = $2", r.token, r.name); err != nil {
			return fmt.Errorf("forget request: %w", err)
		}
		return nil
	})
}

// derived is a key, or a hash, that only who has a token's text can make.
func derived(text, purpose string, data []byte) []byte {
	mac := hmac.New(sha256.New, []byte(text))
	mac.Write([]byte(purpose + "\x00"))
	mac.Write(data)
	return mac.Sum(nil)
}
