package subscribers

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"sync"

	"dailytip/store"
)

// Purpose is what a token allows. A token of one purpose is worthless for
// another.
type Purpose string

// The purposes of links.
const (
	ConfirmLink     Purpose = "confirm"
	UnsubscribeLink Purpose = "unsubscribe"
	PreferencesLink Purpose = "preferences"

	// FormStamp signs when a form was made, in ms, in place of a subscription.
	FormStamp Purpose = "form"
)

// CalendarLink is the purpose of the link to a newsletter's calendar, for the
// operator. Its tokens name no subscription, but 0.
func CalendarLink(newsletter string) Purpose { return Purpose("calendar/" + newsletter) }

// VoteLink is the purpose of the links that say whether an edition was useful.
func VoteLink(edition int64) Purpose { return Purpose("vote/" + strconv.FormatInt(edition, 36)) }

// TokenLength is the length of every token, in URL-safe ASCII characters. All
// are equally long so that a mail can be composed once and each reader's token
// put in its place afterwards.
const TokenLength = 32

// ErrToken means that a token is malformed, forged or made for something else.
var ErrToken = errors.New("this link isn't valid")

// Tokens signs and checks what links carry: the number of the key, the number
// of the subscription and a code over both and the purpose (HMAC-SHA256, cut to
// 112 bits). Tokens never expire: RFC 8058 needs that for unsubscribing.
type Tokens struct {
	keys   map[uint16]*linkKey
	newest uint16
}

type linkKey struct {
	secret []byte
	ready  sync.Pool // of *mac
}

// LoadTokens reads the keys for links from the database.
func LoadTokens(ctx context.Context, db *store.DB) (*Tokens, error) {
	rows, err := db.Read().QueryContext(ctx, "SELECT id, secret FROM link_keys WHERE purpose = 'link' ORDER BY id")
	if err != nil {
		return nil, fmt.Errorf("read link keys: %w", err)
	}
	defer func() { _ = rows.Close() }()
	t := &Tokens{keys: map[uint16]*linkKey{}}
	for rows.Next() {
		var id uint16
		var secret string
		if err := rows.Scan(&id, &secret); err != nil {
			return nil, fmt.Errorf("read link keys: %w", err)
		}
		k := &linkKey{}
		if k.secret, err = hex.DecodeString(secret); err != nil {
			return nil, fmt.Errorf("read link key %d: %w", id, err)
		}
		t.keys[id] = k
		t.newest = id
	}
	if len(t.keys) == 0 && rows.Err() == nil {
		return nil, errors.New("read link keys: there are none; run dailytip migrate")
	}
	return t, rows.Err()
}

// Make returns the token that allows one thing for one subscription.
func (t *Tokens) Make(p Purpose, subscription int64) string {
	return string(t.Append(make([]byte, 0, TokenLength), p, subscription))
}

// Append appends the token that Make returns.
func (t *Tokens) Append(dst []byte, p Purpose, subscription int64) []byte {
	var payload [payloadSize]byte
	binary.BigEndian.PutUint16(payload[:], t.newest)
	binary.BigEndian.PutUint64(payload[2:], uint64(subscription))
	signed := t.sign(payload, p)
	return base64.RawURLEncoding.AppendEncode(dst, signed[:])
}

// Check returns the subscription that a token names, or [ErrToken].
func (t *Tokens) Check(p Purpose, token string) (subscription int64, err error) {
	if len(token) != TokenLength { // the decoder passes over line ends
		return 0, ErrToken
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) != signedSize {
		return 0, ErrToken
	}
	payload := [payloadSize]byte(b)
	if t.keys[binary.BigEndian.Uint16(b)] == nil {
		return 0, ErrToken
	}
	if signed := t.sign(payload, p); !hmac.Equal(b, signed[:]) {
		return 0, ErrToken
	}
	return int64(binary.BigEndian.Uint64(b[2:])), nil
}

const (
	payloadSize = 2 + 8               // the key's number and the subscription's
	signedSize  = TokenLength / 4 * 3 // in base64 it is a token
)

// mac is a code under a key that is set up: that takes longer than a code.
type mac struct {
	hash.Hash
	text []byte
}

// sign adds the code to a payload, whose key is one of ours.
func (t *Tokens) sign(payload [payloadSize]byte, p Purpose) (signed [signedSize]byte) {
	key := t.keys[binary.BigEndian.Uint16(payload[:])]
	m, ok := key.ready.Get().(*mac)
	if !ok {
		m = &mac{Hash: hmac.New(sha256.New, key.secret)}
	}
	m.text = append(append(append(m.text[:0], p...), 0), payload[:]...)
	m.Write(m.text)
	m.text = m.Sum(m.text[:0])
	copy(signed[copy(signed[:], payload[:]):], m.text)
	m.Reset()
	key.ready.Put(m)
	return signed
}
