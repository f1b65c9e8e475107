package site

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"dailytip/web"
)

// answer is something public as it goes over the wire: a page, a feed, the map
// of the site.
type answer struct {
	kind     string // media type
	language string // BCP 47; "": of no one language
	body     []byte
	packed   []byte // the same with gzip; nil when that's no shorter
	etag     string // without quotes
	modified time.Time
	keep     time.Duration // how long caches may keep it without asking
	pictures bool          // shows pictures from elsewhere
}

// newAnswer packs a body. keep is how long caches may go without asking.
func newAnswer(kind, language string, body []byte, modified time.Time, keep time.Duration) (*answer, error) {
	sum := sha256.Sum256(body)
	a := &answer{kind: kind, language: language, body: body, etag: hex.EncodeToString(sum[:12]), modified: modified, keep: keep}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(body); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	if b.Len() < len(body) {
		a.packed = b.Bytes()
	}
	return a, nil
}

// maxKept bounds the memory of what is kept ready, in bytes.
const maxKept = 32 << 20

// keeper holds answers until something new is sent. It drops those that nobody
// asked for in a while.
type keeper struct {
	mu     sync.Mutex
	number uint64 // of the shelf that they were made from
	size   int    // of young
	young  map[string]*answer
	old    map[string]*answer
}

// get returns an answer that was made from the shelf with this number, or nil.
func (k *keeper) get(number uint64, key string) *answer {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.number != number {
		return nil
	}
	if a := k.young[key]; a != nil {
		return a
	}
	a := k.old[key]
	if a != nil {
		k.keep(key, a)
	}
	return a
}

// put keeps an answer.
func (k *keeper) put(number uint64, key string, a *answer) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if number < k.number {
		return
	}
	if number > k.number || k.young == nil {
		k.number, k.size, k.young, k.old = number, 0, map[string]*answer{}, nil
	}
	k.keep(key, a)
}

// keep makes an answer one of the young. When these fill half of the room, the
// old ones go and they take their place.
func (k *keeper) keep(key string, a *answer) {
	size := len(a.body) + len(a.packed) + len(key)
	if k.size+size > maxKept/2 {
		k.young, k.old, k.size = map[string]*answer{}, k.young, 0
	}
	k.young[key] = a
	k.size += size
}

// public sends what build makes, or what it made before of the same shelf. Of the
// request nothing may matter but what key says.
func (s *Site) public(w http.ResponseWriter, r *http.Request, number uint64, key string, negotiated bool, build func() (*answer, error)) {
	a := s.kept.get(number, key)
	if a == nil {
		var err error
		if a, err = build(); err != nil {
			s.Page(func(*http.Request) (web.Page, error) { return web.Page{}, err })(w, r)
			return
		}
		s.kept.put(number, key, a)
	}
	h := w.Header()
	h.Set("Content-Type", a.kind)
	if a.language != "" {
		h.Set("Content-Language", a.language)
	}
	if a.pictures {
		// Those of a library have our own address, which needn't be the one that
		// the reader came by; a tip may also show one from elsewhere.
		h.Set("Content-Security-Policy", strings.Replace(h.Get("Content-Security-Policy"), "img-src 'self'", "img-src 'self' https: http:", 1))
	}
	if negotiated {
		h.Add("Vary", "Accept-Language")
	}
	h.Add("Vary", "Accept-Encoding")
	// Whoever may show an old copy for a moment may do so while it fetches the new one.
	h.Set("Cache-Control", fmt.Sprintf("public, max-age=%d, stale-while-revalidate=86400", int(a.keep.Seconds())))
	body, etag := a.body, a.etag
	if a.packed != nil && takesGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body, etag = a.packed, etag+"-gzip"
	}
	h.Set("ETag", `"`+etag+`"`)
	http.ServeContent(w, r, "", a.modified, bytes.NewReader(body))
}

// takesGzip tells whether a client says that it can unpack (RFC 9110 §12.5.3).
// One that asks for part of an answer gets it as it is.
func takesGzip(r *http.Request) bool {
	if r.Header.Get("Range") != "" {
		return false
	}
	for coding := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(coding), ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			_, q, _ := strings.Cut(weight, "=")
			return strings.Trim(strings.TrimSpace(q), "0.") != "" || q == ""
		}
	}
	return false
}

// archived makes a handler of one that needs what is public.
func (s *Site) archived(f func(http.ResponseWriter, *http.Request, *shelf)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		sh, err := s.archive.open(r.Context(), s.Now())
		if err != nil {
			if errors.Is(err, context.Canceled) {
				return
			}
			s.Page(func(*http.Request) (web.Page, error) { return web.Page{}, err })(w, r)
			return
		}
		f(w, r, sh)
	}
}
