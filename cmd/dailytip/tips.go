package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net/mail"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dailytip/config"
	"dailytip/mailer/letter"
	"dailytip/tips"
)

func (c *command) tips() *cobra.Command {
	var dir string
	cmd := &cobra.Command{Use: "tips", Short: "Look after the library: list, show, lint, repair, new", Args: cobra.NoArgs}
	cmd.PersistentFlags().StringVar(&dir, "dir", "", "the library's `folder` (default: those of the configuration)")
	cmd.AddCommand(c.tipsList(&dir), c.tipsShow(&dir), c.tipsLint(&dir), c.tipsRepair(&dir), c.tipsNew(&dir))
	return cmd
}

// folderOf is a library that a command line means.
type folderOf struct {
	path    string
	options tips.Options
}

// folders are the libraries that a command line means.
func (c *command) folders(dir string) ([]folderOf, error) {
	if dir != "" {
		return []folderOf{{path: dir}}, nil
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

// each opens the libraries one after the other.
func (c *command) each(dir string, f func(folder string, l *tips.Library) error) error {
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

func (c *command) tipsShow(dir *string) *cobra.Command {
	var lang string
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show one tip as text",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			found := false
			err := c.each(*dir, func(folder string, l *tips.Library) error {
				t, ok := l.Tip(args[0])
				if !ok || found {
					return nil
				}
				found = true
				votes := c.tallies(cmd.Context(), *dir, folder)[t.ID]
				if c.json {
					return c.printJSON(struct {
						tips.Tip
						Useful    int64 `json:"useful"`
						NotUseful int64 `json:"not_useful"`
					}{t, votes.Useful, votes.Useless})
				}
				title, body := t.Title, t.Body
				if lang != "" {
					tr, ok := t.In(lang)
					if !ok {
						return exitf(codeFailed, "tip %s has no translation into %s", t.ID, lang)
					}
					title, body = tr.Title, tr.Body
				}
				c.printf("%s\n\n%s\n", strings.TrimSpace(t.Emoji+" "+title), tips.PlainText(body, 72))
				if t.Link != "" {
					c.printf("\n%s: %s\n", t.Source, t.Link)
				}
				if text := voteText(votes); text != "" {
					c.printf("\nuseful to %s who answered\n", text)
				}
				return nil
			})
			if err == nil && !found {
				return exitf(codeFailed, "there is no tip %q; dailytip tips list shows them", args[0])
			}
			return err
		},
	}
	cmd.Flags().StringVar(&lang, "lang", "", "show this translation")
	return cmd
}

// lookOf is how the mails of a folder's tips look: as the newsletter that sends
// them says, or plain when the folder was named by hand.
func (c *command) lookOf(dir, folder string) (letter.Newsletter, error) {
	if dir != "" {
		return letter.Newsletter{
			ID: "lint", Title: "Lint", BaseURL: "http://localhost", From: mail.Address{Address: "tips@example.com"}, Assets: libraryFiles(dir),
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

func (c *command) tipsRepair(dir *string) *cobra.Command {
	var write bool
	cmd := &cobra.Command{
		Use:   "repair",
		Short: "Show how damaged text can be restored; --write does it",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			folders, err := c.folders(*dir)
			if err != nil {
				return err
			}
			fixed, lost := 0, 0
			for _, folder := range folders {
				files, err := tips.OpenFolder(folder.path)
				if err != nil {
					return fmt.Errorf("look through %s: %w", folder.path, err)
				}
				repairs, err := tips.Repairs(files, folder.options)
				if err := errors.Join(err, files.Close()); err != nil {
					return fmt.Errorf("look through %s: %w", folder.path, err)
				}
				for _, r := range repairs {
					lost += len(r.Lost)
					for _, d := range r.Lost {
						c.say("%s:%d:%d: %q has lost characters and can't be restored", filepath.Join(folder.path, r.Path), d.Line, d.Column, short(d.Text, 40))
					}
					if r.Fixed == nil {
						continue
					}
					fixed++
					c.printf("%s", r.Diff)
					if !write {
						continue
					}
					if err := tips.WriteFile(filepath.Join(folder.path, r.Path), r.Fixed); err != nil {
						return fmt.Errorf("write repaired tip: %w", err)
					}
				}
			}
			switch {
			case fixed == 0 && lost == 0:
				c.say("nothing to repair")
			case fixed > 0 && write:
				c.say("%s repaired", count(fixed, "file"))
			case fixed > 0:
				c.say("%s can be repaired: dailytip tips repair --write", count(fixed, "file"))
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&write, "write", false, "write the repaired files")
	return cmd
}

func (c *command) tipsNew(dir *string) *cobra.Command {
	return &cobra.Command{
		Use:   "new TITLE",
		Short: "Begin a new tip, as a draft",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			folders, err := c.folders(*dir)
			if err != nil {
				return err
			}
			name, err := tips.NewTip(folders[0].path, strings.Join(args, " "), time.Now())
			if errors.Is(err, fs.ErrExist) {
				return exitf(codeFailed, "there is a tip with that name already: %w", err)
			}
			if err != nil {
				return err
			}
			c.printf("%s\n", name)
			return nil
		},
	}
}
