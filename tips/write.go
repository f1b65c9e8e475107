package tips

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"dailytip/tips/markup"
)

// WriteFile replaces the content of a tip's file, keeping its mode. Whoever
// reads it meanwhile, or after a crash, sees the old text or the new, never a
// part. A link stays one: the file that it leads to is replaced.
func WriteFile(name string, data []byte) (err error) {
	target, err := filepath.EvalSymlinks(name)
	if err != nil {
		return fmt.Errorf("write tip: %w", err)
	}
	info, err := os.Stat(target)
	if err != nil {
		return fmt.Errorf("write tip: %w", err)
	}
	// A hidden name: a library passes over it.
	temporary, err := os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+".*")
	if err != nil {
		return fmt.Errorf("write tip: %w", err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("write tip: %w", errors.Join(err, temporary.Close(), os.Remove(temporary.Name())))
		}
	}()
	if _, err := temporary.Write(data); err != nil {
		return err
	}
	if err := temporary.Chmod(info.Mode().Perm()); err != nil {
		return err
	}
	if err := temporary.Sync(); err != nil {
		return err
	}
	if err := os.Rename(temporary.Name(), target); err != nil {
		return err
	}
	if err := temporary.Close(); err != nil {
		return fmt.Errorf("close %s: %w", target, err)
	}
	return nil
}

// NewTip writes the file of a new tip, a draft, into the library dir and
// returns its name. The name is made from the title. An existing file is never
// overwritten: the error then is fs.ErrExist.
func NewTip(dir, title string, created time.Time) (name string, err error) {
	title = oneLine(title)
	if title == "" {
		return "", errors.New("new tip: the title is empty")
	}
	name = filepath.Join(dir, Slug(title)+".md")
	// The library takes name.markdown for the same id.
	if other := strings.TrimSuffix(name, ".md") + ".markdown"; exists(other) {
		return "", fmt.Errorf("new tip: %s: %w", other, fs.ErrExist)
	}
	content, err := newContent(title, created)
	if err != nil {
		return "", fmt.Errorf("new tip: %w", err)
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return "", fmt.Errorf("new tip: %w", err)
	}
	_, err = file.Write(content)
	if err = errors.Join(err, file.Close()); err != nil {
		return "", fmt.Errorf("new tip: %w", err)
	}
	return name, nil
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// Slug makes a title into a file's name without extension: letters and digits
// of any script, in lower case, at most 60 bytes.
func Slug(title string) string {
	slug := markup.Slug(title)
	for len(slug) > 60 {
		if i := strings.LastIndexByte(slug, '-'); i > 0 {
			slug = slug[:i]
			continue
		}
		slug = strings.ToValidUTF8(slug[:60], "") // a language without blanks
	}
	switch {
	case slug == "":
		return "tip"
	case leftOut(slug+".md") != "":
		return slug + "-tip" // the library passes over these
	}
	return slug
}

func newContent(title string, created time.Time) ([]byte, error) {
	quoted, err := yaml.Marshal(title)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, `---
title: %s
emoji:
tags: []
link:
created: %s
draft: true
---

## Tip

<!-- One idea in 100 to 150 words. Delete “draft” when it is ready. -->

## Translations

<!--
<details>
<summary>🇪🇸 título</summary>

texto

</details>
-->
`, strings.TrimSpace(string(quoted)), created.UTC().Format(time.RFC3339)), nil
}
