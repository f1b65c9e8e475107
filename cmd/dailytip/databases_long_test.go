//go:build long

package main

import "testing"

var databases = []string{"sqlite", "postgres"}

// The commands that control an edition, while it goes out from two daemons.
func TestEditionsOnEachDatabase(t *testing.T) {
	t.Run("controlled", TestEditionIsControlledWhileItRuns)
	t.Run("again", TestFailedAndDoubtfulGoOutAgain)
	t.Run("retried", TestRetryFailedWhileItRuns)
	t.Run("resumed", TestResume)
}
