package web

import (
	"fmt"
	"sync"
	"testing"
	"time"
)

// However many networks come, a limiter holds no more than it may; and who has
// passed a moment ago isn't forgotten for it.
func TestLimiterForgets(t *testing.T) {
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	l := NewLimiter(3)
	if l.burst != 1 || l.Allow(now, "me") != 0 || l.Allow(now, "me") == 0 {
		t.Fatalf("%+v", l)
	}
	for i := range 5 * maxKeys {
		l.Allow(now, fmt.Sprint(i))
		if i%(maxKeys/2) == 0 && l.Allow(now, "me") == 0 {
			t.Fatalf("forgotten after %d others", i)
		}
		if n := len(l.young) + len(l.past); n > 2*maxKeys+1 {
			t.Fatalf("it holds %d", n)
		}
	}
	if wait := l.Allow(now.Add(10*time.Minute), "me"); wait < 9*time.Minute || wait > 10*time.Minute {
		t.Errorf("wait %s", wait)
	}
	if NewLimiter(0).Allow(now, "") != 0 {
		t.Error("no limit, and yet one")
	}
}

// However many come at once, being refused costs nothing.
func TestWhoIsRefusedOwesNothing(t *testing.T) {
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	l := NewLimiter(60)
	for l.Allow(now, "office") == 0 {
		continue
	}
	var at sync.WaitGroup
	for range 8 {
		at.Go(func() {
			for range 5000 {
				if l.Allow(now, "office") == 0 {
					t.Error("one too many was let through")
				}
			}
		})
	}
	at.Wait()
	if wait := l.Delay(now, "office"); wait > time.Minute {
		t.Errorf("the next may come in %s, and there is one each minute", wait)
	}
	if wait := l.Allow(now.Add(time.Minute), "office"); wait != 0 {
		t.Errorf("a minute later: wait %s", wait)
	}
}
