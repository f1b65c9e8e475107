package main

import (
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// man is for who builds packages: "make dist" has the manual written by the program
// itself, so that it says what the program does.
func (c *command) man() *cobra.Command {
	return &cobra.Command{
		Use:    "man DIR",
		Short:  "Write the manual, a page for each command",
		Long:   "man writes manual pages into a folder. Their date is $SOURCE_DATE_EPOCH, else today.",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			date := time.Now()
			if seconds, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64); err == nil {
				date = time.Unix(seconds, 0)
			}
			date = date.UTC()
			root := cmd.Root()
			root.DisableAutoGenTag = true
			if err := os.MkdirAll(args[0], 0o755); err != nil { //nolint:gosec // pages for everybody
				return err
			}
			return doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "dailytip " + versionText(), Manual: "dailytip", Date: &date}, args[0])
		},
	}
}
