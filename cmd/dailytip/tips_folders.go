package main

import (
	"cmp"
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/bmatcuk/doublestar/v4"
	"golang.org/x/text/language"

	"dailytip/config"
	"dailytip/mailer/letter"
	"dailytip/tips"
)

// folderOf is a library that a command line means.
type folderOf struct {
	path    string
	options tips.Options
}

// folders are the libraries that a command line means.
func (c *command) folders(dir string) ([]folderOf, error) {
	if dir != "" {
		o, err := c.optionsOf(dir)
		return []folderOf{{path: dir, options: o}}, err
	}
	if readByFlags(c.library) {
		return nil, exitf(codeUsage, "--exclude, --languages and --language go with --dir; without it the configuration says them")
	}
	cfg, err := config.LoadToLook(c.configPath())
	if err != nil {
		return nil, err
	}
	var folders []folderOf
	seen := make(map[string]bool)
	for _, n := range cfg.Newsletters {
		if !seen[libraryKey(n)] {
			seen[libraryKey(n)] = true
			folders = append(folders, folderOf{n.Tips, libraryOptions(n)})
		}
	}
	return folders, nil
}

// optionsOf is how a folder that was named by hand is read: as the flags say, else as
// the newsletter whose folder it is, by the configuration at hand or one in the folder
// or above it.
func (c *command) optionsOf(dir string) (tips.Options, error) {
	o := c.library
	for _, glob := range o.Exclude {
		if !doublestar.ValidatePattern(glob) {
			return o, exitf(codeUsage, "--exclude: %q is no glob; write one such as \"*.draft.md\" or \"archive/**\"", glob)
		}
	}
	for flag, tags := range map[string][]string{"--languages": o.Languages, "--language": {cmp.Or(o.Language, "en")}} {
		for _, tag := range tags {
			if _, err := language.Parse(tag); err != nil {
				return o, exitf(codeUsage, "%s: %q is no language tag; write one such as fr or zh-CN", flag, tag)
			}
		}
	}
	if readByFlags(o) {
		return o, nil
	}
	for _, name := range []string{c.configPath(), filepath.Join(dir, "config.yaml"), filepath.Join(dir, "..", "config.yaml")} {
		cfg, err := config.LoadToLook(name)
		if err != nil && c.config != "" && name == c.config {
			return o, err
		}
		if err != nil {
			continue // whoever names a folder needs none
		}
		for _, n := range cfg.Newsletters {
			if sameFolder(n.Tips, dir) {
				return libraryOptions(n), nil
			}
		}
	}
	return o, nil
}

// readByFlags tells whether the command line says how a library is read.
func readByFlags(o tips.Options) bool {
	return o.Language != "" || len(o.Languages)+len(o.Exclude) > 0
}

func sameFolder(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

// each opens the libraries one after the other. The command ends soon, so memory is
// collected seldom meanwhile: "go test ./cmd/dailytip -bench TipsOf10000" shows what for.
func (c *command) each(dir string, f func(folder string, l *tips.Library) error) error {
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	folders, err := c.folders(dir)
	if err != nil {
		return err
	}
	for _, folder := range folders {
		l, err := tips.Open(folder.path, folder.options)
		if err != nil {
			return fmt.Errorf("open library: %w", err)
		}
		if err := f(folder.path, l); err != nil {
			return err
		}
	}
	return nil
}

// lookOf is how the mails of a folder's tips look: as the newsletter that sends
// them says, or plain when the folder was named by hand.
func (c *command) lookOf(dir, folder string) (letter.Newsletter, error) {
	if dir != "" {
		o, err := c.optionsOf(dir)
		if err != nil {
			return letter.Newsletter{}, err
		}
		return letter.Newsletter{
			ID: "lint", Title: "Lint", BaseURL: "http://localhost", Language: o.Language, From: mail.Address{Address: "tips@example.com"}, Assets: libraryFiles(dir),
		}, nil
	}
	cfg, err := config.LoadToLook(c.configPath())
	if err != nil {
		return letter.Newsletter{}, err
	}
	all, err := newLooks(cfg)
	if err != nil {
		return letter.Newsletter{}, err
	}
	for _, n := range cfg.Newsletters {
		if n.Tips == folder {
			return all[n.ID], nil
		}
	}
	return letter.Newsletter{}, fmt.Errorf("no newsletter has the folder %s", folder)
}
