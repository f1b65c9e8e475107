package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"dailytip/library"
	"dailytip/tips"
)

// write writes all files, the configuration last: what it names is there by then. What
// it replaces is kept beside it.
func (o *initOptions) write(now time.Time) (begun, error) {
	done := begun{Configuration: o.configuration, Tips: filepath.Join(o.state, "tips")}
	if err := os.MkdirAll(o.dir, 0o755); err != nil { //nolint:gosec // as mkdir does; what is secret has a mode of its own
		return done, fmt.Errorf("make the folder of the configuration: %w", err)
	}
	var err error
	if done.NewTips, err = firstTips(done.Tips, o.Tips, now); err != nil {
		return done, err
	}
	if o.password != "" {
		file := filepath.Join(o.dir, passwordName)
		if _, err := replaceFile(file, o.password+"\n", 0o600, now); err != nil {
			return done, err
		}
		if err := handOverFile(file, o.state); err != nil {
			return done, err
		}
	}
	if o.state != o.dir {
		o.stateFolderName = o.state
	}
	text, err := o.text()
	if err != nil {
		return done, err
	}
	done.Old, err = replaceFile(o.configuration, text, 0o600, now)
	if err != nil {
		return done, err
	}
	return done, shareWithGroup(o.configuration)
}

// replaceFile writes a file as a whole or not at all, and tells where the one that was
// there is now.
func replaceFile(name, text string, mode fs.FileMode, now time.Time) (old string, err error) {
	file, err := os.CreateTemp(filepath.Dir(name), ".dailytip-init-")
	if err != nil {
		return "", fmt.Errorf("write %s: %w", name, err)
	}
	defer func() { _ = os.Remove(file.Name()) }() // it has another name by then, or is of no use
	_, err = file.WriteString(text)
	err = errors.Join(err, file.Chmod(mode), file.Sync(), file.Close())
	if err != nil {
		return "", fmt.Errorf("write %s: %w", name, err)
	}
	if _, err := os.Lstat(name); err == nil {
		old = name + ".old-" + now.UTC().Format("20060102-150405")
		if err := os.Rename(name, old); err != nil {
			return "", fmt.Errorf("keep the old %s: %w", name, err)
		}
	}
	if err := os.Rename(file.Name(), name); err != nil {
		return old, fmt.Errorf("write %s: %w", name, err)
	}
	return old, nil
}

// firstTips fills a folder that has no tips yet, and tells how many it wrote.
func firstTips(folder, which string, now time.Time) (int, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // tips aren't secret
		return 0, fmt.Errorf("make the folder of the tips: %w", err)
	}
	there, err := tips.Open(folder, tips.Options{Language: "en"})
	if err != nil {
		return 0, fmt.Errorf("look for tips: %w", err)
	}
	if len(there.Tips())+len(there.Faults()) > 0 {
		return 0, nil
	}
	if which == "one" {
		text := "---\ntitle: Write the next thing down\nemoji: 📝\nlink: https://en.wikipedia.org/wiki/Zeigarnik_effect\ncreated: " + now.UTC().Format(time.RFC3339) + "\n---\n\n" +
			"Before you close the laptop tonight, write one line: what is the first thing to do tomorrow?\n\n" +
			"Then write over this tip with one of your own. Each file in this folder is a tip.\n"
		return 1, writeTip(folder, "first-tip.md", []byte(text))
	}
	names, err := fs.Glob(library.Files, "*.md")
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		data, err := library.Files.ReadFile(name)
		if err != nil {
			return 0, err
		}
		if err := writeTip(folder, name, data); err != nil {
			return 0, err
		}
	}
	return len(names), nil
}

func writeTip(folder, name string, data []byte) error {
	if err := os.WriteFile(filepath.Join(folder, name), data, 0o644); err != nil { //nolint:gosec // tips aren't secret
		return fmt.Errorf("write a tip: %w", err)
	}
	return nil
}
