//go:build long

package mailer

import "testing"

var sizes = []int{200}

// What a relay may reply, with more readers than a page of claims has.
func TestManyReaders(t *testing.T) {
	t.Run("too much for the relay", TestTooMuchForTheRelay)
	t.Run("login wanted", TestLoginWanted)
	t.Run("nothing is taken", TestNothingIsTaken)
	t.Run("another relay", TestAnotherRelayTakesOver)
	t.Run("shared cases", TestSharedCases)
}
