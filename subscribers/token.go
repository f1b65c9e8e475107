package subscribers

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

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

	// AccountLink is the link that is mailed to who wants all that we hold, and
	// AccountPage the page that it opens; both name an [Account] in place of a
	// subscription.
	AccountLink Purpose = "account"
	AccountPage Purpose = "account-page"

	// FormToken is what a form on our own page carries; see [Tokens.NewFormToken].
	FormToken Purpose = "form"
)

// The purposes of the links in a proof. Their tokens name the proof.
const (
	ApproveProofLink Purpose = "proof/approve"
	SkipProofLink    Purpose = "proof/skip"
)

const calendar = "calendar/"

// CalendarLink is the purpose of the link to a newsletter's calendar, for the
// operator. Its tokens name no subscription, but 0.
func CalendarLink(newsletter string) Purpose { return Purpose(calendar + newsletter) }

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
// 112 bits). Tokens don't expire by themselves: the operator ends them all but
// those to unsubscribe, which RFC 8058 needs for ever, with a new key ([Rotate]).
type Tokens struct {
	ring atomic.Pointer[keyring]
}

// keyring is all keys, and the newest for links and for calendars.
type keyring struct {
	keys            map[uint16]*linkKey
	links, calendar uint16
}

// newest is the number of the key that signs a purpose.
func (k *keyring) newest(p Purpose) uint16 {
	if strings.HasPrefix(string(p), calendar) {
		return k.calendar
	}
	return k.links
}

type linkKey struct {
	secret []byte
	ready  sync.Pool // of *mac
}

// LoadTokens reads the keys for links from the database.
func LoadTokens(ctx context.Context, db *store.DB) (*Tokens, error) {
	t := &Tokens{}
	return t, t.load(ctx, db)
}

// Make returns the token that allows one thing for one subscription.
func (t *Tokens) Make(p Purpose, subscription int64) string {
	return string(t.Append(make([]byte, 0, TokenLength), p, subscription))
}

// Append appends the token that Make returns.
func (t *Tokens) Append(dst []byte, p Purpose, subscription int64) []byte {
	var payload [payloadSize]byte
	ring := t.ring.Load()
	binary.BigEndian.PutUint16(payload[:], ring.newest(p))
	binary.BigEndian.PutUint64(payload[2:], uint64(subscription))
	signed := ring.sign(payload, p)
	return base64.RawURLEncoding.AppendEncode(dst, signed[:])
}

// Check returns the subscription that a token names, or [ErrToken].
func (t *Tokens) Check(p Purpose, token string) (subscription int64, err error) {
	return t.check(p, token, p == UnsubscribeLink)
}

// CheckNewest is Check for what ends with a new key, although a token to
// unsubscribe is all that asks for it: such a token may be of an older key.
func (t *Tokens) CheckNewest(p Purpose, token string) (subscription int64, err error) {
	return t.check(p, token, false)
}

func (t *Tokens) check(p Purpose, token string, older bool) (subscription int64, err error) {
	if len(token) != TokenLength { // the decoder passes over line ends
		return 0, ErrToken
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) != signedSize {
		return 0, ErrToken
	}
	payload := [payloadSize]byte(b)
	ring, key := t.ring.Load(), binary.BigEndian.Uint16(b)
	if ring.keys[key] == nil || key != ring.newest(p) && !older {
		return 0, ErrToken
	}
	if signed := ring.sign(payload, p); !hmac.Equal(b, signed[:]) {
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
func (k *keyring) sign(payload [payloadSize]byte, p Purpose) (signed [signedSize]byte) {
	key := k.keys[binary.BigEndian.Uint16(payload[:])]
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
