package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

var version, commit string // set by the linker

// build is what the program knows of how it was built.
type build struct {
	Version  string `json:"version"`
	Commit   string `json:"commit"` // "": built outside of git
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func (c *command) version() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the program's version, its commit, Go's version and the platform",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if c.json {
				return c.printJSON(thisBuild())
			}
			c.printf("dailytip %s\n", thisBuild())
			return nil
		},
	}
}

func (b build) String() string {
	from := ""
	if b.Commit != "" {
		from = "commit " + b.Commit + ", "
	}
	return fmt.Sprintf("%s (%s%s, %s)", b.Version, from, b.Go, b.Platform)
}

// thisBuild takes the version that the linker set, else the one that go install
// knows, else the commit.
func thisBuild() build {
	b := build{Version: version, Commit: commit, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && b.Commit == "" {
			b.Commit = s.Value[:min(12, len(s.Value))]
		}
	}
	switch v := info.Main.Version; {
	case b.Version != "":
	case v != "" && v != "(devel)":
		b.Version = v
	case b.Commit != "":
		b.Version = "devel-" + b.Commit
	default:
		b.Version = "devel"
	}
	return b
}

func versionText() string { return thisBuild().Version }
