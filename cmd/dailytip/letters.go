package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"dailytip/bounces/webhook"
	"dailytip/config"
	"dailytip/library"
	"dailytip/mailer/letter"
	"dailytip/safefile"
	"dailytip/tips"
)

// looks are how each newsletter's mails look, by its id.
type looks map[string]letter.Newsletter

// newLooks reads what the mails need beside the tips: the operator's template
// and the library's pictures. Faults of a template have its own file and line.
func newLooks(cfg *config.Config) (looks, error) {
	all := looks{}
	var faults config.Faults
	for i, n := range cfg.Newsletters {
		look := letter.Newsletter{
			ID: n.ID, Title: n.Title, Language: n.Language, BaseURL: cfg.BaseURL, Accent: n.Accent,
			PostalAddress: cfg.PostalAddress, From: n.From, ReplyTo: n.ReplyTo, ConfirmFrom: n.ConfirmFrom,
		}
		if n.Archive {
			look.ArchiveURL = cfg.BaseURL + "/archive/" + n.ID
		}
		if !cfg.Bounces.Webhooks.PostmarkPassword.IsZero() {
			look.TagHeader = webhook.PostmarkHeader
		}
		look.Assets = libraryFiles(n.Tips)
		if public(cfg.BaseURL) && !internal(&n) {
			look.AssetURL = cfg.BaseURL + "/files/" + n.ID + "/"
		}
		if n.Template != "" {
			parsed, wrong := readTemplate(n.Template)
			faults = append(faults, wrong...)
			look.Template = parsed
			if len(wrong) > 0 {
				continue
			}
		}
		if err := trySample(look); err != nil {
			faults = append(faults, cfg.Fault(fmt.Sprintf("newsletters[%d]", i), "no mail can be made of this: %v", err))
		}
		all[n.ID] = look
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return all, nil
}

// internal tells whether strangers may see nothing of a newsletter: then its pictures
// aren't on the site either.
func internal(n *config.Newsletter) bool { return !n.Joinable && !n.Archive }

// libraryFiles is a library's folder as a file system. No name and no link leads out
// of it, and it holds regular files only. The starter library is in the program
// itself. nil: the folder can't be opened, which reading the tips has reported.
func libraryFiles(folder string) fs.FS {
	if folder == starterLibrary {
		return library.Files
	}
	files, err := tips.OpenFolder(folder)
	if err != nil {
		return nil
	}
	return files
}

// trySample composes a tip and a notice with a newsletter's look. Values of
// the configuration that are right one by one may still make a bad mail together;
// that's found here, before anything is due.
func trySample(look letter.Newsletter) error {
	tip := tips.Tip{ID: "sample", Title: "A sample", Body: "Text.", Link: "https://example.com/", Source: "Example"}
	content := letter.Content{Edition: 1, LocalDate: "2026-01-01", Tips: []tips.Tip{tip}}
	r := letter.Recipient{
		Email: "reader@example.com", MessageID: "sample@example.com", ReturnPath: look.From.Address, Date: time.Unix(0, 0),
		UnsubscribeURL: look.BaseURL + "/u/sample", PreferencesURL: look.BaseURL + "/preferences/sample",
		UsefulURL: look.BaseURL + "/vote/1/sample/yes", UselessURL: look.BaseURL + "/vote/1/sample/no",
	}
	for _, compose := range []func() (*letter.Letter, error){
		func() (*letter.Letter, error) { return letter.Compose(look, content, "") },
		func() (*letter.Letter, error) {
			return letter.ComposeNotice(look, letter.Notice{Kind: letter.Confirm, ConfirmURL: look.BaseURL + "/confirm/sample"})
		},
	} {
		l, err := compose()
		if err != nil {
			return err
		}
		if _, err := l.Message(r); err != nil {
			return err
		}
	}
	return nil
}

// maxTemplate is the most that is read of a template, in bytes. It's more than letter
// allows, so that letter says what is wrong with a template that is too large.
const maxTemplate = 1 << 20

func readTemplate(name string) (*letter.Template, config.Faults) {
	text, err := safefile.Read(name, maxTemplate)
	if err != nil {
		return nil, config.Faults{{File: name, Message: fmt.Sprintf("the template can't be used: %v", err)}}
	}
	parsed, wrong := letter.ParseTemplate(name, string(text))
	faults := make(config.Faults, 0, len(wrong))
	for _, f := range wrong {
		faults = append(faults, config.Fault{File: name, Line: f.Line, Message: f.Message})
	}
	return parsed, faults
}

// public tells whether readers' mail programs can fetch pictures from our own
// site. Otherwise pictures are attached.
func public(base string) bool {
	u, err := url.Parse(base)
	if err != nil || u.Hostname() == "localhost" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() != "" && (ip == nil || ip.IsGlobalUnicast() && !ip.IsPrivate())
}

// mailCheck composes the mails of each tip when it's read, and remembers the result. A
// tip whose mail would be too large, or can't be composed, is withheld then: on the day
// itself it would stop its newsletter.
type mailCheck struct {
	look letter.Newsletter
	log  *slog.Logger

	mu    sync.Mutex
	known map[string]bool // by the tip's digest: withheld
}

// longText is a size of markdown, in bytes, up to which no mail becomes too large: the
// densest markup grows to some thirty times its size, and the limit is
// letter.MaxHTML. Nearly all tips are shorter, and needn't be composed.
const longText = letter.MaxHTML / 40

// manyTags is a number of HTML tags below which a text can surely be rendered: fewer
// can't be nested too deeply.
const manyTags = 100

func (f *mailCheck) withhold(t *tips.Tip) bool {
	longest, tags := len(t.Body)+len(t.Mindmap), strings.Count(t.Body, "<")
	for _, tr := range t.Translations {
		longest, tags = max(longest, len(tr.Body)+len(tr.Mindmap)), max(tags, strings.Count(tr.Body, "<"))
	}
	if longest <= longText && tags < manyTags && f.look.Template == nil { // a template takes up to half of a mail
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	key := cmp.Or(t.Digest, t.ID)
	if withheld, ok := f.known[key]; ok {
		return withheld
	}
	err := f.compose(t)
	f.known[key] = err != nil
	switch {
	case errors.Is(err, letter.ErrTooLarge):
		f.log.Error("a tip is withheld: its mail would be too large; shorten it", "tip", t.Path, "error", err)
	case err != nil:
		f.log.Error("a tip is withheld: no mail can be made of it; simplify its markup", "tip", t.Path, "error", err)
	}
	return f.known[key]
}

// compose tries the mails of a tip in each of its languages. A translation that is
// too large is replaced by the original.
func (f *mailCheck) compose(t *tips.Tip) error {
	content := letter.Content{LocalDate: "2026-01-01", Tips: []tips.Tip{*t}}
	if _, err := letter.Compose(f.look, content, ""); err != nil {
		return err
	}
	for _, tr := range t.Translations {
		if _, err := letter.Compose(f.look, content, tr.Language); err != nil && !errors.Is(err, letter.ErrTooLarge) {
			return fmt.Errorf("in %s: %w", tr.Language, err)
		}
	}
	return nil
}
