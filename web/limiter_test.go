package web

import (
	"fmt"
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
