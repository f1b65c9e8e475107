package store

import (
	"crypto/rand"
	"encoding/binary"
	"sync"
	"time"
)

// IDs makes numbers that grow with time and that two nodes don't make twice:
// 41 bits of milliseconds since 2024 and 22 bits that start at random and count
// on. The zero value is ready.
type IDs struct {
	mu   sync.Mutex
	last int64
}

var idEpoch = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// FirstID is the smallest number that an IDs makes from an instant on.
func FirstID(t time.Time) int64 { return max(t.Sub(idEpoch).Milliseconds(), 0) << idTail }

// idTail is how many bits don't tell the time.
const idTail = 22

// New returns a positive number that this IDs has never returned before.
func (s *IDs) New(now time.Time) int64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	low := int64(binary.LittleEndian.Uint64(b[:]) & (1<<idTail - 1))
	s.mu.Lock()
	defer s.mu.Unlock()
	ms := max(now.Sub(idEpoch).Milliseconds(), 0)
	s.last = max(ms<<idTail|low, s.last+1)
	return s.last
}
