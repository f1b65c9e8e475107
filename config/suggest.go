package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// unknownKey says what to do about a key that a group of type t doesn't have.
func unknownKey(key string, t reflect.Type) string {
	keys := keysOf(t)
	msg := "unknown key " + strconv.Quote(clip(key))
	if guess := nearest(key, keys); guess != "" {
		return fmt.Sprintf("%s; did you mean %s?", msg, guess)
	}
	if places := placesOf(key, reflect.TypeFor[Config](), ""); len(places) > 0 {
		return fmt.Sprintf("%s here; it belongs to %s", msg, strings.Join(places, " or "))
	}
	return fmt.Sprintf("%s; the keys here are %s", msg, strings.Join(keys, ", "))
}

// placesOf lists the groups of t that have such a key.
func placesOf(key string, t reflect.Type, path string) []string {
	var places []string
	for f := range t.Fields() {
		name := keyOf(f)
		switch {
		case name == "":
		case name == key && path == "":
			places = append(places, "the top level, without indentation")
		case name == key:
			places = append(places, path+":")
		default:
			ft := f.Type
			if ft.Kind() == reflect.Slice {
				ft = ft.Elem()
			}
			if ft.Kind() == reflect.Struct && ft.PkgPath() == t.PkgPath() {
				places = append(places, placesOf(key, ft, join(path, name))...)
			}
		}
	}
	return places
}

// Nearest returns the word that another was probably meant to be, or "".
func Nearest(word string, words []string) string { return nearest(word, words) }

func nearest(key string, words []string) string {
	if len(key) > 40 {
		return ""
	}
	plain := func(s string) string {
		return strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(s))
	}
	best, bestDistance := "", 1+min(2, len(key)/3)
	for _, w := range words {
		if plain(w) == plain(key) {
			return w
		}
		if dist := distance(strings.ToLower(key), w); dist < bestDistance {
			best, bestDistance = w, dist
		}
	}
	if best != "" || len(key) < 3 {
		return best
	}
	for _, w := range words { // user for username
		if strings.HasPrefix(w, strings.ToLower(key)) {
			return w
		}
	}
	return ""
}

// distance is the number of letters to insert, delete, replace or swap with
// their neighbour to make a into b (optimal string alignment).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	prev2, prev, cur := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(x); i++ {
		cur[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev, cur = prev, cur, slices.Clone(prev2)
	}
	return prev[len(y)]
}
