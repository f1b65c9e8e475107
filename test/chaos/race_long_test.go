//go:build long

package chaos

import "testing"

// Kills, stops and passing faults while the program runs with the race detector.
// With -race-daemon the other tests have it too.
func TestRaceDetector(t *testing.T) {
	t.Parallel()
	engines(t, "race", setup{readers: 500, race: true}, func(t *testing.T, r *trial) {
		const times = 4
		r.sink.SetFault(pass)
		r.start()
		for i := range times {
			n := r.someNode(i, 2*times) // a third of the mails are put off for a minute
			if i%2 == 0 {
				n.kill()
			} else {
				n.stop()
			}
			n.serve()
		}
		r.leasesEnd()
		r.allButRetries()
		r.backoffEnds()
		r.done()
		r.shows()
		r.stopAll()
		r.audit()
	})
}
