//go:build long

package bouncetest

import (
	"fmt"
	"testing"
)

// TestEachWayIn is TestRoundTrip with all that comes back led to one of the ways in.
func TestEachWayIn(t *testing.T) {
	for door, to := range map[string]string{"lmtp": "lmtp:inet:127.0.0.1:%d", "pipe": "dailytip:", "imap": "virtual:"} {
		t.Run(door, func(t *testing.T) {
			t.Parallel()
			roundTrip(t, func(port int) string {
				if door == "lmtp" {
					to = fmt.Sprintf(to, port)
				}
				return "inline:{ bounces.example.com=" + to + " }"
			}, door)
		})
	}
}
