package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dailytip/config"
)

// strict has a command and those below it refuse what they don't understand, with
// what to write instead. cobra by itself answers a wrong word after a group such as
// "subscribers", or after help, with help and success.
func strict(cmd *cobra.Command) {
	if cmd.HasSubCommands() {
		cmd.Args = knownCommand
		if cmd.RunE == nil {
			cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		}
	} else if args := cmd.Args; args != nil {
		cmd.Args = func(cmd *cobra.Command, given []string) error {
			if err := args(cmd, given); err != nil {
				return wrongArguments(cmd, given, err)
			}
			return nil
		}
	}
	for _, sub := range cmd.Commands() {
		strict(sub)
	}
}

// knownCommand is for a group of commands: whatever follows it is meant to be one.
func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	path := cmd.CommandPath()
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	if near := config.Nearest(args[0], names); near != "" {
		return exitf(codeUsage, "unknown command %q for %q; did you mean %s %s?", args[0], path, path, near)
	}
	return exitf(codeUsage, "unknown command %q for %q; there are %s", args[0], path, strings.Join(names, ", "))
}

// unknownFlag proposes the flag that was probably meant.
func unknownFlag(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return err
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	if near := config.Nearest(unknown.GetSpecifiedName(), names); near != "" {
		return fmt.Errorf("%w; did you mean --%s?", err, near)
	}
	return err
}

// wrongArguments says how a command is written.
func wrongArguments(cmd *cobra.Command, given []string, err error) error {
	usage := strings.TrimSuffix(cmd.UseLine(), " [flags]")
	if len(given) > 0 && len(strings.Fields(cmd.Use)) == 1 {
		return exitf(codeUsage, "%s takes no arguments, and %q is one", usage, given[0])
	}
	return exitf(codeUsage, "%w; write %s", err, usage)
}

// helpCommand is cobra's help command, except that a command that isn't there is an error.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Show how a command is used",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err == nil && len(rest) > 0 {
				err = knownCommand(cmd, rest)
			}
			if err != nil {
				return exit{codeUsage, err}
			}
			cmd.InitDefaultHelpFlag()
			return cmd.Help()
		},
	}
}

// notNegative refuses a wait that ends before it begins.
func notNegative(flag string, wait time.Duration) error {
	if wait < 0 {
		return exitf(codeUsage, "%s %s: write a duration of 0 or more, such as 30s or 10m", flag, wait)
	}
	return nil
}
