package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"dailytip/config"
	"dailytip/store"
)

func (c *command) serve() *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Run the daemon: schedule, send, serve the readers' pages",
		Long: `serve runs until it gets SIGTERM or an interrupt; what is on the wire then
finishes, for 30 seconds at most. SIGHUP reads the configuration again: when it has
faults they are logged and the old one stays. Tips are read again as they change.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.runDaemon(cmd.Context())
		},
	}
}

// runDaemon runs the daemon, again with each good configuration that SIGHUP
// brings.
func (c *command) runDaemon(ctx context.Context) error {
	a, err := c.open(ctx, slog.LevelInfo)
	if err != nil {
		return err
	}
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	for a != nil {
		// Whatever was paused may be what this start is meant to mend.
		if err := a.ledger.ProbeNow(ctx, time.Now()); err != nil {
			return errors.Join(err, a.db.Close())
		}
		next, err := c.serveOnce(ctx, a, hup)
		a.close()
		if err != nil {
			return err
		}
		if a = next; a != nil {
			a.log.Info("the new configuration is in force")
		}
	}
	return nil
}

// serveOnce runs the program put together by one configuration. It returns the
// one that comes next, or nil when the daemon is to end.
func (c *command) serveOnce(ctx context.Context, a *app, hup <-chan os.Signal) (*app, error) {
	sender, err := a.db.LockSender()
	if errors.Is(err, store.ErrSenderRunning) {
		return nil, exitf(codeFailed, "%w; there is one daemon for a database: stop that one first", err)
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = sender.Release() }()
	listener, err := a.listen(ctx)
	if err != nil {
		return nil, err
	}
	m, err := a.mailer()
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	running, stop := context.WithCancel(ctx)
	defer stop()
	group, running := errgroup.WithContext(running)
	group.Go(func() error { return a.scheduler.Run(running) })
	group.Go(func() error { return m.Run(running) })
	group.Go(func() error { return a.web().Run(running, listener) })
	for _, library := range a.libraries {
		group.Go(func() error { return library.Run(running) })
	}
	var next *app
	group.Go(func() error {
		next = c.awaitReload(running, a, hup)
		stop()
		return nil
	})
	a.log.Info("dailytip is running", "version", versionText(), "pages", "http://"+listener.Addr().String(), "newsletters", len(a.config.Newsletters))
	for _, idle := range a.withoutEffect() {
		a.log.Warn("a setting has no effect in this version", "setting", idle)
	}
	a.logNext()
	err = group.Wait()
	if next == nil {
		a.log.Info("dailytip has stopped")
	}
	return next, err
}

// awaitReload puts the program together anew after SIGHUP, and returns it once
// all of it works; nil when the context ends.
func (c *command) awaitReload(ctx context.Context, a *app, hup <-chan os.Signal) *app {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-hup:
		}
		next, err := c.open(ctx, slog.LevelInfo)
		if err == nil {
			err = next.tryOut(ctx, a.config.Listen)
		}
		if err == nil {
			return next
		}
		if next != nil {
			next.close()
		}
		a.log.Error("the new configuration has faults; the old one stays in force", "faults", err)
	}
}

// tryOut looks for what can only be found by doing it: the relays' options, and
// an address for the pages other than the one in use.
func (a *app) tryOut(ctx context.Context, inUse string) error {
	if _, err := a.relays(); err != nil {
		return err
	}
	if a.config.Listen == inUse {
		return nil
	}
	l, err := a.listen(ctx)
	if err != nil {
		return err
	}
	return l.Close()
}

func (a *app) listen(ctx context.Context) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", a.config.Listen)
	if err != nil {
		return nil, config.Faults{a.config.Fault("listen", "can't listen on %s: %v; choose another address", a.config.Listen, err)}
	}
	return l, nil
}

// withoutEffect names the settings that are read and checked, and that nothing
// acts on yet.
func (a *app) withoutEffect() []string {
	var idle []string
	if !a.config.Admin.PasswordHash.IsZero() {
		idle = append(idle, "admin.password_hash")
	}
	if a.config.Metrics.Listen != "" {
		idle = append(idle, "metrics.listen")
	}
	return idle
}

// logNext says when each newsletter goes out next for readers in its own zone.
func (a *app) logNext() {
	now := time.Now()
	for i := range a.scheduler.Newsletters {
		n := &a.scheduler.Newsletters[i]
		a.log.Info("newsletter", "id", n.ID, "tips", len(n.Library.Tips()), "faults", len(n.Library.Faults()), "next", n.Next(now).Format(time.RFC3339))
	}
}

var version string // set by the linker

func (c *command) version() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the program's version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if c.json {
				return c.printJSON(map[string]string{"version": versionText()})
			}
			_, err := fmt.Fprintln(c.out, "dailytip", versionText())
			return err
		},
	}
}
