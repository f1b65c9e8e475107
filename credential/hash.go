package credential

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// What a new hash costs: the least that OWASP's Password Storage Cheat Sheet asks for.
// RFC 9106 §4 would have 64 MiB, which is more than the whole daemon takes.
const (
	newMemory  = 19 << 10 // KiB
	newTime    = 2
	newThreads = 1
	saltBytes  = 16
	keyBytes   = 32
)

// What a hash may cost that another program made: at least as much as ours, in one of
// the ways that OWASP has for it, and no more than a daemon can spare, for anybody can
// have it done by a guess: the memory that RFC 9106 §4 has, and eight times our work.
const (
	leastMemory = 7 << 10  // KiB
	mostMemory  = 64 << 10 // KiB
	leastWork   = 5 * leastMemory
	mostWork    = 8 * newTime * newMemory
	mostTime    = 16
	mostThreads = 16
)

// Hash is what is kept of a password.
type Hash struct {
	memory, time uint32 // KiB; passes
	threads      uint8
	salt, key    []byte
}

// newHash hashes a password that is prepared.
func newHash(prepared string) Hash {
	h := Hash{memory: newMemory, time: newTime, threads: newThreads, salt: make([]byte, saltBytes)}
	_, _ = rand.Read(h.salt) // never fails: crypto/rand ends the program instead
	h.key = h.derive(prepared, keyBytes)
	return h
}

func (h Hash) derive(prepared string, bytes int) []byte {
	return argon2.IDKey([]byte(prepared), h.salt, h.time, h.memory, h.threads, uint32(bytes))
}

// matches takes some ten milliseconds and the hash's memory.
func (h Hash) matches(prepared string) bool {
	return subtle.ConstantTimeCompare(h.derive(prepared, len(h.key)), h.key) == 1
}

// String is the hash as [ParseHash] reads it.
func (h Hash) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.memory, h.time, h.threads,
		base64.RawStdEncoding.EncodeToString(h.salt), base64.RawStdEncoding.EncodeToString(h.key))
}

// ParseHash reads a hash. Its error reads on after what was written: "isn't a hash …".
func ParseHash(text string) (Hash, error) {
	errNone := errors.New("isn't a hash of argon2id ($argon2id$v=19$m=…), and the password itself must never stand here; dailytip admin password makes one")
	parts := strings.Split(text, "$")
	if len(parts) != 6 {
		return Hash{}, errNone
	}
	var h Hash
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.memory, &h.time, &h.threads); err != nil {
		return Hash{}, errNone
	}
	var errSalt, errKey error
	h.salt, errSalt = base64.RawStdEncoding.DecodeString(parts[4])
	h.key, errKey = base64.RawStdEncoding.DecodeString(parts[5])
	// Written anew it's the same text, or there was something else in it.
	if errSalt != nil || errKey != nil || h.String() != text {
		return Hash{}, errNone
	}
	switch {
	case h.time == 0 || h.threads == 0 || len(h.salt) < 8 || len(h.salt) > 64 || len(h.key) < 16 || len(h.key) > 64:
		return Hash{}, errNone
	case h.memory < leastMemory || uint64(h.memory)*uint64(h.time) < leastWork:
		return Hash{}, errors.New("was made with so little work that it could be guessed; dailytip admin password makes a better one")
	case h.memory > mostMemory || h.time > mostTime || h.threads > mostThreads || uint64(h.memory)*uint64(h.time) > mostWork:
		return Hash{}, fmt.Errorf("takes more work than a daemon can spare (at most m=%d, t=%d, p=%d, and m times t at most %d); dailytip admin password makes one that is right",
			mostMemory, mostTime, mostThreads, mostWork)
	}
	return h, nil
}
