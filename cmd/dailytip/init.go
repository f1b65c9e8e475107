package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dailytip/config"
	"dailytip/safefile"
	"dailytip/verdict"
)

// systemFolder is where the packages keep the configuration, and systemState where they
// keep what grows.
const (
	systemFolder = "/etc/dailytip"
	systemState  = "/var/lib/dailytip"
)

func (c *command) init() *cobra.Command {
	var o initOptions
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Begin: write a configuration and first tips, and try the relay",
		Long: `init asks for the sender, the relay, the address of the readers' pages, the time zone
and the hour. It writes DIR/config.yaml (default: here) with what differs from the
defaults, and a folder of first tips; a password goes into a file of its own, which only
its owner can read. It logs in to the relay, offers a test mail to yourself, and says what
comes next.

What is there already stays: a configuration is replaced when you say so (--replace), and
the old one is kept beside it; a folder that has tips is left alone.

A script says --yes, and by flags what differs from what is proposed. When the relay
refuses, all is written and the exit code is 5.

In ` + systemFolder + `, where the packages look for it, database and tips go to
` + systemState + ` (--state), and belong to whom that folder belongs to.`,
		Example: `  dailytip init
  dailytip init /etc/dailytip --yes --from "Daily Tip <tips@example.com>" \
    --relay smtp.example.com:587 --username tips --password-file /root/relay-password \
    --base-url https://tips.example.com --timezone Europe/Berlin --hour 07:30`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.dir = "."
			if len(args) > 0 {
				o.dir = args[0]
			}
			return c.begin(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.From, "from", "", "the `sender`, such as \"Daily Tip <tips@example.com>\"")
	f.StringVar(&o.Relay, "relay", "localhost:25", "the SMTP server that takes the mails: `HOST:PORT`")
	f.StringVar(&o.TLS, "tls", "", "mandatory, opportunistic, implicit or none (default: mandatory; implicit on port 465; none on this machine without a login)")
	f.StringVar(&o.Username, "username", "", "the login's `name` at the relay; none: no login")
	f.StringVar(&o.passwordFile, "password-file", "", "a `file` with the login's password, which is copied; - reads standard input")
	f.StringVar(&o.BaseURL, "base-url", "http://localhost:8080", "the `address` of the readers' pages")
	f.StringVar(&o.Listen, "listen", "127.0.0.1:8080", "`HOST:PORT` at which the daemon serves them")
	f.StringVar(&o.Zone, "timezone", machineZone(), "the `zone` of readers who name none")
	f.StringVar(&o.Hour, "hour", "07:00", "the `time` of day, in each reader's zone")
	f.StringVar(&o.Days, "days", "MON-FRI", "the `days`, such as MON-FRI, MON,THU or *")
	f.StringVar(&o.Tips, "tips", "starter", "starter: management tips of ours; one: a first tip to write over")
	f.StringVar(&o.state, "state", "", "the `folder` of the database and the tips (default: DIR; for "+systemFolder+": "+systemState+")")
	f.StringVar(&o.testTo, "test-to", "", "send a test mail to this `address`")
	f.BoolVar(&o.noTry, "no-try", false, "don't connect to the relay")
	f.BoolVar(&o.replace, "replace", false, "replace a configuration that is there; the old one is kept beside it")
	f.BoolVar(&o.yes, "yes", false, "ask nothing: take the flags and what is proposed")
	return cmd
}

// initOptions are what a command line of init says.
type initOptions struct {
	answers
	dir, state    string
	passwordFile  string
	testTo        string
	noTry, yes    bool
	replace       bool
	configuration string // the file that is written
}

// begun is what init has done, as --json prints it.
type begun struct {
	Configuration string `json:"configuration"`
	Old           string `json:"old,omitempty"` // what was replaced is kept there
	Tips          string `json:"tips"`
	NewTips       int    `json:"new_tips"`        // 0: the folder had some
	Relay         string `json:"relay,omitempty"` // what it said; "": it wasn't tried
	RelayTook     bool   `json:"relay_ok"`
}

func (c *command) begin(ctx context.Context, o initOptions) error {
	p := c.prompter(ctx)
	if !o.yes && p == nil {
		return exitf(codeUsage, "init asks its questions on a terminal, and this isn't one; write --yes, --from and what else differs from the defaults (dailytip init --help)")
	}
	if o.noTry && o.testTo != "" {
		return exitf(codeUsage, "--test-to sends through the relay; take --no-try out")
	}
	if err := o.places(); err != nil {
		return err
	}
	if err := c.mayReplace(p, &o); err != nil {
		return err
	}
	if err := c.readPassword(ctx, &o); err != nil {
		return err
	}
	if o.yes {
		if err := o.check(); err != nil {
			return err
		}
	} else if err := p.ask(&o); err != nil {
		return err
	}
	done, err := o.write(time.Now())
	if err != nil {
		return err
	}
	if !c.json {
		c.tellWritten(done, o)
	}
	if err := c.tryRelay(ctx, o, &done); err != nil {
		return err
	}
	if c.json {
		if err := c.printJSON(done); err != nil {
			return err
		}
	}
	failed := c.testMail(ctx, p, &o, done)
	if err := handOver(o.state, o.made(done)...); err != nil {
		return err
	}
	if !c.json {
		c.printf("\n%s", o.next())
	}
	switch {
	case failed != nil:
		return exitf(codePart, "the configuration is written, but the test mail isn't out: %w", failed)
	case !o.noTry && !done.RelayTook:
		return exitf(codePart, "the configuration is written, but the relay doesn't take mail yet: %s; mend smtp: in %s, then type dailytip check", done.Relay, o.configuration)
	}
	return nil
}

