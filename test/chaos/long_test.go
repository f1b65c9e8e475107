//go:build long

package chaos

import "testing"

const everywhere = true

func TestKilledTwentyTimes(t *testing.T) {
	t.Parallel()
	killed(t, "killed_often", 3000, 20)
}

func TestStoppedTwentyTimes(t *testing.T) {
	t.Parallel()
	stopped(t, "stopped_often", 3000, 20)
}
