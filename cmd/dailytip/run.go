package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"dailytip/config"
	"dailytip/safefile"
	"dailytip/tips"
)

// stdio is where a command reads and writes.
type stdio struct {
	in       io.Reader
	out, err io.Writer
}

// The exit codes; docs/exit-codes.md has the table.
const (
	codeDone    = 0
	codeFailed  = 1
	codeUsage   = 2
	codeConfig  = 3
	codeNothing = 4
	codePart    = 5
)

// exit is an error that ends the program with a code of its own.
type exit struct {
	code int
	err  error
}

func (e exit) Error() string { return e.err.Error() }
func (e exit) Unwrap() error { return e.err }

// exitf makes an [exit].
func exitf(code int, format string, args ...any) error {
	return exit{code, fmt.Errorf(format, args...)}
}

// run is the whole program: it carries out a command line and returns the exit
// code.
func run(ctx context.Context, args []string, io stdio) int {
	out := &written{Writer: io.out}
	io.out = out
	c := &command{stdio: io}
	root := c.root()
	root.SetArgs(args)
	root.SetIn(io.in)
	root.SetErr(io.err)
	err := root.ExecuteContext(ctx)
	if err == nil && out.failed != nil {
		err = exitf(codeFailed, "the output is cut off: %w", out.failed)
	}
	code := c.codeOf(err)
	if err != nil {
		c.complain(err, code)
	}
	return code
}

// codeOf is the one place where an error becomes an exit code.
func (c *command) codeOf(err error) int {
	var e exit
	var faults config.Faults
	switch {
	case err == nil:
		return codeDone
	case errors.As(err, &e):
		return e.code
	case errors.As(err, &faults):
		return codeConfig
	case !c.started: // cobra refused the command line
		return codeUsage
	}
	return codeFailed
}

// whosFile names the user that a file belongs to which this one may not read or write,
// when an error is about that and doesn't say it yet.
func whosFile(err error) string {
	var path *fs.PathError
	if !errors.As(err, &path) || !errors.Is(err, fs.ErrPermission) {
		return ""
	}
	owner, other := safefile.AnotherOwner(path.Path)
	if !other || strings.Contains(err.Error(), "belongs to the user") {
		return ""
	}
	return "; " + belongsTo(path.Path, owner)
}

// belongsTo says whose a file is, and what to do.
func belongsTo(file, owner string) string {
	name := owner
	if number, unnamed := strings.CutPrefix(owner, "number "); unnamed {
		name = "'#" + number + "'" // as sudo writes it
	}
	return fmt.Sprintf("%s belongs to the user %s: give the command as that user, such as sudo -u %s dailytip …", file, owner, name)
}

func (c *command) complain(err error, code int) {
	var faults config.Faults
	if errors.As(err, &faults) { // a line each, which stand for themselves
		_, _ = fmt.Fprintln(visibleWriter{c.err}, faults)
		return
	}
	_, _ = fmt.Fprintf(visibleWriter{c.err}, "dailytip: %v%s\n", err, whosFile(err))
	if code == codeUsage {
		_, _ = fmt.Fprintln(c.err, "dailytip: see dailytip --help, or dailytip COMMAND --help")
	}
}

// command is what all commands share.
type command struct {
	stdio
	started   bool // the command line was understood
	config    string
	json      bool
	logFormat string
	logLevel  *slog.Level  // of --log-level; nil: each command has its own
	library   tips.Options // of a folder of tips that is named by hand
}

func (c *command) root() *cobra.Command {
	var level string
	root := &cobra.Command{
		Use:   "dailytip",
		Short: "Send a tip a day",
		Long: `dailytip sends a tip a day: it picks the day's tip from a folder of markdown
files on a cron schedule, renders it to HTML mail with its source link, and sends
it over SMTP to everyone who is due, in their language, at their hour.

See it work, with nothing installed:  dailytip demo`,
		Args:          cobra.NoArgs,
		Version:       thisBuild().String(), // has cobra add --version
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			if err := c.setLogLevel(level); err != nil {
				return err
			}
			if c.logFormat != "text" && c.logFormat != "json" {
				return fmt.Errorf("--log-format %q is unknown; write text or json", c.logFormat)
			}
			return nil
		},
	}
	root.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	flags := root.PersistentFlags()
	flags.StringVar(&c.config, "config", "", "the configuration `file` (default: $DAILYTIP_CONFIG, else ./config.yaml, else "+systemFolder+"/config.yaml)")
	flags.BoolVar(&c.json, "json", false, "print data as JSON, one object a line")
	flags.StringVar(&level, "log-level", "", "the least that is logged: debug, info, warn or error (default: what the command needs)")
	flags.StringVar(&c.logFormat, "log-format", "text", "how the log is written: text or json")
	root.AddCommand(
		c.demo(), c.init(), c.serve(), c.check(), c.send(), c.preview(), c.plan(), c.simulate(), c.tips(), c.subscribers(), c.bounces(), c.webhooks(), c.tokens(), c.admin(), c.status(), c.edition(), c.pauseSending(), c.resumeSending(), c.dkim(), c.keys(), c.backup(), c.restore(), c.migrate(), c.version(), c.healthcheck(), c.man(),
	)
	root.SetVersionTemplate("dailytip {{.Version}}\n")
	root.SetOut(c.out) // before cobra's own commands take it
	root.SetHelpCommand(helpCommand(root))
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	root.SetFlagErrorFunc(unknownFlag)
	strict(root)
	c.noteStart(root)
	return root
}

// setLogLevel takes what --log-level says.
func (c *command) setLogLevel(name string) error {
	if name == "" {
		return nil
	}
	levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	level, ok := levels[name]
	if !ok {
		return fmt.Errorf("--log-level %q is unknown; write debug, info, warn or error", name)
	}
	c.logLevel = &level
	return nil
}

// noteStart has each command note that cobra has understood its command line:
// what cobra itself refuses, flags that exclude each other included, is wrong
// usage.
func (c *command) noteStart(cmd *cobra.Command) {
	if run := cmd.RunE; run != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			c.started = true
			return run(cmd, args)
		}
	}
	for _, sub := range cmd.Commands() {
		c.noteStart(sub)
	}
}

// configPath is the configuration that a command line means.
func (c *command) configPath() string {
	for _, path := range []string{c.config, os.Getenv("DAILYTIP_CONFIG")} {
		if path != "" {
			return path
		}
	}
	if !exists("config.yaml") { // or in a folder that is closed to this user, as after sudo -u
		if system := filepath.Join(systemFolder, "config.yaml"); exists(system) {
			return system
		}
	}
	return "config.yaml"
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// logger writes the log to standard error, so that data on standard output
// stays clean.
func (c *command) logger(level slog.Level) *slog.Logger {
	if c.logLevel != nil {
		level = *c.logLevel
	}
	options := &slog.HandlerOptions{Level: level}
	switch {
	case c.logFormat == "json":
		return slog.New(slog.NewJSONHandler(visibleWriter{c.err}, options))
	case isJournal(c.err, os.Getenv("JOURNAL_STREAM")):
		return slog.New(newJournalHandler(visibleWriter{c.err}, options))
	}
	return slog.New(slog.NewTextHandler(visibleWriter{c.err}, options))
}
