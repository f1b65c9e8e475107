package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os/exec"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dailytip/check"
	"dailytip/config"
	"dailytip/ledger"
	"dailytip/mailer"
	"dailytip/mailer/letter"
	"dailytip/safefile"
	"dailytip/tips"
	"dailytip/verdict"
)

// finding is one line of check.
type finding check.Finding

// findingsOf are what checks found.
func findingsOf(found ...check.Finding) []finding {
	all := make([]finding, len(found))
	for i, f := range found {
		all[i] = finding(f)
	}
	return all
}

// checkFlags are the options of check.
type checkFlags struct {
	offline bool
	dns     string
}

func (c *command) check() *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Look at everything a run needs; send nothing",
		Long: `check reads the configuration and the library, opens the database, connects to the
relays and to the mailbox for bounces with TLS and login. In DNS it looks at what
receivers ask of the sender's domain: DMARC and alignment, SPF, DKIM keys, names. It
asks for the readers' pages and for the sources of the next 30 tips. A line each; it
exits with 1 when one failed. Warnings and notes don't count: DNS may be out of reach.
--offline asks nobody.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.dns != "" {
				if _, _, err := net.SplitHostPort(f.dns); err != nil {
					f.dns = net.JoinHostPort(strings.Trim(f.dns, "[]"), "53")
				}
			}
			return c.runChecks(cmd.Context(), f)
		},
	}
	cmd.Flags().BoolVar(&f.offline, "offline", false, "ask nobody: no relay, no mailbox, no DNS, no pages")
	cmd.Flags().StringVar(&f.dns, "dns", "", "ask this DNS `server`, such as 9.9.9.9 (default: the system's)")
	return cmd
}

func (c *command) runChecks(ctx context.Context, f checkFlags) error {
	path := c.configPath()
	cfg, err := config.Load(path)
	if err != nil {
		return err
	}
	findings := []finding{{Check: "configuration", Result: check.OK, Detail: fmt.Sprintf("%s: %s, %s", path, count(len(cfg.Newsletters), "newsletter"), count(len(cfg.SMTP), "relay"))}}
	more, err := c.allFindings(ctx, cfg, f)
	if err != nil {
		return err
	}
	failed := 0
	for _, found := range append(findings, more...) {
		if found.Result == check.Failed {
			failed++
		}
		if !c.json {
			c.printf("%-8s %-24s %s\n", found.Result, found.Check, found.Detail)
		} else if err := c.printJSON(found); err != nil {
			return err
		}
	}
	if failed > 0 {
		return exitf(codeFailed, "%s failed", count(failed, "check"))
	}
	return nil
}

// allFindings looks at everything but whether the configuration can be loaded. What
// waits for others is done side by side.
func (c *command) allFindings(ctx context.Context, cfg *config.Config, f checkFlags) ([]finding, error) {
	findings := append(checkFiles(cfg), checkBaseURL(cfg)...)
	libraries, err := openLibraries(cfg, c.logger(slog.LevelError))
	if err != nil {
		findings = append(findings, finding{"library", "failed", err.Error()})
	} else {
		findings = append(findings, checkLibraries(cfg, libraries)...)
	}
	var checks []func(context.Context) []finding
	a, err := assemble(ctx, cfg, libraries, c.logger(slog.LevelError))
	var faults config.Faults
	switch {
	case errors.As(err, &faults):
		return nil, err
	case err != nil:
		findings = append(findings, finding{"database", "failed", err.Error()})
	default:
		defer a.close()
		findings = append(findings, checkDatabase(ctx, a))
		findings = append(findings, checkLedger(ctx, a)...)
		findings = append(findings, checkAdmin(cfg)...)
		findings = append(findings, checkCalendars(ctx, a)...)
		if !f.offline {
			checks = append(relayChecks(a), doorChecks(a)...)
		}
		findings = append(findings, checkHooks(a.config.BaseURL, a.hooks.Providers())...)
		findings = append(findings, checkEndpoints(ctx, a)...)
		findings = append(findings, checkLetters(a)...)
	}
	if !cfg.Database.IsPostgres() {
		findings = append(findings, findingsOf(check.Disk(cfg.Database.Reveal())...)...)
	}
	findings = append(findings, checkPostalAddress(cfg))
	if f.offline {
		return findings, nil
	}
	checks = append(checks, senderChecks(cfg, a, check.Resolver(f.dns))...)
	asking := newCheckWeb(cfg)
	checks = append(checks, webChecks(ctx, cfg, a, asking)...)
	findings = append(findings, check.Together(ctx, check.Limit, checks...)...)
	findings = append(findings, findingsOf(asking.Clock()...)...)
	return append(findings, checkFeedback(cfg)), nil
}

func checkDatabase(ctx context.Context, a *app) finding {
	if err := a.db.Writable(ctx); err != nil {
		return finding{"database", "failed", err.Error()}
	}
	return finding{"database", "ok", a.config.Database.String() + " can be read and written"}
}

// checkFiles looks who else on this machine could read the secrets or write the
// configuration, which may name a program to run.
func checkFiles(cfg *config.Config) []finding {
	var findings []finding
	look := func(name, path string, secret bool) {
		for _, e := range safefile.Exposures(path, secret) {
			findings = append(findings, finding{name, "warning", e.String()})
		}
	}
	look("configuration", cfg.File, cfg.HoldsSecrets())
	for _, path := range cfg.SecretFiles() {
		look("secret", path, true)
	}
	commands := [][]string{cfg.Bounces.IMAP.TokenCommand}
	for _, r := range cfg.SMTP {
		commands = append(commands, r.TokenCommand)
	}
	for _, argv := range commands {
		if len(argv) > 0 {
			if program, err := exec.LookPath(argv[0]); err == nil {
				look("token_command", program, false)
			}
		}
	}
	if !cfg.Database.IsPostgres() { // it holds the readers' addresses, and the keys of their links
		look("database", cfg.Database.Reveal(), true)
	}
	if len(findings) == 0 {
		return []finding{{"files", "ok", "nobody else on this machine can read the secrets, or write the configuration"}}
	}
	return findings
}

func checkBaseURL(cfg *config.Config) []finding {
	u, err := url.Parse(cfg.BaseURL)
	if err == nil && u.Scheme == "https" {
		return []finding{{"base_url", "ok", cfg.BaseURL}}
	}
	return []finding{{"base_url", "warning", cfg.BaseURL + " isn't https: large receivers want https for unsubscribing by one click (RFC 8058)"}}
}

func checkLibraries(cfg *config.Config, libraries map[string]*tips.Library) []finding {
	var findings []finding
	for _, n := range cfg.Newsletters {
		l := libraries[libraryKey(n)]
		faults := 0
		for _, f := range l.Lint(time.Now().Format(time.DateOnly)) {
			if f.Severity > tips.Note {
				faults++
			}
		}
		sendable, now := 0, time.Now().In(ownZone(n))
		for _, t := range l.Tips() {
			if t.WhyNot(now) == "" {
				sendable++
			}
		}
		f := finding{"library of " + n.ID, "ok", fmt.Sprintf("%s: %s", n.Tips, count(sendable, "tip"))}
		switch {
		case sendable == 0:
			f.Result, f.Detail = "failed", n.Tips+" holds no tip that can be sent; add one (dailytip tips new TITLE)"
		case faults > 0:
			f.Result, f.Detail = "warning", fmt.Sprintf("%s, %s: dailytip tips lint shows them", f.Detail, count(faults, "fault"))
		}
		findings = append(findings, f)
	}
	return findings
}

// checkLetters composes all tips in all their languages: what is too large or
// can't be composed is known before it's due.
func checkLetters(a *app) []finding {
	var findings []finding
	for i := range a.scheduler.Newsletters {
		n := &a.scheduler.Newsletters[i]
		look := a.letterNewsletter(a.newsletter(n.ID))
		var faults []string
		result := "warning" // a text that is cut is sent all the same
		for _, f := range lintMails(look, n.Library.Tips()) {
			faults = append(faults, f.String())
			if f.Rule != ruleShortened {
				result = "failed"
			}
		}
		if err := letter.CheckWeek(look, n.Library.Tips(), 7); err != nil {
			faults, result = append(faults, "a weekly mail: "+err.Error()), "failed"
		}
		f := finding{"mails of " + n.ID, "ok", "every tip can be composed in every language it has"}
		if len(faults) > 0 {
			f.Result, f.Detail = result, strings.Join(faults, "; ")
		}
		findings = append(findings, f)
	}
	return findings
}

// relayChecks tries each relay, so that none has to wait for one that hangs.
func relayChecks(a *app) []func(context.Context) []finding {
	relays, err := a.relays()
	if err != nil {
		return []func(context.Context) []finding{func(context.Context) []finding {
			return []finding{{"relay", "failed", err.Error()}}
		}}
	}
	checks := make([]func(context.Context) []finding, len(relays))
	for i, r := range relays {
		checks[i] = func(ctx context.Context) []finding { return []finding{checkRelay(ctx, r)} }
	}
	return checks
}

func checkRelay(ctx context.Context, r mailer.Relay) finding {
	reply := r.Check(ctx)
	f := finding{"relay " + r.Name, "ok", reply.String()}
	if verdict.Judge(reply) != verdict.Accepted {
		f.Result, f.Detail = "failed", fmt.Sprintf("at %s: %s; check smtp: in the configuration", reply.Stage, reply)
	}
	return f
}

func domainOf(address string) string {
	return address[strings.LastIndexByte(address, '@')+1:]
}

// checkLedger looks for what must never be among the deliveries. What it finds
// is a fault of the program's, or of who changed the database by hand.
func checkLedger(ctx context.Context, a *app) []finding {
	faults, err := ledger.Check(ctx, a.db)
	if err != nil {
		return []finding{{"ledger", "failed", err.Error()}}
	}
	findings := make([]finding, 0, len(faults))
	for _, fault := range faults {
		findings = append(findings, finding{"ledger", "failed", fault + "; please report it, with the version and the log"})
	}
	return findings
}
