package site

import (
	"net/http"
	"net/url"
	"strconv"
)

// The names in the addresses of lists and feeds.
const (
	newsletterField = "newsletter"
	tagField        = "tag"
	queryField      = "q"
	pageField       = "page"
)

// values makes a query of names and values; what is empty is left out.
func values(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	return v
}

// bare is a request for a public page with nothing in it but what the page is
// made of: whatever else a visitor writes into an address leaves no trace in what
// others get.
func bare(r *http.Request, path string, query url.Values) *http.Request {
	clean := r.WithContext(r.Context())
	clean.URL, clean.Header = &url.URL{Path: path, RawQuery: query.Encode()}, http.Header{}
	return clean
}

// pageNumber reads which page of a list is asked for; 0 is the front. What we
// would never write is no page.
func pageNumber(r *http.Request) (n int, ok bool) {
	text := r.URL.Query().Get(pageField)
	if text == "" {
		return 0, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n > 0 && strconv.Itoa(n) == text
}
