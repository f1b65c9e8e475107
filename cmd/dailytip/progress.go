package main

import (
	"time"

	"github.com/jedib0t/go-pretty/v6/progress"
)

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
