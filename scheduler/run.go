package scheduler

import (
	"context"
	"log/slog"
	"time"

	"github.com/robfig/cron/v3"
)

// Run ticks at once and then on each full minute, until its context ends. Due
// times are full minutes, so that is when they come; and whatever happened to
// the clock or the machine meanwhile is noticed within a minute.
func (s *Scheduler) Run(ctx context.Context) error {
	eachMinute(ctx, s.Log, func() {
		now := time.Now() //nolint:forbidigo // Run reads the clock
		if err := s.Tick(ctx, now); err != nil && ctx.Err() == nil {
			s.Log.Error("tick failed; the next one is in a minute", "error", err)
		}
		if s.Alive != nil {
			s.Alive(now)
		}
	})
	return nil
}

// eachMinute calls f at once and then on each full minute, never twice at a
// time, until the context ends and a call that runs has returned.
func eachMinute(ctx context.Context, log *slog.Logger, f func()) {
	// This order: Recover inside, else a panic leaves SkipIfStillRunning's
	// token taken and the job never runs again.
	logger := cronLogger{log}
	runner := cron.New(cron.WithLocation(time.UTC), cron.WithLogger(logger),
		cron.WithChain(cron.SkipIfStillRunning(logger), cron.Recover(logger)))
	entry := runner.Schedule(everyMinute{}, cron.FuncJob(f))
	runner.Entry(entry).WrappedJob.Run()
	runner.Start()
	<-ctx.Done()
	<-runner.Stop().Done()
}

// everyMinute makes robfig/cron tick on each full minute. It adds to the
// instant it's given instead of building a new one, so that the monotonic
// reading stays and a step of the clock can't put the next tick an hour away.
type everyMinute struct{}

// Next returns the next full minute.
func (everyMinute) Next(t time.Time) time.Time {
	return t.Add(time.Minute - time.Duration(t.UnixNano())%time.Minute)
}

// cronLogger passes on what cron finds wrong; what it does each minute is of no
// interest.
type cronLogger struct{ log *slog.Logger }

func (l cronLogger) Info(msg string, _ ...any) {
	if msg == "skip" { // SkipIfStillRunning's word
		l.log.Warn("a tick takes longer than a minute; this one is left out")
	}
}

func (l cronLogger) Error(err error, msg string, args ...any) {
	l.log.Error("scheduler: "+msg, append(args, "error", err)...)
}
