package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"dailytip/mailer/letter"
	"dailytip/tips"
)

func (c *command) tipsLint(dir *string) *cobra.Command {
	var rules []string
	var format string
	var summary bool
	cmd := &cobra.Command{
		Use:   "lint",
		Short: "Say what is wrong with the library, with file and line",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if format != "text" && format != "github" {
				return exitf(codeUsage, "--format: %q is none of text, github", format)
			}
			found, err := c.findings(*dir)
			if err != nil {
				return err
			}
			all := found
			if len(rules) > 0 {
				found = slices.DeleteFunc(slices.Clone(all), func(f tips.Fault) bool { return !slices.Contains(rules, f.Rule) })
			}
			if err := c.printFindings(found, format, summary); err != nil {
				return err
			}
			if len(found) == 0 && len(all) > 0 {
				c.say("nothing breaks the rule %s; broken are: %s", strings.Join(rules, ", "), strings.Join(rulesOf(all), ", "))
				return nil
			}
			faults := 0
			for _, f := range found {
				if f.Severity > tips.Note {
					faults++
				}
			}
			if faults > 0 {
				return exitf(codeFailed, "%s, %s", count(faults, "fault"), count(len(found)-faults, "note"))
			}
			c.say("no faults, %s", count(len(found), "note"))
			return nil
		},
	}
	cmd.Flags().StringSliceVar(&rules, "rule", nil, "only what breaks this `rule`, such as missing-link; may be repeated")
	cmd.Flags().StringVar(&format, "format", "text", "text, or github: annotations in a pull request")
	cmd.Flags().BoolVar(&summary, "summary", false, "only how often each rule is broken")
	return cmd
}

// findings are what is wrong with the libraries, with paths as the command line has
// them.
func (c *command) findings(dir string) ([]tips.Fault, error) {
	var all []tips.Fault
	err := c.each(dir, func(folder string, l *tips.Library) error {
		look, err := c.lookOf(dir, folder)
		if err != nil {
			return err
		}
		for _, f := range lintAll(look, l, time.Now().Format(time.DateOnly)) {
			if !c.json { // programs know the library's folder
				f = f.In(folder)
			}
			all = append(all, f)
		}
		return nil
	})
	return all, err
}

// lintAll finds what is wrong with a library and with its mails on a date (YYYY-MM-DD).
func lintAll(look letter.Newsletter, l *tips.Library, today string) []tips.Fault {
	found := slices.Concat(l.Lint(today), lintMails(look, l.Tips()))
	slices.SortStableFunc(found, func(a, b tips.Fault) int { return strings.Compare(a.Path, b.Path) })
	return found
}

// printFindings prints a line for each finding, and a summary below many.
func (c *command) printFindings(found []tips.Fault, format string, summary bool) error {
	for _, f := range found {
		switch {
		case c.json:
			if err := c.printJSON(f); err != nil {
				return err
			}
		case format == "github":
			c.printf("%s\n", annotation(f))
		case !summary:
			c.printf("%s (%s, %s)\n", f, f.Severity, f.Rule)
		}
	}
	const many = 20
	if !c.json && format == "text" && (summary || len(found) > many) {
		c.printf("\n")
		c.table(table.Row{"Rule", "Is", "Found", "Such as"}, summaryOf(found), 3)
	}
	return nil
}

// summaryOf has a row for each rule, the one broken most often first, with three
// places.
func summaryOf(found []tips.Fault) []table.Row {
	byRule := make(map[string][]tips.Fault)
	for _, f := range found {
		byRule[f.Rule] = append(byRule[f.Rule], f)
	}
	var rows []table.Row
	for _, rule := range rulesOf(found) {
		some := byRule[rule]
		worst := slices.MaxFunc(some, func(a, b tips.Fault) int { return int(a.Severity) - int(b.Severity) })
		var places []string
		for _, f := range some {
			if place := placeOf(f); !slices.Contains(places, place) && len(places) < 3 {
				places = append(places, place)
			}
		}
		rows = append(rows, table.Row{rule, worst.Severity, len(some), strings.Join(places, "\n")})
	}
	return rows
}

func placeOf(f tips.Fault) string {
	if f.Line == 0 {
		return f.Path
	}
	return fmt.Sprintf("%s:%d", f.Path, f.Line)
}

// rulesOf are the rules that findings name, the one broken most often first.
func rulesOf(found []tips.Fault) []string {
	times := make(map[string]int)
	var rules []string
	for _, f := range found {
		if times[f.Rule]++; times[f.Rule] == 1 {
			rules = append(rules, f.Rule)
		}
	}
	slices.SortFunc(rules, func(a, b string) int {
		if times[a] != times[b] {
			return times[b] - times[a]
		}
		return strings.Compare(a, b)
	})
	return rules
}

// annotation is a finding as GitHub's workflow commands have it, which it shows beside
// the line in a pull request.
func annotation(f tips.Fault) string {
	level := map[tips.Severity]string{tips.Note: "notice", tips.Warning: "warning", tips.Error: "error"}[f.Severity]
	value := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	where := "file=" + property.Replace(f.Path) + fmt.Sprintf(",line=%d", max(f.Line, 1))
	if f.Column > 0 {
		where += fmt.Sprintf(",col=%d", f.Column)
	}
	return fmt.Sprintf("::%s %s,title=%s::%s", level, where, property.Replace(f.Rule), value.Replace(f.Message))
}

// ruleShortened is broken by a text of which the mail shows the beginning only.
const ruleShortened = "mail-shortened"

// lintMails finds what is wrong with the mails of a library's tips, as faults of
// the tips' files.
func lintMails(look letter.Newsletter, all []tips.Tip) []tips.Fault {
	checked := make([][]error, len(all))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, t := range all {
		group.Go(func() error {
			checked[i] = letter.Check(look, t)
			return nil
		})
	}
	_ = group.Wait() // what is wrong is in checked
	var faults []tips.Fault
	for i, t := range all {
		for _, err := range checked[i] {
			severity := tips.Warning
			rule := "mail"
			if errors.Is(err, letter.ErrShortened) {
				rule = ruleShortened
			}
			if errors.Is(err, letter.ErrTooLarge) || errors.Is(err, tips.ErrTooComplex) { // [mailCheck] withholds it
				severity = tips.Error
			}
			line, message := mailFault(t, err)
			faults = append(faults, tips.Fault{Path: t.Path, Line: line, Rule: rule, Severity: severity, Message: message})
		}
	}
	return faults
}

// mailFault says where a fault of a mail arises, and what to do.
func mailFault(t tips.Tip, err error) (line int, message string) {
	var picture *fs.PathError
	if !errors.As(err, &picture) {
		return 1, err.Error()
	}
	line = tips.LineOf(t, path.Base(picture.Path))
	if errors.Is(err, fs.ErrNotExist) {
		return line, fmt.Sprintf("the picture %s isn't in the library; write its path from this file, or with a / in front from the library's folder", picture.Path)
	}
	return line, fmt.Sprintf("the picture %s can't be shown: %v", picture.Path, picture.Err)
}
