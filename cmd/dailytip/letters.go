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
		look.Assets = shelf(n.Tips)
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

// internal tells whether strangers get to see nothing of a newsletter, so not its
// pictures either.
func internal(n *config.Newsletter) bool { return !n.Joinable && !n.Archive }

// shelf is a library's folder as a file system that no name and no link leads
// out of, and that holds files only; the demo's is in the program. nil: it can't be opened, which reading
// the tips has reported.
func shelf(folder string) fs.FS {
	if folder == demoShelf {
		return library.Files
	}
	files, err := tips.OpenFolder(folder)
	if err != nil {
		return nil
	}
	return files
}

// trySample makes a mail of each shape with a newsletter's look. The configuration
// was checked value by value; what their sum spoils is found here, before anything
// is due.
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

// maxTemplate is more than a template may have, so that letter says what is wrong
// with a larger one.
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

// fitness remembers which tips make mails that can be sent: a tip whose mail
// would be too large, or can't be made, is withheld when it's read, not found out
// when it's due and its newsletter stands still.
type fitness struct {
	look letter.Newsletter
	log  *slog.Logger

	mu    sync.Mutex
	known map[string]bool // by the tip's digest: withheld
}

// longText is how much markdown, in bytes, can't become too large a mail: the
// densest markup grows to some thirty times its size, and the limit is
// letter.MaxHTML. Nearly all tips are shorter, and cost nothing here.
const longText = letter.MaxHTML / 40

// manyTags is how many elements of HTML a text may hold and surely be rendered:
// fewer can't be too many in each other.
const manyTags = 100

func (f *fitness) withhold(t *tips.Tip) bool {
	longest, tags := len(t.Body)+len(t.Mindmap), strings.Count(t.Body, "<")
	for _, tr := range t.Translations {
		longest, tags = max(longest, len(tr.Body)+len(tr.Mindmap)), max(tags, strings.Count(tr.Body, "<"))
	}
	if longest <= longText && tags < manyTags && f.look.Template == nil { // a shell of one's own takes up to half of a mail
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
func (f *fitness) compose(t *tips.Tip) error {
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
