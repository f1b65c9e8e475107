package api

import (
	"encoding/base64"
	"strconv"
)

// Paged says which page of a list to show. It is exported for huma, which reads embedded
// fields only of exported types.
type Paged struct {
	Cursor string `query:"cursor" maxLength:"400" doc:"What stood at next on the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

// Page is one page of a list.
type Page[T any] struct {
	Items []T    `json:"items" nullable:"false"`
	Next  string `json:"next,omitempty" doc:"The cursor of the next page; none: this is the last"`
}

// pageOf shows what was found for a page of at most so many. The page is followed by
// another one when it's full, which begins after the last one's place.
func pageOf[F, T any](found []F, limit int, place func(F) string, shown func(F) T) Page[T] {
	page := Page[T]{Items: make([]T, len(found))}
	for i, f := range found {
		page.Items[i] = shown(f)
	}
	if len(found) == limit {
		page.Next = cursorOf(place(found[limit-1]))
	}
	return page
}

// cursorOf writes where a list goes on, so that nobody makes something of it.
func cursorOf(place string) string { return base64.RawURLEncoding.EncodeToString([]byte(place)) }

// place is where the last page ended; "": this is the first.
func (p Paged) place() (string, error) {
	place, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err != nil || !isText(string(place)) {
		return "", badCursor()
	}
	return string(place), nil
}

// number is the number that the last page ended with; 0: this is the first.
func (p Paged) number() (int64, error) {
	place, err := p.place()
	if err != nil || place == "" {
		return 0, err
	}
	n, ok := number(place)
	if !ok {
		return 0, badCursor()
	}
	return n, nil
}

func badCursor() error {
	return invalid("the cursor isn't one of ours; take what stood at next, or leave it out to begin")
}

func placeOf(n int64) string { return strconv.FormatInt(n, 10) }
