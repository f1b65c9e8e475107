package mailtest

import (
	"errors"
	"fmt"
	"io/fs"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"dailytip/library"
	"dailytip/locale"
	"dailytip/mailer/letter"
	"dailytip/tips"
)

// Date is the local date of every mail in the gallery.
const Date = "2026-11-23"

// Gallery composes the mails that the browser looks at: each tip of
// mailer/letter's gallery and of this package's testdata in each of its
// languages, the starter library in two shapes, a weekly mail and the notices.
// root is the module's folder.
func Gallery(root string) ([]Mail, error) {
	starter, err := Starter()
	if err != nil {
		return nil, err
	}
	var g gallery
	for _, dir := range []string{"render/testdata/gallery", "test/mailtest/testdata"} {
		dir = filepath.Join(root, filepath.FromSlash(dir))
		hard, err := folder(dir)
		if err != nil {
			return nil, err
		}
		g.assets = os.DirFS(dir)
		for _, tip := range hard {
			g.tip(tip, languages(tip)...)
			if strings.Contains(tip.Body+tip.Mindmap, "](images/") {
				g.attached(tip)
			}
		}
	}
	g.assets = nil
	for i, tip := range starter {
		if tip.ID == "say-it-back-first" {
			g.tip(tip, locale.Languages()...) // the same text in every language of ours
			continue
		}
		g.tip(tip, languages(tip)[i%len(languages(tip))])
	}
	for _, lang := range []string{"en", "zh-CN", "ar"} {
		g.letter("weekly."+lang, letter.Content{LocalDate: Date, Tips: starter[:3]}, lang)
	}
	for _, lang := range []string{"en", "zh-CN", "ar", "hi", "de"} {
		g.notices(lang, starter[0])
	}
	g.proof(starter[0])
	return g.mails, g.err
}

// StarterMails composes every tip of the starter library in each language that
// it has, and a mail in a language that it lacks.
func StarterMails() ([]Mail, error) {
	starter, err := Starter()
	if err != nil {
		return nil, err
	}
	var g gallery
	for _, tip := range starter {
		g.tip(tip, languages(tip)...)
	}
	g.tip(starter[0], "ko")
	return g.mails, g.err
}

// Starter is the starter library's tips.
func Starter() ([]tips.Tip, error) {
	shelf, err := tips.OpenFS(library.Files, tips.Options{})
	if err != nil {
		return nil, fmt.Errorf("open the starter library: %w", err)
	}
	if len(shelf.Tips()) < 3 {
		return nil, errors.New("open the starter library: it has fewer than 3 tips")
	}
	return shelf.Tips(), nil
}

// folder reads a folder of tips. A folder that isn't there has none; a tip with
// a fault that keeps it from being sent is an error.
func folder(dir string) ([]tips.Tip, error) {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	shelf, err := tips.Open(dir, tips.Options{})
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", dir, err)
	}
	for _, fault := range shelf.Faults() {
		if fault.Severity == tips.Error {
			return nil, fmt.Errorf("open %s: %s", dir, fault)
		}
	}
	return shelf.Tips(), nil
}

