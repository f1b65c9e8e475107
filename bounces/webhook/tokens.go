package webhook

import (
	"crypto/sha256"
	"sync"
)

// mostTokens bounds the memory, in tokens; there may be twice as many.
const mostTokens = 10_000

// tokens remembers what the newest tokens were used for.
type tokens struct {
	mu          sync.Mutex
	young, past map[string][sha256.Size]byte
}

func newTokens() *tokens { return &tokens{young: map[string][sha256.Size]byte{}} }

// use tells whether a token may be used for something: it's new, or was used for the
// same before, as happens when a provider tries again.
func (t *tokens) use(token string, what [sha256.Size]byte) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, known := range []map[string][sha256.Size]byte{t.young, t.past} {
		if used, ok := known[token]; ok {
			return used == what
		}
	}
	if len(t.young) >= mostTokens {
		t.past, t.young = t.young, map[string][sha256.Size]byte{}
	}
	t.young[token] = what
	return true
}
