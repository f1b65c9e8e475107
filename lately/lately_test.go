package lately

import (
	"errors"
	"sync"
	"testing"
	"time"
)

var now = time.Date(2026, 11, 22, 7, 0, 0, 0, time.UTC)

// times counts how often something is counted.
func times(n *int, holds time.Duration, err error) func() (int, time.Duration, error) {
	return func() (int, time.Duration, error) {
		*n++
		return *n, holds, err
	}
}

func TestWhatIsLargeIsCountedOnceAMinute(t *testing.T) {
	var c Counts[string, int]
	n := 0
	for _, step := range []struct {
		key  string
		at   time.Time
		want int
	}{
		{"a", now, 1}, {"a", now.Add(For - 1), 1}, {"a", now.Add(For), 2}, {"b", now.Add(For), 3}, {"a", now, 4}, {"a", now, 4}, // the clock was set back
	} {
		if got, err := c.Get(step.key, step.at, times(&n, Holds(Large), nil)); got != step.want || err != nil {
			t.Errorf("%s at %s: %d, %v, want %d", step.key, step.at, got, err, step.want)
		}
	}
	small := 0
	for want := 1; want < 4; want++ {
		if got, err := c.Get("small", now, times(&small, Holds(Large-1), nil)); got != want || err != nil {
			t.Errorf("%d, %v, want %d", got, err, want)
		}
	}
	failed := errors.New("failed")
	if _, err := c.Get("fails", now, times(new(int), For, failed)); !errors.Is(err, failed) {
		t.Error(err)
	}
	if got, err := c.Get("fails", now, times(new(int), For, nil)); got != 1 || err != nil {
		t.Errorf("after it failed: %d, %v", got, err)
	}
}

// Who asks for the same waits for it, and nobody else does.
func TestNobodyWaitsForSomethingElse(t *testing.T) {
	var c Counts[string, int]
	begun, end := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_, _ = c.Get("slow", now, func() (int, time.Duration, error) {
			close(begun)
			<-end
			return 7, For, nil
		})
	})
	<-begun
	n := 0
	if got, err := c.Get("fast", now, times(&n, For, nil)); got != 1 || err != nil { // else it never ends
		t.Errorf("%d, %v", got, err)
	}
	wg.Go(func() {
		if got, err := c.Get("slow", now, times(&n, For, nil)); got != 7 || err != nil {
			t.Errorf("who waited has %d, %v", got, err)
		}
	})
	close(end)
	wg.Wait()
}

func TestFewCountsAreKept(t *testing.T) {
	var c Counts[int, int]
	for key := range 2 * mostKept {
		if _, err := c.Get(key, now, func() (int, time.Duration, error) { return key, For, nil }); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.of) > mostKept {
		t.Errorf("%d are kept", len(c.of))
	}
}
