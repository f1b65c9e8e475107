package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"dailytip/editions"
)

// longestTick is how long ago the scheduler, which ticks each minute, may have ticked.
const longestTick = 2 * time.Minute

// flow remembers whether mail flows: anybody may ask, and to find out costs a write.
type flow struct {
	mu    sync.Mutex
	at    time.Time
	fault error
}

// askedAnew is how old an answer of /sendz may be.
const askedAnew = 5 * time.Second

func (a *app) sending(ctx context.Context) error {
	a.flow.mu.Lock()
	defer a.flow.mu.Unlock()
	if now := time.Now(); now.Sub(a.flow.at) >= askedAnew {
		a.flow.at, a.flow.fault = now, a.whyNotSending(context.WithoutCancel(ctx), now)
	}
	return a.flow.fault
}

// whyNotSending says why mail doesn't flow, or nil. Anybody may read it at /sendz:
// neither what a server replied nor what a tip holds is in it.
func (a *app) whyNotSending(ctx context.Context, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := a.db.Writable(ctx); err != nil {
		a.log.WarnContext(ctx, "not sending: the database can't be written", "error", err)
		return errors.New("the database can't be written")
	}
	ticked := a.ticked.Load()
	if ticked == 0 {
		return errors.New("the scheduler hasn't ticked yet")
	}
	if stood := now.Sub(time.UnixMilli(ticked)); stood > longestTick {
		return fmt.Errorf("the scheduler has stood still for %s", stood.Round(time.Second))
	}
	pauses, err := a.ledger.AllPauses(ctx)
	if err != nil {
		return errors.New("the ledger can't be read")
	}
	for _, p := range pauses {
		why, _, _ := strings.Cut(p.Reason, ":")
		return fmt.Errorf("%s is paused since %s: %s", scopeText(p.Newsletter), instant(p.Since), why)
	}
	missed, err := a.ledger.Skipped(ctx, len(a.config.Newsletters))
	if err != nil {
		return errors.New("the ledger can't be read")
	}
	for _, run := range missed { // the newest dates first
		n, err := a.scheduler.Find(run.Newsletter)
		if err != nil || run.LocalDate < n.Today(now).String() {
			continue
		}
		// What was missed may have been sent by hand since.
		_, err = a.editions.Edition(ctx, a.db.Read(), run.Newsletter, run.LocalDate)
		switch {
		case errors.Is(err, editions.ErrNoEdition):
			return fmt.Errorf("the edition of %s was missed: %s", run.LocalDate, run.Newsletter)
		case err != nil:
			return errors.New("the ledger can't be read")
		}
	}
	return nil
}
