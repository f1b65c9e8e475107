package posting

import (
	"math/rand/v2"
	"time"
)

// giveUpAfter is how long an endpoint may fail until it's disabled, and giveUpTries how
// often it has to fail in that time: while no daemon runs, nobody tries.
const (
	giveUpAfter = 3 * 24 * time.Hour
	giveUpTries = 12
)

// waits are the times between the tries of an event; the last one holds for all later.
var waits = []time.Duration{
	5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 4 * time.Hour, 6 * time.Hour,
}

// longestAsked is how long an endpoint may ask to be left alone.
const longestAsked = 6 * time.Hour

// waitAfter is how long to wait after so many failed tries, give or take a tenth so
// that what failed together isn't tried together.
func waitAfter(tries int, asked time.Duration) time.Duration {
	wait := waits[min(tries, len(waits))-1]
	wait += time.Duration((rand.Float64() - 0.5) / 5 * float64(wait))
	return max(wait, min(asked, longestAsked))
}
