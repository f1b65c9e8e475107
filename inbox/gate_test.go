package inbox

import (
	"testing"
	"testing/synctest"
)

// Nobody passes a shut gate without a word, and other stages know of none.
func TestGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, passed := NewGate(Dot), make(chan struct{}, 10)
		for range 5 {
			go func() {
				g.Fault(Ask{Stage: Dot})
				passed <- struct{}{}
			}()
		}
		g.Fault(Ask{Stage: MailFrom})
		want := func(through, waiting int) {
			t.Helper()
			synctest.Wait()
			if len(passed) != through || g.Waiting() != waiting {
				t.Errorf("%d have passed and %d wait, want %d and %d", len(passed), g.Waiting(), through, waiting)
			}
		}
		want(0, 5)
		g.Let(2)
		want(2, 3)
		g.Let(4) // one is still to come
		want(5, 0)
		g.Fault(Ask{Stage: Dot})
		go func() {
			g.Fault(Ask{Stage: Dot})
			passed <- struct{}{}
		}()
		want(5, 1)
		g.Open()
		want(6, 0)
		g.Fault(Ask{Stage: Dot})
	})
}
