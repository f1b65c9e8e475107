package imap

import (
	"context"
	"fmt"
	"time"
)

// mostWait is the longest time between two tries to read a mailbox that can't be
// read.
const mostWait = 30 * time.Minute

// Run reads the mailbox again and again until the context ends.
func (m *Mailbox) Run(ctx context.Context) error {
	failures := 0
	for {
		err := m.Read(ctx, time.Now()) //nolint:forbidigo // Run reads the clock
		if ctx.Err() != nil {
			return nil
		}
		m.tell(ctx, time.Now(), err) //nolint:forbidigo // Run reads the clock
		wait := m.o.Every
		switch {
		case err != nil:
			failures++
			wait = m.wait(failures)
			m.o.Log.Warn("the mailbox for bounces can't be read", "mailbox", m.String(), "error", err, "again_in", wait)
		case failures > 0:
			failures = 0
			m.o.Log.Info("the mailbox for bounces can be read again", "mailbox", m.String())
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

// tell notes for status, and for whoever is alerted, whether the mailbox can be read.
func (m *Mailbox) tell(ctx context.Context, now time.Time, fault error) {
	var err error
	if fault == nil {
		err = m.o.Taker.Works(ctx, now, m.Door())
	} else {
		err = m.o.Taker.Fails(ctx, now, m.Door(), fault)
	}
	if err != nil && ctx.Err() == nil {
		m.o.Log.Warn("whether the mailbox for bounces can be read can't be written down", "mailbox", m.String(), "error", err)
	}
}

// Door is what the operator is told of.
func (m *Mailbox) Door() string { return "the mailbox " + m.String() }

// wait doubles from one failure to the next.
func (m *Mailbox) wait(failures int) time.Duration {
	wait := m.o.Every
	for range failures - 1 {
		wait = min(2*wait, max(mostWait, m.o.Every))
	}
	return wait
}

// Check logs in and opens the folder, and says what is there. It changes nothing.
func (m *Mailbox) Check(ctx context.Context) (string, error) {
	c, err := m.login(ctx)
	if err != nil {
		return "", err
	}
	defer func() { _ = c.Close() }()
	defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	folder, err := m.open(c)
	if err != nil {
		return "", cause(ctx, err)
	}
	said := fmt.Sprintf("%d messages in %s", folder.NumMessages, m)
	if m.o.MoveTo != "" {
		said += ", from where bounces are moved to " + m.o.MoveTo
	}
	return said, nil
}
