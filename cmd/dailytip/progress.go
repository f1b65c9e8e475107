package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/progress"

	"dailytip/editions"
	"dailytip/ledger"
)

const (
	// pollEvery is how often the counts are read while a command waits for an
	// edition. That takes milliseconds, however large the edition is.
	pollEvery = 200 * time.Millisecond
	// reportEvery is how often a command writes how far it is when its output isn't a
	// terminal.
	reportEvery = 30 * time.Second
)

// watch shows an edition's progress until it's out or the time is over.
func (c *command) watch(ctx context.Context, a *app, edition editions.Edition, wait time.Duration) error {
	bar := c.progress("Sending " + edition.LocalDate)
	defer bar.done()
	end := time.NewTimer(wait)
	defer end.Stop()
	look := time.NewTicker(pollEvery)
	defer look.Stop()
	say := time.NewTicker(reportEvery)
	defer say.Stop()
	for {
		counts, err := a.ledger.Count(ctx, a.db.Read(), edition)
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		bar.tell("Sending " + edition.LocalDate + troubles(counts))
		bar.show(counts.Due-counts.Pending-counts.Retry, counts.Due)
		if !counts.Open() {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-end.C:
			c.say("not all of it is out after %s; what waits is sent by dailytip serve, or by the next send", wait)
			return nil
		case now := <-say.C:
			if bar.tracker == nil {
				if err := c.sayProgress(ctx, a, now, counts); err != nil {
					return err
				}
			}
		case <-look.C:
		}
	}
}

// troubles are the counts that the bar doesn't show.
func troubles(counts ledger.Counts) string {
	var parts []string
	for _, part := range []struct {
		n    int64
		what string
	}{{counts.Failed, "failed"}, {counts.Retry, "to be tried again"}, {counts.InDoubt, "in doubt"}, {counts.Expired, "expired"}} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

func (c *command) sayProgress(ctx context.Context, a *app, now time.Time, counts ledger.Counts) error {
	line, err := a.statusLine(ctx, now, counts)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	c.say("%s: %s", line.LocalDate, line.text())
	return nil
}

// bar shows how far something is, with its rate and what remains, to a person at
// a terminal. Elsewhere it does nothing.
type bar struct {
	writer  progress.Writer
	tracker *progress.Tracker
}

func (c *command) progress(what string) *bar {
	if c.json || !isTerminal(c.err) {
		return &bar{}
	}
	w := progress.NewWriter()
	w.SetOutputWriter(c.err)
	w.SetTrackerLength(30)
	w.SetUpdateFrequency(100 * time.Millisecond)
	w.SetStyle(progress.StyleBlocks)
	w.Style().Visibility.ETA = true
	w.Style().Visibility.Speed = true
	t := &progress.Tracker{Message: what}
	w.AppendTracker(t)
	go w.Render()
	return &bar{w, t}
}

// show moves the bar; total 0 means that the end isn't known.
func (b *bar) show(value, total int64) {
	if b.tracker == nil {
		return
	}
	b.tracker.UpdateTotal(total)
	b.tracker.SetValue(value)
}

// tell changes the words before the bar.
func (b *bar) tell(what string) {
	if b.tracker != nil {
		b.tracker.UpdateMessage(what)
	}
}

// done ends the bar and waits until it's off the screen.
func (b *bar) done() {
	if b.tracker == nil {
		return
	}
	b.tracker.MarkAsDone()
	b.writer.Stop()
	for b.writer.IsRenderInProgress() {
		time.Sleep(10 * time.Millisecond)
	}
}
