package render

import (
	"fmt"
	"html/template"
	"path"
	"strings"

	"dailytip/locale"
	"dailytip/tips"
)

// Tip is one version of a tip as a mail shows it, all styles inline.
type Tip struct {
	Look
	Version
	Emoji   string
	Foreign template.HTMLAttr // lang and dir, when they differ from those of Words
	Remark  string            // "" or why the text is as it is
	Content template.HTML     // the text; its headings begin at the level that NewTip was given
	Summary string            // the first sentence or two, without markup
	Source  template.HTML     // "Adapted from …" with its link; "" for none
	Map     template.HTML     // the mind map; "" for none
	Words   string            // the language of our own words

	tip   tips.Tip
	pages tips.Pages
	at    *mindmap // nil: none
}

// NewTip renders one version of a tip for a mail whose own words are in words.
// top is the level for the highest heading inside the text.
func NewTip(o Options, t tips.Tip, v Version, words string, top int) (Tip, error) {
	t = linkable(t)
	view := Tip{Look: NewLook(o.Accent, v.Language), Version: v, Emoji: t.Emoji, Words: words, tip: t, pages: v.pages(o, t.ID)}
	if v.Language != words {
		view.Foreign = template.HTMLAttr(fmt.Sprintf(` lang="%s" dir="%s"`,
			template.HTMLEscapeString(v.Language), locale.Dir(v.Language)))
	}
	fragment, err := tips.LinkedHTML(v.Body, view.pages)
	if err != nil {
		return Tip{}, fmt.Errorf("render tip %s: %w", t.ID, err)
	}
	if dir, own := locale.Dir(v.Language), runningDirection(fragment, v.Language); own != dir {
		// Nobody has translated it yet: all of it is at the side of its text.
		view.sheet = view.sheet.facing(own)
		view.Foreign = template.HTMLAttr(fmt.Sprintf(` lang="%s" dir="%s"`, template.HTMLEscapeString(v.Language), own))
	}
	if v.Fallback {
		view.Remark = locale.Text(words, "mail.untranslated", nil)
	}
	in := inliner{sheet: view.sheet, top: top, base: assetBase(o.AssetURL, t.Path), dir: path.Dir(t.Path), pictures: o.Pictures, unnamed: locale.Text(words, "mail.picture", nil)}
	content, err := in.inline(fragment)
	if err != nil {
		return Tip{}, fmt.Errorf("style tip %s: %w", t.ID, err)
	}
	view.Content, view.Summary = template.HTML(content), summary(fragment)
	view.Source = sourceLine(t, words, ` class="a s"`, fmt.Sprintf(` target="_blank" style="%s"`, view.sheet.inline("link")))
	return view, view.readMap(in)
}

// readMap reads and draws the mind map of the version in use.
func (v *Tip) readMap(in inliner) error {
	if strings.TrimSpace(v.Mindmap) == "" {
		return nil
	}
	fragment, err := tips.LinkedHTML(v.Mindmap, v.pages)
	if err != nil {
		return fmt.Errorf("render the mind map of tip %s: %w", v.tip.ID, err)
	}
	m, err := readMindmap(fragment, in)
	if err != nil {
		return fmt.Errorf("read the mind map of tip %s: %w", v.tip.ID, err)
	}
	if m.empty() {
		return nil
	}
	v.at = &m
	if v.Map, err = drawMindmap(v); err != nil {
		return fmt.Errorf("draw the mind map of tip %s: %w", v.tip.ID, err)
	}
	return nil
}

// Dir is the direction of its text, "rtl" or "ltr".
func (v Tip) Dir() string {
	if v.sheet.rtl {
		return "rtl"
	}
	return "ltr"
}

// Glance is our heading over the mind map.
func (v Tip) Glance() string { return locale.Text(v.Words, "mail.glance", nil) }

// Text is the tip for the text part of a mail.
func (v Tip) Text(withUnderline bool) string {
	var b strings.Builder
	title := strings.TrimSpace(v.Emoji + " " + v.Title)
	b.WriteString(Wrap(title, TextWidth, "", "") + "\n")
	if withUnderline {
		b.WriteString(Underline(title) + "\n")
	}
	b.WriteByte('\n')
	if v.Remark != "" {
		b.WriteString(Wrap(v.Remark, TextWidth, "", "") + "\n\n")
	}
	b.WriteString(strings.TrimSpace(tips.LinkedText(v.Body, TextWidth, v.pages)) + "\n")
	if source := sourceText(v.tip, v.Words); source != "" {
		b.WriteString("\n" + source + "\n")
	}
	if v.at != nil {
		b.WriteString("\n" + v.Glance() + "\n\n" + v.at.text())
	}
	return b.String()
}
