package web_test

import (
	"strings"
	"testing"

	"dailytip/subscribers"
)

// The page to leave is kept in pieces and put together for each reader: byte for
// byte what it would be if it were written for them.
func TestKeptLeavePage(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	var paths []string
	addresses := []string{"ana@example.com", "a&b+c@example.com", "o'neil@example.com", "x@example.com", "management@example.com", "lang@example.com"}
	for i, email := range addresses {
		added := s.add(email, []string{"en", "ar"}[i%2])
		s.bring(added, subscribers.Active)
		paths = append(paths, s.leaveLink(added))
	}
	for range 2 {
		for i, path := range paths {
			// A server of its own has kept nothing yet.
			fresh := openOn(t, s.db, nil)
			want, got := fresh.get(path).body, s.get(path).body
			if got != want {
				t.Errorf("%s:\n%s\nwant\n%s", addresses[i], got, want)
			}
			for j, other := range paths {
				if i != j && (strings.Contains(got, other) || strings.Contains(got, ">"+addresses[j]+"<")) {
					t.Errorf("the page of %s holds what is %s's", addresses[i], addresses[j])
				}
			}
		}
	}
}
