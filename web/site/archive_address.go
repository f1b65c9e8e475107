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

// cleanRequest is a request for a public page, without anything that the page isn't
// made of. So what one visitor adds to an address can't get into the copy that
// others are sent from the cache.
func cleanRequest(r *http.Request, path string, query url.Values) *http.Request {
	clean := r.WithContext(r.Context())
	clean.URL, clean.Header = &url.URL{Path: path, RawQuery: query.Encode()}, http.Header{}
	return clean
}

// pageNumber reads which page of a list is asked for; 0 is the front page. A number
// that isn't written as we write it, such as 007, is no page.
func pageNumber(r *http.Request) (n int, ok bool) {
	text := r.URL.Query().Get(pageField)
	if text == "" {
		return 0, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n > 0 && strconv.Itoa(n) == text
}
