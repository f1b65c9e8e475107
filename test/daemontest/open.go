package daemontest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"dailytip/store"
)

// OpenOnly opens today's edition for everybody and sends nothing of it, or on
// PostgreSQL next to nothing: "dailytip send" is interrupted as soon as the last
// reader's delivery is there. No daemon may run.
func (in *Installation) OpenOnly(ctx context.Context, db *store.DB) (err error) {
	sender, err := db.LockSender() // so that the command believes in a daemon
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sender.Release()) }()
	_, end, err := in.Opening(ctx, db)
	if err != nil {
		return err
	}
	_, err = end()
	return err
}

// Opening runs "dailytip send" until it has opened the edition for everybody,
// and returns how long that took, from the instant that the edition names. end
// interrupts the command, and returns the processor time that it has taken.
func (in *Installation) Opening(ctx context.Context, db *store.DB) (took time.Duration, end func() (cpu time.Duration, err error), err error) {
	var last int64
	if err := db.Read().QueryRowContext(ctx, "SELECT MAX(subscriber) FROM subscriptions WHERE state = 'active'").Scan(&last); err != nil {
		return 0, nil, fmt.Errorf("look for the last reader: %w", err)
	}
	cmd := in.command(ctx, "send", "--wait", "10m", "--json")
	if err := cmd.Start(); err != nil {
		return 0, nil, fmt.Errorf("open the edition: %w", err)
	}
	end = func() (time.Duration, error) {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			return 0, fmt.Errorf("interrupt dailytip send: %w", err)
		}
		_ = cmd.Wait() // with a code that says that not all is out
		return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), nil
	}
	fail := func(err error) (time.Duration, func() (time.Duration, error), error) {
		_, stopping := end()
		return 0, nil, errors.Join(err, stopping)
	}
	for begin := time.Now(); ; time.Sleep(time.Millisecond) {
		if time.Since(begin) > 5*time.Minute {
			return fail(errors.New("the edition isn't opened after five minutes"))
		}
		var opened int64
		err := db.Read().QueryRowContext(ctx, `
			SELECT e.opened_at FROM editions e JOIN deliveries d ON d.edition = e.id AND d.subscriber = $1
			WHERE e.id = (SELECT MAX(id) FROM editions)`, last).Scan(&opened)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return fail(fmt.Errorf("look for the last delivery: %w", err))
		}
		return time.Since(time.UnixMilli(opened)), end, nil
	}
}
