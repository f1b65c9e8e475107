package site

import (
	"strings"
	"time"
)

// Evenly is how long a sign-up takes at least.
const Evenly = signUpTime

// Hasten sets how long a sign-up takes at least.
func (s *Site) Hasten(d time.Duration) { s.signUpTime = d }

// ReadEmail is the address in a body that programs send.
func ReadEmail(body string) (string, error) {
	e, err := readEntry(strings.NewReader(body))
	return e.Email, err
}
