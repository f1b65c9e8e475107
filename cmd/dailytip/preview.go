package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/text/language"

	"dailytip/locale"
	"dailytip/mailer"
	"dailytip/mailer/letter"
	"dailytip/scheduler"
	"dailytip/tips"
)

// previewFlags are those of preview.
type previewFlags struct {
	newsletter, date, tip, lang, format, out, listen string
	serve                                            bool
}

func (c *command) preview() *cobra.Command {
	var f previewFlags
	cmd := &cobra.Command{
		Use:   "preview",
		Short: "Show the mail as it will be",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains([]string{"html", "text", "eml"}, f.format) {
				return exitf(codeUsage, "--format %q is unknown; write html, text or eml", f.format)
			}
			a, err := c.open(cmd.Context(), slog.LevelWarn)
			if err != nil {
				return err
			}
			defer a.close()
			n, day, err := a.editionFlags(f.newsletter, f.date)
			if err != nil {
				return err
			}
			if f.serve {
				return c.servePreview(cmd.Context(), a, n, day, f.tip, f.listen)
			}
			return c.writePreview(cmd.Context(), a, n, day, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.newsletter, "newsletter", "", "the newsletter's `id` (default: the only one)")
	flags.StringVar(&f.date, "date", "", "the edition's `date` (default: today)")
	flags.StringVar(&f.tip, "tip", "", "show this tip, by its `id`, instead of a date's")
	flags.StringVar(&f.lang, "lang", "", "the reader's `language`, such as zh-CN (default: the newsletter's)")
	flags.StringVar(&f.format, "format", "html", "html, text or eml")
	flags.StringVar(&f.out, "out", "", "write to this `file` instead of standard output")
	flags.BoolVar(&f.serve, "serve", false, "show it as a page that follows your changes: phone and desktop, light and dark, each language")
	flags.StringVar(&f.listen, "listen", "127.0.0.1:8081", "`host:port` of the page of --serve")
	cmd.MarkFlagsMutuallyExclusive("date", "tip")
	cmd.MarkFlagsMutuallyExclusive("serve", "out")
	cmd.MarkFlagsMutuallyExclusive("serve", "format")
	cmd.MarkFlagsMutuallyExclusive("serve", "lang")
	return cmd
}

// writePreview writes one form of a day's mail, or of a tip's.
func (c *command) writePreview(ctx context.Context, a *app, n *scheduler.Newsletter, day scheduler.Date, f previewFlags) error {
	l, err := a.previewOf(ctx, n, day, f.tip, f.lang)
	if err != nil {
		return err
	}
	data, err := render(l, f.format, a.config.From.Address, a.config.BaseURL)
	if err != nil {
		return err
	}
	if f.out == "" {
		_, err = c.data().Write(data)
		return err
	}
	if err := os.WriteFile(f.out, data, 0o644); err != nil { //nolint:gosec // a mail to look at, not a secret
		return fmt.Errorf("write preview: %w", err)
	}
	return nil
}

// previewOf composes a day's mail, or a tip's when one is named.
func (a *app) previewOf(ctx context.Context, n *scheduler.Newsletter, day scheduler.Date, tip, lang string) (*letter.Letter, error) {
	content, err := a.previewed(ctx, n, day, tip)
	if err != nil {
		return nil, err
	}
	if err := a.hasLanguage(n, content.Tips, lang); err != nil {
		return nil, err
	}
	look := a.letterNewsletter(a.newsletter(n.ID))
	if content, err = mailer.WithPages(ctx, a.editions, look, content); err != nil {
		return nil, err
	}
	return letter.Compose(look, content, lang)
}

// previewed is the content that a preview shows: a tip's, or the one that is chosen
// for a day when no tip is named.
func (a *app) previewed(ctx context.Context, n *scheduler.Newsletter, day scheduler.Date, tip string) (letter.Content, error) {
	if tip == "" {
		return a.chosen(ctx, n, day)
	}
	t, ok := n.Library.Tip(tip)
	if !ok {
		return letter.Content{}, exitf(codeFailed, "there is no tip %q in the library; dailytip tips list shows them", tip)
	}
	return contentOf(day, t), nil
}

// render gives one form of a letter; eml is the whole message for a reader who
// doesn't exist.
func render(l *letter.Letter, format, from, base string) ([]byte, error) {
	switch format {
	case "html":
		return []byte(l.HTML()), nil
	case "text":
		return []byte(l.Text()), nil
	case "eml":
		return l.Message(letter.Recipient{
			Email: "reader@example.com", MessageID: "preview@" + domainOf(from), ReturnPath: from,
			Date:           time.Now(),
			UnsubscribeURL: base + "/u/preview", PreferencesURL: base + "/preferences/preview",
		})
	}
	return nil, fmt.Errorf("there is no format %q", format)
}

// hasLanguage refuses a language in which no mail of these tips differs from the
// original: one that no tip has, nor our own words. A reader may choose it all the
// same; whoever looks at a preview has mistyped it.
func (a *app) hasLanguage(n *scheduler.Newsletter, all []tips.Tip, lang string) error {
	if lang == "" {
		return nil
	}
	own := []string{cmp.Or(a.newsletter(n.ID).Language, locale.Default)}
	for _, t := range all {
		if t.Language != "" && !slices.Contains(own, t.Language) {
			own = append(own, t.Language)
		}
		for _, tr := range t.Translations {
			if !slices.Contains(own, tr.Language) {
				own = append(own, tr.Language)
			}
		}
	}
	wanted, err := language.Parse(lang)
	base, _ := wanted.Base()
	known := func(tag string) bool { // a region's form of it will do
		other, _ := language.Make(tag).Base()
		return other == base
	}
	if err == nil && slices.ContainsFunc(slices.Concat(own, locale.Languages()), known) {
		return nil
	}
	return exitf(codeUsage, "--lang %q: neither the tip nor our own words are in this language; the tip is in %s, our words are in %s",
		lang, strings.Join(own, ", "), strings.Join(locale.Languages(), ", "))
}