// made names what init makes in the state folder: the database comes with a test mail.
func (o *initOptions) made(done begun) []string {
	names := []string{config.Default().Database.Reveal() + "*"}
	if done.NewTips > 0 {
		names = append(names, "tips")
	}
	return names
}

// places finds the folders.
func (o *initOptions) places() error {
	dir, err := filepath.Abs(o.dir)
	if err != nil {
		return err
	}
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return exitf(codeUsage, "%s is a file; name the folder that the configuration is to be in", dir)
	}
	o.dir, o.configuration = dir, filepath.Join(dir, "config.yaml")
	switch {
	case o.state == "" && dir == systemFolder:
		o.state = systemState
	case o.state == "":
		o.state = dir
	default:
		o.state, err = filepath.Abs(o.state)
	}
	return err
}

// mayReplace asks before a configuration is replaced.
func (c *command) mayReplace(p *prompter, o *initOptions) error {
	_, err := os.Lstat(o.configuration)
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && o.replace:
		return nil
	case err != nil:
		return fmt.Errorf("look for a configuration: %w", err)
	case o.yes:
		return exitf(codeNothing, "%s is there already, and nothing was changed; --replace writes a new one and keeps the old one beside it", o.configuration)
	}
	replace, err := p.yesNo(o.configuration+" is there already. Write a new one, and keep the old one beside it?", false)
	if err == nil && !replace {
		err = exitf(codeNothing, "nothing was changed")
	}
	return err
}

func (c *command) readPassword(ctx context.Context, o *initOptions) error {
	switch {
	case o.passwordFile == "":
		return nil
	case o.Username == "":
		return exitf(codeUsage, "--password-file goes with --username")
	}
	var data []byte
	var err error
	if o.passwordFile == "-" {
		data, err = safefile.ReadAll(awaited{ctx, c.in}, "standard input", safefile.MaxSecret)
	} else {
		data, err = safefile.Read(o.passwordFile, safefile.MaxSecret)
	}
	if err != nil {
		return exitf(codeUsage, "--password-file: %w", err)
	}
	if o.password = strings.TrimRight(string(data), "\r\n"); o.password == "" {
		return exitf(codeUsage, "--password-file: there is no password in it")
	}
	return nil
}

func (c *command) tellWritten(done begun, o initOptions) {
	c.printf("wrote   %s\n", done.Configuration)
	if done.Old != "" {
		c.printf("kept    %s, the old one\n", done.Old)
	}
	if o.password != "" {
		c.printf("wrote   %s: the password, which only its owner can read\n", filepath.Join(o.dir, passwordName))
	}
	if done.NewTips > 0 {
		c.printf("wrote   %s: %s\n", done.Tips, count(done.NewTips, "tip"))
	} else {
		c.printf("kept    %s, which has tips\n", done.Tips)
	}
}

// tryRelay logs in to the relay that was named. What it says is for the operator to
// judge: all is written by then.
func (c *command) tryRelay(ctx context.Context, o initOptions, done *begun) error {
	if o.noTry {
		return nil
	}
	cfg, err := config.Load(o.configuration)
	if err != nil {
		return err
	}
	relays, err := (&app{config: cfg, log: c.logger(slog.LevelError)}).relays()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	reply := relays[0].Check(ctx)
	done.Relay, done.RelayTook = reply.String(), verdict.Judge(reply) == verdict.Accepted
	if c.json {
		return nil
	}
	if !done.RelayTook {
		c.printf("failed  the relay %s: %s\n", relays[0].Name, reply)
		return nil
	}
	c.printf("tried   the relay %s: %s\n", relays[0].Name, reply)
	return nil
}

// testMail sends the next tip to the operator, when they want it.
func (c *command) testMail(ctx context.Context, p *prompter, o *initOptions, done begun) error {
	if !done.RelayTook {
		return nil
	}
	if o.testTo == "" && !o.yes {
		var err error
		if o.testTo, err = p.line("Send a test mail to (your address; Enter sends none)", "", nil); err != nil {
			return nil // the questions were broken off: that is no, too
		}
	}
	if o.testTo == "" {
		return nil
	}
	sender := command{stdio: c.stdio, config: o.configuration, json: c.json, logFormat: c.logFormat, logLevel: c.logLevel}
	a, err := sender.open(ctx, slog.LevelWarn)
	if err != nil {
		return err
	}
	defer a.close()
	n, _, err := a.editionFlags("", "")
	if err != nil {
		return err
	}
	return sender.sendCopies(ctx, a, n, n.Upcoming(time.Now()), []string{o.testTo})
}

// next says what to type next.
func (o *initOptions) next() string {
	program, serve := "dailytip --config "+safefile.ShellWord(o.configuration), ""
	here, _ := os.Getwd()
	switch {
	case o.dir == systemFolder && o.state == systemState && os.Geteuid() == 0:
		// As the daemon's user, so that what it makes is the daemon's.
		program, serve = "sudo -u dailytip dailytip", "sudo systemctl enable --now dailytip"
	case o.dir == here || o.dir == systemFolder:
		program = "dailytip"
	}
	if serve == "" {
		serve = program + " serve"
	}
	return fmt.Sprintf(`Next:
  %[1]s check                         looks at all of it, and at your domain's DNS
  %[1]s subscribers import FILE       brings your readers; or: subscribers add ADDRESS
  %[2]s
`, program, serve)
}
