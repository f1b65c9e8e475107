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

// response is something public as it goes over the wire: a page, a feed or the site
// map.
type response struct {
	kind     string // media type
	language string // BCP 47; "": of no one language
	body     []byte
	gzipped  []byte // the body, compressed; nil when that's no shorter
	etag     string // without quotes
	modified time.Time
	maxAge   time.Duration // how long caches may use it without asking
	pictures bool          // it may show pictures of other sites
}

// newResponse compresses a body. keep is how long caches may use it without asking.
func newResponse(kind, language string, body []byte, modified time.Time, keep time.Duration) (*response, error) {
	sum := sha256.Sum256(body)
	a := &response{kind: kind, language: language, body: body, etag: hex.EncodeToString(sum[:12]), modified: modified, maxAge: keep}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(body); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	if b.Len() < len(body) {
		a.gzipped = b.Bytes()
	}
	return a, nil
}

// maxCached bounds the memory of the cache, in bytes.
const maxCached = 32 << 20

// cache holds responses until something new is sent. It drops those that nobody has
// asked for in a while.
type cache struct {
	mu      sync.Mutex
	version uint64 // of the index that they were made from
	size    int    // of young
	young   map[string]*response
	old     map[string]*response
}

// get returns a response that was made from this version of the index, or nil.
func (k *cache) get(number uint64, key string) *response {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.version != number {
		return nil
	}
	if a := k.young[key]; a != nil {
		return a
	}
	a := k.old[key]
	if a != nil {
		k.store(key, a)
	}
	return a
}

// put adds a response.
func (k *cache) put(number uint64, key string, a *response) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if number < k.version {
		return
	}
	if number > k.version || k.young == nil {
		k.version, k.size, k.young, k.old = number, 0, map[string]*response{}, nil
	}
	k.store(key, a)
}

// store makes a response one of the young ones. When they fill half of the memory,
// the old ones go and the young ones become old.
func (k *cache) store(key string, a *response) {
	size := len(a.body) + len(a.gzipped) + len(key)
	if k.size+size > maxCached/2 {
		k.young, k.old, k.size = map[string]*response{}, k.young, 0
	}
	k.young[key] = a
	k.size += size
}

// servePublic sends what build makes, or has made before from the same version of
// the index. The key must name everything of the request that the response depends
// on.
func (s *Site) servePublic(w http.ResponseWriter, r *http.Request, number uint64, key string, negotiated bool, build func() (*response, error)) {
	a := s.cache.get(number, key)
	if a == nil {
		var err error
		if a, err = build(); err != nil {
			s.Page(func(*http.Request) (web.Page, error) { return web.Page{}, err })(w, r)
			return
		}
		s.cache.put(number, key, a)
	}
	h := w.Header()
	h.Set("Content-Type", a.kind)
	if a.language != "" {
		h.Set("Content-Language", a.language)
	}
	if a.pictures {
		// Pictures of a library have the address in BaseURL, by which the reader
		// needn't have come; and a tip may show a picture of another site.
		h.Set("Content-Security-Policy", strings.Replace(h.Get("Content-Security-Policy"), "img-src 'self'", "img-src 'self' https: http:", 1))
	}
	if negotiated {
		h.Add("Vary", "Accept-Language")
	}
	h.Add("Vary", "Accept-Encoding")
	// A cache may show its old copy while it fetches the new one.
	h.Set("Cache-Control", fmt.Sprintf("public, max-age=%d, stale-while-revalidate=86400", int(a.maxAge.Seconds())))
	body, etag := a.body, a.etag
	if a.gzipped != nil && takesGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body, etag = a.gzipped, etag+"-gzip"
	}
	h.Set("ETag", `"`+etag+`"`)
	http.ServeContent(w, r, "", a.modified, bytes.NewReader(body))
}

// takesGzip tells whether a client accepts gzip (RFC 9110 §12.5.3). One that asks
// for a part of a response gets it uncompressed.
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

// withArchive makes a handler of a function that needs the index.
func (s *Site) withArchive(f func(http.ResponseWriter, *http.Request, *archiveIndex)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		index, err := s.archive.open(r.Context(), s.Now())
		if err != nil {
			if errors.Is(err, context.Canceled) {
				return
			}
			s.Page(func(*http.Request) (web.Page, error) { return web.Page{}, err })(w, r)
			return
		}
		f(w, r, index)
	}
}
