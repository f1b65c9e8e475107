//go:build long

package dkim

import "testing"

// TestDkimpyVerifiesEveryMail has all of the starter library, in all languages.
func TestDkimpyVerifiesEveryMail(t *testing.T) {
	dkimpyVerifies(t, starterMails(t, func(string, int) bool { return true }))
}
