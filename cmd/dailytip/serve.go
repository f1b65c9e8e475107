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
	"dailytip/metrics"
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
	if err := a.writable(ctx); err != nil {
		return errors.Join(err, a.db.Close())
	}
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	var counted *metrics.Metrics
	for a != nil {
		counted = a.measure(counted)
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
	m, err := a.mailer()
	if err != nil {
		return nil, err
	}
	poster, err := a.poster()
	if err != nil {
		return nil, err
	}
	listener, err := a.listen(ctx, "listen", a.config.Listen)
	if err != nil {
		return nil, err
	}
	var scraped net.Listener
	if a.metrics != nil {
		if scraped, err = a.listen(ctx, "metrics.listen", a.config.Metrics.Listen); err != nil {
			return nil, errors.Join(err, listener.Close())
		}
		a.log.Info("metrics are served", "at", "http://"+scraped.Addr().String()+"/metrics")
	}
	own, err := a.listenAdmin(ctx)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	doors, err := a.doors(ctx)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	running, stop := context.WithCancel(ctx)
	defer stop()
	group, running := errgroup.WithContext(running)
	group.Go(func() error { return a.scheduler.Run(running) })
	group.Go(func() error { return a.list.Run(running, a.log) })
	group.Go(func() error { return a.membership.Run(running) })
	group.Go(func() error { return a.tokens.Run(running, a.log) })
	group.Go(func() error { return a.admins.Run(running, a.log) })
	group.Go(func() error { return a.ledger.PruneAll(running, a.config.KeepDeliveries, a.log) })
	group.Go(func() error { return m.Run(running) })
	group.Go(func() error { return a.intake.Run(running) })
	group.Go(func() error { return a.pinger.run(running) })
	group.Go(func() error { return poster.Run(running) })
	group.Go(func() error { return a.web().Run(running, listener) })
	if own != nil {
		group.Go(func() error { return a.adminWeb().Run(running, own) })
	}
	doors.run(running, group)
	if a.metrics != nil {
		group.Go(func() error { return a.metrics.Run(running, scraped) })
	}
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
	a.logNext()
	tellSystemd(a.log, systemdReady)
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
			tellSystemd(a.log, systemdStopping)
			return nil
		case <-hup:
			tellSystemd(a.log, systemdReloading)
		}
		next, err := c.open(ctx, slog.LevelInfo)
		if err == nil {
			err = next.tryOut(ctx, a.config)
		}
		if err == nil {
			return next
		}
		if next != nil {
			next.close()
		}
		a.log.Error("the new configuration has faults; the old one stays in force", "faults", err)
		tellSystemd(a.log, systemdKept)
	}
}

// tryOut looks for what can only be found by doing it: the relays' options, and
// addresses to listen on other than those in use.
func (a *app) tryOut(ctx context.Context, inUse *config.Config) error {
	if _, err := a.relays(); err != nil {
		return err
	}
	if err := a.writable(ctx); err != nil {
		return err
	}
	if err := a.tryDoors(ctx, inUse); err != nil {
		return err
	}
	for _, l := range []struct{ key, address, before string }{
		{"listen", a.config.Listen, inUse.Listen},
		{"metrics.listen", a.config.Metrics.Listen, inUse.Metrics.Listen},
		{"admin.listen", a.config.Admin.Listen, inUse.Admin.Listen},
	} {
		if l.address == l.before || l.address == "" {
			continue
		}
		listener, err := a.listen(ctx, l.key, l.address)
		if err != nil {
			return err
		}
		if err := listener.Close(); err != nil {
			return err
		}
	}
	return nil
}

// writable says what to do when the daemon couldn't note what it sends.
func (a *app) writable(ctx context.Context) error {
	if err := a.db.Writable(ctx); err != nil {
		return fmt.Errorf("%w; the daemon notes there what it sends: let it write, or name another database at the key database", err)
	}
	return nil
}

// listen listens on the address that a key of the configuration names.
func (a *app) listen(ctx context.Context, key, address string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, config.Faults{a.config.Fault(key, "can't listen on %s: %v; choose another address", address, err)}
	}
	return l, nil
}

// logNext says when each newsletter goes out next for readers in its own zone.
func (a *app) logNext() {
	now := time.Now()
	for i := range a.scheduler.Newsletters {
		n := &a.scheduler.Newsletters[i]
		a.log.Info("newsletter", "id", n.ID, "tips", len(n.Library.Tips()), "faults", len(n.Library.Faults()), "next", n.Next(now).Format(time.RFC3339))
	}
}