// languages are those that a tip can be read in.
func languages(tip tips.Tip) []string {
	all := []string{tip.Language}
	if tip.Language == "" {
		all[0] = "en"
	}
	for _, translation := range tip.Translations {
		all = append(all, translation.Language)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// gallery collects mails until the first error.
type gallery struct {
	mails  []Mail
	err    error
	assets fs.FS // the library's folder
}

func (g *gallery) tip(tip tips.Tip, langs ...string) {
	for _, lang := range langs {
		g.letter(tip.ID+"."+lang, letter.Content{Edition: 42, LocalDate: Date, Tips: []tips.Tip{tip}}, lang)
	}
}

func (g *gallery) letter(name string, c letter.Content, lang string) {
	n := newsletter()
	n.Assets = g.assets
	l, err := letter.Compose(n, c, lang)
	g.add(name, l, err)
}

// attached is a tip's mail when there is no site of our own to show its
// pictures: they come along.
func (g *gallery) attached(tip tips.Tip) {
	n := newsletter()
	n.BaseURL, n.ArchiveURL, n.AssetURL, n.Assets = "", "", "", g.assets
	l, err := letter.Compose(n, letter.Content{Edition: 42, LocalDate: Date, Tips: []tips.Tip{tip}}, tip.Language)
	g.add(tip.ID+".attached", l, err)
}

func (g *gallery) notices(lang string, tip tips.Tip) {
	for name, notice := range map[string]letter.Notice{
		"confirm": {Kind: letter.Confirm, ConfirmURL: "https://tips.example.com/confirm/nLJ2lQ7yXWbP4kTjVdR9Zg"},
		"account": {Kind: letter.Account, AccountURL: "https://tips.example.com/open/AAEFUA5R4X8rOghu34FJ8ysppYarA"},
		"welcome": {Kind: letter.Welcome, NextDate: "2026-11-24", NextTime: "07:00"},
		"resend":  {Kind: letter.Resend, Content: letter.Content{LocalDate: Date, Tips: []tips.Tip{tip}}},
	} {
		notice.Language = lang
		l, err := letter.ComposeNotice(newsletter(), notice)
		g.add(name+"."+lang, l, err)
	}
}

// proof is what an editor is shown: several mails in one, each in its language.
func (g *gallery) proof(tip tips.Tip) {
	const token = "AAEFUBFdgP5FN2P1mIwiFotGLGOuTSSX"
	l, err := letter.ComposeNotice(newsletter(), letter.Notice{
		Kind: letter.Proof, Content: letter.Content{LocalDate: Date, Tips: []tips.Tip{tip}}, Due: "Mon 2026-11-23 07:00 UTC", Reason: "next",
		Findings: []string{"warning: " + tip.Path + ":4: the tip has no source"}, Waits: true, Instead: "💡 Name one owner",
		ApproveURL: "https://tips.example.com/proof/approve/" + token, SkipURL: "https://tips.example.com/proof/skip/" + token,
		PlanURL: "https://tips.example.com/admin/calendar?newsletter=management#" + Date,
	})
	g.add("proof", l, err)
}

func (g *gallery) add(name string, l *letter.Letter, err error) {
	if g.err != nil {
		return
	}
	if err != nil {
		g.err = fmt.Errorf("compose %s: %w", name, err)
		return
	}
	raw, err := l.Message(recipient(len(g.mails)))
	if err != nil {
		g.err = fmt.Errorf("fill in %s: %w", name, err)
		return
	}
	m, err := Read(name, raw)
	g.mails, g.err = append(g.mails, m), err
}

func newsletter() letter.Newsletter {
	return letter.Newsletter{
		ID: "management", Title: "Management Tip of the Day", Language: "en",
		BaseURL:       "https://tips.example.com",
		From:          mail.Address{Name: "Daily Tip", Address: "tips@example.com"},
		ReplyTo:       mail.Address{Address: "hello@example.com"},
		ConfirmFrom:   mail.Address{Name: "Daily Tip", Address: "confirm@example.com"},
		PostalAddress: "Example Press, 1 Example Street, Springfield",
		ListDomain:    "tips.example.com",
		ArchiveURL:    "https://tips.example.com/archive/management",
		AssetURL:      "https://tips.example.com/library/",
	}
}

func recipient(i int) letter.Recipient {
	const token = "AAEFUBFdgP5FN2P1mIwiFotGLGOuTSSX"
	return letter.Recipient{
		Email: fmt.Sprintf("reader%d@example.org", i), MessageID: fmt.Sprintf("16.%d.management@example.com", i),
		ReturnPath: "bounces@example.com", Date: time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC),
		UnsubscribeURL:    "https://tips.example.com/u/" + token,
		PreferencesURL:    "https://tips.example.com/preferences/" + token,
		UsefulURL:         "https://tips.example.com/vote/8x3k5tz1m/" + token + "/yes",
		UselessURL:        "https://tips.example.com/vote/8x3k5tz1m/" + token + "/no",
		UnsubscribeMailto: "unsub+" + token + "@example.com",
	}
}
