package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/mail"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"dailytip/config"
	"dailytip/inbox"
	"dailytip/ledger"
	"dailytip/library"
	"dailytip/scheduler"
	"dailytip/subscribers"
	"dailytip/tips"
)

type demoFlags struct {
	tips, listen, out string
	once              bool
}

func (c *command) demo() *cobra.Command {
	var f demoFlags
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "See it work, with nothing installed",
		Long: `demo does the main job with nothing installed: a database in a temporary folder, an
SMTP server in the process, sample subscribers in several languages and time zones.
It sends today's tip to them for real and shows their inbox as a page. --once prints
what was delivered and ends.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.runDemo(cmd.Context(), f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.tips, "tips", "", "the `folder` of tips (default: the starter library in the program)")
	flags.StringVar(&f.listen, "listen", "127.0.0.1:8080", "`host:port` of the page")
	flags.BoolVar(&f.once, "once", false, "print what was delivered and end")
	flags.StringVar(&f.out, "out", "", "write each delivered message to this `folder`, as RECIPIENT.eml")
	return cmd
}

// starterLibrary stands for the folder of the starter library, which is in the program.
const starterLibrary = "(starter library)"

// sampleReaders are the demo's subscribers: addresses that can't exist (RFC
// 2606), languages that the starter library has, zones around the world.
var sampleReaders = []struct{ address, language, zone string }{
	{"new-york@example.com", "en", "America/New_York"},
	{"london@example.com", "en", "Europe/London"},
	{"beijing@example.com", "zh-CN", "Asia/Shanghai"},
	{"madrid@example.com", "es", "Europe/Madrid"},
	{"mexico@example.com", "es", "America/Mexico_City"},
	{"cairo@example.com", "ar", "Africa/Cairo"},
	{"tokyo@example.com", "ja", "Asia/Tokyo"},
	{"berlin@example.com", "de", "Europe/Berlin"},
	{"paris@example.com", "fr", "Europe/Paris"},
	{"taipei@example.com", "zh-TW", "Asia/Taipei"},
}

// demoRun is a demo under way.
type demoRun struct {
	*command
	flags  demoFlags
	app    *app
	box    *inbox.Server
	pages  net.Listener // nil with --once
	log    *slog.Logger
	folder string
}

func (c *command) runDemo(ctx context.Context, f demoFlags) (err error) {
	folder, err := os.MkdirTemp("", "dailytip-demo-")
	if err != nil {
		return fmt.Errorf("make a folder for the demo: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	d := &demoRun{command: c, flags: f, folder: folder, log: c.logger(slog.LevelWarn)}
	if d.box, err = inbox.New(inbox.Options{UTF8: true}); err != nil {
		return fmt.Errorf("start the demo's inbox: %w", err)
	}
	if !f.once {
		d.pages, err = (&net.ListenConfig{}).Listen(ctx, "tcp", f.listen)
		if err != nil {
			return errors.Join(exitf(codeFailed, "can't listen on %s: %v; choose another address with --listen", f.listen, err), d.box.Close())
		}
	}
	if err := d.assemble(ctx); err != nil {
		return errors.Join(err, d.box.Close())
	}
	defer d.app.close()
	return d.run(ctx)
}

// assemble puts the program together as serve does, with a configuration made
// here instead of one read from a file.
func (d *demoRun) assemble(ctx context.Context) error {
	cfg, err := d.configuration()
	if err != nil {
		return err
	}
	o := libraryOptions(cfg.Newsletters[0])
	o.Log = d.log
	opened, err := d.openTips(o)
	if err != nil {
		return err
	}
	d.app, err = assemble(ctx, cfg, map[string]*tips.Library{libraryKey(cfg.Newsletters[0]): opened}, d.log)
	if err != nil {
		return err
	}
	requests := make([]subscribers.Request, len(sampleReaders))
	for i, r := range sampleReaders {
		requests[i] = subscribers.Request{
			Address: subscribers.Address(r.address), Newsletter: cfg.Newsletters[0].ID, Consent: subscribers.Vouched, Detail: "demo",
			Preferences: subscribers.Preferences{Language: r.language, Timezone: r.zone},
		}
	}
	_, err = d.app.membership.SignUpAll(ctx, time.Now(), requests)
	return err
}

func (d *demoRun) openTips(o tips.Options) (*tips.Library, error) {
	if d.flags.tips == "" {
		return tips.OpenFS(library.Files, o)
	}
	opened, err := tips.Open(d.flags.tips, o)
	if err != nil {
		return nil, exitf(codeFailed, "open library: %w", err)
	}
	if len(opened.Tips()) == 0 {
		return nil, exitf(codeNothing, "%s holds no tip that can be sent; dailytip tips lint --dir %s says why", d.flags.tips, d.flags.tips)
	}
	return opened, nil
}

func (d *demoRun) configuration() (*config.Config, error) {
	authority := filepath.Join(d.folder, "ca.pem")
	if err := os.WriteFile(authority, d.box.CA().PEM(), 0o600); err != nil {
		return nil, fmt.Errorf("write the demo's certificate: %w", err)
	}
	host, port, err := net.SplitHostPort(d.box.Addr())
	if err != nil {
		return nil, err
	}
	cfg := config.Default()
	cfg.Database = config.NewDatabase(filepath.Join(d.folder, "demo.db"))
	cfg.From = mail.Address{Name: "Daily Tip", Address: "tips@example.com"}
	cfg.PostalAddress = "Example Press, 1 Example Street, Springfield"
	if d.pages != nil {
		cfg.BaseURL = "http://" + d.pages.Addr().String()
	}
	r := config.DefaultRelay()
	r.Host, r.CAFile = host, authority
	if r.Port, err = strconv.Atoi(port); err != nil {
		return nil, err
	}
	n := config.DefaultNewsletter()
	n.ID, n.Title, n.Tips = "management", "Management Tip of the Day", cmp.Or(d.flags.tips, starterLibrary)
	n.From, n.ConfirmFrom = cfg.From, cfg.From
	cfg.SMTP, cfg.Newsletters = []config.Relay{r}, []config.Newsletter{n}
	return cfg, nil
}

// run sends today's edition through the real mailer to the real inbox, and then
// either reports or goes on as a daemon with pages.
func (d *demoRun) run(ctx context.Context) error {
	running, stop := context.WithCancel(ctx)
	defer stop()
	group, running := errgroup.WithContext(running)
	group.Go(func() error { return d.box.Run(running) })
	m, err := d.app.mailer()
	if err != nil {
		return err
	}
	group.Go(func() error { return m.Run(running) })
	group.Go(func() error {
		if d.flags.once {
			defer stop()
		}
		if err := d.deliverToday(running); err != nil {
			return err
		}
		if d.flags.once {
			return nil
		}
		group.Go(func() error { return d.app.scheduler.Run(running) })
		return d.show(running)
	})
	return group.Wait()
}

func (d *demoRun) deliverToday(ctx context.Context) error {
	a := d.app
	n := &a.scheduler.Newsletters[0]
	now := time.Now()
	date := n.Today(now)
	if _, err := a.scheduler.SendNow(ctx, now, n, date); err != nil {
		if errors.Is(err, scheduler.ErrNoTip) {
			return exit{codeNothing, err}
		}
		return err
	}
	a.opened()
	edition, err := a.editions.Edition(ctx, a.db.Read(), n.ID, date.String())
	if err != nil {
		return err
	}
	if err := d.watch(ctx, a, edition, time.Minute); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return nil
	}
	if d.flags.out != "" {
		if err := d.writeMessages(); err != nil {
			return err
		}
	}
	return d.reportEdition(ctx, a, edition, ledger.Counts{})
}

// writeMessages writes what the inbox holds, byte for byte.
func (d *demoRun) writeMessages() error {
	if err := os.MkdirAll(d.flags.out, 0o755); err != nil {
		return fmt.Errorf("write messages: %w", err)
	}
	for _, m := range d.box.Messages() {
		name := filepath.Join(d.flags.out, strings.ReplaceAll(m.To[0], "/", "_")+".eml")
		if err := os.WriteFile(name, m.Data, 0o644); err != nil { //nolint:gosec // the demo's own mails
			return fmt.Errorf("write messages: %w", err)
		}
	}
	return nil
}

// show serves the inbox and the readers' pages, so that the links in the mails
// work, until the context ends.
func (d *demoRun) show(ctx context.Context) error {
	pages := d.app.web().Handler()
	mux := http.NewServeMux()
	mux.Handle("/", pages)
	mux.Handle("/inbox/", http.StripPrefix("/inbox", d.box.Handler()))
	server := &http.Server{Handler: pagesForOne(d.flags.listen, mux), ReadHeaderTimeout: 10 * time.Second}
	stopped := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stopped()
	d.say("\nRead the mails at http://%[1]s/inbox/, subscribe at http://%[1]s/ (Ctrl-C ends the demo)", d.pages.Addr())
	if err := server.Serve(d.pages); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the demo's pages: %w", err)
	}
	return nil
}
