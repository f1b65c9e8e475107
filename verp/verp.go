package verp

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Mail names a mail of ours: a notice, or the delivery of an edition to a
// subscriber.
type Mail struct {
	Notice     int64 // 0: it's a delivery
	Edition    int64
	Subscriber int64
}

// Key signs the tags of mails that were opened from an instant on, until the next
// key's.
type Key struct {
	Secret []byte
	From   time.Time
}

// Tags makes and checks tags. Its methods may be called from several goroutines.
// The zero value has no keys: give it some with [Tags.Use] first.
type Tags struct{ keys atomic.Pointer[[]Key] }

// New returns what makes tags with some keys, of which there is at least one.
func New(keys ...Key) *Tags {
	t := &Tags{}
	t.Use(keys)
	return t
}

// Use takes keys into use, in place of those before.
func (t *Tags) Use(keys []Key) {
	keys = slices.SortedStableFunc(slices.Values(keys), func(a, b Key) int { return a.From.Compare(b.From) })
	t.keys.Store(&keys)
}

// Append appends the tag of a mail that was opened at an instant. The instant
// decides which key signs, so that a mail has the same tag on every attempt,
// whatever keys have been made since.
func (t *Tags) Append(b []byte, m Mail, opened time.Time) []byte {
	keys := *t.keys.Load()
	n, _ := slices.BinarySearchFunc(keys, opened, func(k Key, at time.Time) int {
		return cmp.Or(k.From.Compare(at), -1) // behind those from that instant on
	})
	return appendSigned(b, keys[max(n-1, 0)], mailKind, m.append(nil))
}

// Check returns the mail that a tag names, whichever key has signed it.
func (t *Tags) Check(tag string) (Mail, bool) {
	tag = strings.ToLower(tag)
	name, ok := cutName(tag)
	m, named := parseMail(name)
	return m, ok && named && t.signed(mailKind, name, tag)
}

// append writes a mail's name: two numbers for a delivery, one for a notice.
func (m Mail) append(b []byte) []byte {
	if m.Notice != 0 {
		return strconv.AppendInt(b, m.Notice, 36)
	}
	return strconv.AppendInt(append(strconv.AppendInt(b, m.Edition, 36), '.'), m.Subscriber, 36)
}

func parseMail(name string) (m Mail, ok bool) {
	first, second, two := strings.Cut(name, ".")
	if !two {
		m.Notice, ok = parseNumber(first)
		return m, ok
	}
	var ok1, ok2 bool
	m.Edition, ok1 = parseNumber(first)
	m.Subscriber, ok2 = parseNumber(second)
	return m, ok1 && ok2
}

func parseNumber(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 36, 64)
	return n, err == nil && n > 0 && strconv.FormatInt(n, 36) == s
}

// What a code is for: one of one kind is worthless for another.
const (
	mailKind        = "mail "
	unsubscribeKind = "unsubscribe "
)

// appendSigned appends a name, and the code over it.
func appendSigned(b []byte, k Key, kind string, name []byte) []byte {
	mac := hmac.New(sha256.New, k.Secret)
	mac.Write([]byte(kind))
	mac.Write(name)
	var sum [sha256.Size]byte
	return encoding.AppendEncode(append(append(b, name...), '.'), mac.Sum(sum[:0])[:codeSize])
}

// signed tells whether one of the keys has signed a name so.
func (t *Tags) signed(kind, name, signed string) bool {
	for _, k := range *t.keys.Load() {
		if hmac.Equal(appendSigned(nil, k, kind, []byte(name)), []byte(signed)) {
			return true
		}
	}
	return false
}

const codeSize = 80 / 8 // bytes

// encoding is base32 (RFC 4648 §6) in lower case.
var encoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// cutName takes the name from what was signed.
func cutName(s string) (name string, ok bool) {
	at := strings.LastIndexByte(s, '.')
	if at < 0 || len(s) > mostLocal {
		return "", false
	}
	return s[:at], true
}
