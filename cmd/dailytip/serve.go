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
	"dailytip/web"
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
	for {
		next, err := c.serveOnce(ctx, a, hup)
		a.close()
		if err != nil || next == nil {
			return err
		}
		libraries, err := openLibraries(next, a.log)
		if err != nil {
			return err
		}
		if a, err = assemble(ctx, next, libraries, a.log); err != nil {
			return err
		}
		a.log.Info("the new configuration is in force")
	}
}

// serveOnce runs one configuration. It returns the next one, or nil when the
// daemon is to end.
func (c *command) serveOnce(ctx context.Context, a *app, hup <-chan os.Signal) (*config.Config, error) {
	sender, err := a.db.LockSender()
	if errors.Is(err, store.ErrSenderRunning) {
		return nil, exitf(codeFailed, "%w; there is one daemon for a database: stop that one first", err)
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = sender.Release() }()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", a.config.Listen)
	if err != nil {
		return nil, config.Faults{a.config.Fault("listen", "can't listen on %s: %v; choose another address", a.config.Listen, err)}
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
	var next *config.Config
	group.Go(func() error {
		next = c.awaitReload(running, a, hup)
		stop()
		return nil
	})
	a.log.Info("dailytip is running", "version", versionText(), "pages", "http://"+listener.Addr().String(), "newsletters", len(a.config.Newsletters))
	a.logNext()
	err = group.Wait()
	if next == nil {
		a.log.Info("dailytip has stopped")
	}
	return next, err
}

// awaitReload returns a new good configuration after SIGHUP, or nil when the
// context ends.
func (c *command) awaitReload(ctx context.Context, a *app, hup <-chan os.Signal) *config.Config {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-hup:
		}
		cfg, err := config.Load(c.configPath())
		if err == nil {
			_, err = schedulerNewsletters(cfg, a.libraries)
		}
		if err == nil {
			return cfg
		}
		a.log.Error("the new configuration has faults; the old one stays in force", "faults", err)
	}
}

// logNext says when each newsletter goes out next for readers in its own zone.
func (a *app) logNext() {
	now := time.Now()
	for i := range a.scheduler.Newsletters {
		n := &a.scheduler.Newsletters[i]
		a.log.Info("newsletter", "id", n.ID, "tips", len(n.Library.Tips()), "faults", len(n.Library.Faults()), "next", n.Next(now).Format(time.RFC3339))
	}
}

// web makes the readers' pages.
func (a *app) web() *web.Server {
	o := web.Options{DB: a.db, List: a.list, Ledger: a.ledger, BaseURL: a.config.BaseURL, Log: a.log, NextDue: a.nextDue, Enqueued: a.opened}
	for _, n := range a.config.Newsletters {
		o.Newsletters = append(o.Newsletters, web.Newsletter{ID: n.ID, Title: n.Title, Accent: n.Accent, Language: n.Language})
	}
	return web.New(o)
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
