package scheduler

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dailytip/store/storetest"
)

// minutes runs f as the scheduler's tick for a while and returns at which times
// of day it was called.
func minutes(t *testing.T, log *slog.Logger, f func(call int), stop time.Duration) []string {
	t.Helper()
	var calls []string
	ctx, cancel := context.WithTimeout(t.Context(), stop)
	defer cancel()
	eachMinute(ctx, log, func() {
		calls = append(calls, time.Now().UTC().Format("04:05"))
		f(len(calls))
	})
	return calls
}

func TestTicksAtOnceAndOnEachFullMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(20*time.Second + 7*time.Millisecond)
		got := minutes(t, slog.New(slog.DiscardHandler), func(int) {}, 3*time.Minute)
		same(t, got, "00:20", "01:00", "02:00", "03:00")
	})
}

func TestSlowTick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		got := minutes(t, slog.New(slog.NewTextHandler(&log, nil)), func(call int) {
			if call == 2 {
				time.Sleep(150 * time.Second)
			}
		}, 5*time.Minute+time.Second)
		same(t, got, "00:00", "01:00", "04:00", "05:00") // never two at a time
		if strings.Count(log.String(), "longer than a minute") != 2 {
			t.Errorf("the log doesn't tell of the two left out:\n%s", log.String())
		}
	})
}

func TestPanicInTickIsOneTickLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		got := minutes(t, slog.New(slog.NewTextHandler(&log, nil)), func(call int) {
			if call <= 2 { // the first one runs before cron's own loop
				panic("of the test")
			}
		}, 3*time.Minute+time.Second)
		same(t, got, "00:00", "01:00", "02:00", "03:00")
		if strings.Count(log.String(), "of the test") != 2 {
			t.Errorf("the log doesn't tell of the panics:\n%s", log.String())
		}
	})
}

func TestStopWaitsForTheTick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		done := false
		minutes(t, slog.New(slog.DiscardHandler), func(call int) {
			if call == 2 {
				time.Sleep(30 * time.Second)
				done = true
			}
		}, 70*time.Second)
		if !done {
			t.Error("it ended in the middle of a tick")
		}
	})
}

// The clock may be set back or forward while cron waits: its timer runs on the
// monotonic reading, which Next must keep.
func TestEveryMinuteKeepsTheMonotonicReading(t *testing.T) {
	now := time.Now()
	next := everyMinute{}.Next(now)
	if !strings.Contains(next.String(), "m=") {
		t.Errorf("%s has lost its monotonic reading", next)
	}
	if wall := next.Round(0); wall.Second() != 0 || wall.Nanosecond() != 0 {
		t.Errorf("%s is no full minute", next)
	}
	if wait := next.Sub(now); wait <= 0 || wait > time.Minute {
		t.Errorf("the next tick is %s away", wait)
	}
	full := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	if next := (everyMinute{}).Next(full); next.Sub(full) != time.Minute {
		t.Errorf("after a full minute comes %s", next)
	}
}

// TestRun runs the real thing on a real database for its first tick.
func TestRun(t *testing.T) {
	h := newHarness(t, storetest.SQLite(t), Newsletter{Order: Oldest}, library(t, "a"))
	alive := make(chan time.Time, 1)
	h.s.Alive = func(at time.Time) { alive <- at }
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- h.s.Run(ctx) }()
	<-alive
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
