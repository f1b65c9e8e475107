package letter

import (
	"cmp"
	"fmt"
	"html/template"
	"net/url"
	"path"
	"strings"

	"dailytip/locale"
	"dailytip/tips"
)

// tipView is one tip as the templates draw it.
type tipView struct {
	dress
	version
	Emoji    string
	Foreign  template.HTMLAttr // lang and dir, when they differ from the shell's
	Remark   string            // "" or why the text is as it is
	Body     template.HTML
	Source   template.HTML
	Glance   string
	Map      *mindmap // nil: none
	Branches []branchView

	words string // the language of our own words
	tip   tips.Tip
	raw   string // the body's sanitised HTML, undressed
}

// newTipView renders one version of a tip. top is the level for the highest
// heading inside the text.
func newTipView(n Newsletter, t tips.Tip, v version, words string, top int, pictures *pictures) (tipView, error) {
	for _, f := range []struct{ name, value string }{
		{"title", v.Title}, {"emoji", t.Emoji}, {"source", t.Source}, {"author", t.Author}, {"link", t.Link},
	} {
		if err := checkLine(f.name+" of tip "+t.ID, f.value); err != nil {
			return tipView{}, err
		}
	}
	t = linkable(t)
	light, dark := palettes(n.Accent)
	view := tipView{
		version: v, Emoji: t.Emoji, words: words, tip: t,
		Glance: locale.Text(words, "mail.glance", nil),
	}
	view.dress = dress{newSheet(light, v.Language, locale.Dir(v.Language)), light, dark}
	if v.Language != words {
		view.Foreign = template.HTMLAttr(fmt.Sprintf(` lang="%s" dir="%s"`,
			template.HTMLEscapeString(v.Language), locale.Dir(v.Language)))
	}
	if v.Fallback {
		view.Remark = locale.Text(words, "mail.untranslated", nil)
	}
	fragment, err := tips.HTML(v.Body)
	if err != nil {
		return tipView{}, fmt.Errorf("render tip %s: %w", t.ID, err)
	}
	in := inliner{sheet: view.sheet, top: top, base: assetBase(n.AssetURL, t.Path), dir: path.Dir(t.Path), pictures: pictures}
	body, err := in.dress(fragment)
	if err != nil {
		return tipView{}, fmt.Errorf("dress tip %s: %w", t.ID, err)
	}
	view.raw, view.Body = fragment, template.HTML(body)
	view.Source = sourceLine(t, words, ` class="a s"`, fmt.Sprintf(` target="_blank" style="%s"`, view.sheet.inline("link")))
	return view, view.readMap(in)
}

// readMap reads the mind map of the version in use.
func (v *tipView) readMap(in inliner) error {
	if strings.TrimSpace(v.Mindmap) == "" {
		return nil
	}
	fragment, err := tips.HTML(v.Mindmap)
	if err != nil {
		return fmt.Errorf("render the mind map of tip %s: %w", v.tip.ID, err)
	}
	m, err := readMindmap(fragment, in)
	if err != nil {
		return fmt.Errorf("read the mind map of tip %s: %w", v.tip.ID, err)
	}
	if !m.empty() {
		v.Map, v.Branches = &m, m.views()
	}
	return nil
}

// quoteMarks are those of the languages we know, in any of their forms.
const quoteMarks = "\"“”„‟‘‛‹›«»《》〈〉「」『』"

// sourceName is how the source is called: a given name in quotes, unless it
// brings its own (“Sunk cost”, Wikipedia), and a host as it is.
func sourceName(t tips.Tip, words string) string {
	name, quoted := sourceOf(t)
	if !quoted {
		return name
	}
	return locale.Text(words, "mail.quote", map[string]any{"Title": name})
}

func sourceOf(t tips.Tip) (name string, quoted bool) {
	host := hostOf(t.Link)
	name = cmp.Or(t.Source, host)
	return name, name != "" && name != host && !strings.ContainsAny(name, quoteMarks)
}

// sourceLine is "Adapted from …", or "" when there is nothing to name. Its link
// has these attributes before and after its address.
func sourceLine(t tips.Tip, words, before, behind string) template.HTML {
	dir := locale.Dir(words)
	source, quoted := sourceOf(t)
	name, author := isolated(dir, source), isolated(dir, t.Author)
	if quoted {
		// The marks are those of our sentence, and run with it.
		name = phrase(words, "mail.quote", map[string]template.HTML{"Title": name})
	}
	if t.Link != "" {
		name = template.HTML(fmt.Sprintf(`<a%s href="%s"%s>%s</a>`, before, template.HTMLEscapeString(t.Link), behind, name))
	}
	switch {
	case source == "" && t.Author == "":
		return ""
	case source == "":
		return phrase(words, "mail.written_by", map[string]template.HTML{"Author": author})
	case t.Author == "":
		return phrase(words, "mail.adapted", map[string]template.HTML{"Source": name})
	}
	return phrase(words, "mail.adapted_by", map[string]template.HTML{"Source": name, "Author": author})
}

// sourceText is the same line for the text part, the address below it.
func (v tipView) sourceText() string {
	name := sourceName(v.tip, v.words)
	var line string
	switch data := map[string]any{"Source": name, "Author": v.tip.Author}; {
	case name == "" && v.tip.Author == "":
		return ""
	case name == "":
		line = locale.Text(v.words, "mail.written_by", data)
	case v.tip.Author == "":
		line = locale.Text(v.words, "mail.adapted", data)
	default:
		line = locale.Text(v.words, "mail.adapted_by", data)
	}
	line = wrap(line, textWidth, "", "")
	if v.tip.Link != "" {
		line += "\n" + v.tip.Link
	}
	return line
}

// hostOf is a link's host without "www.", as tips.Tip.Source has it.
func hostOf(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}

// text is the tip for the text part.
func (v tipView) text(withUnderline bool) string {
	var b strings.Builder
	title := strings.TrimSpace(v.Emoji + " " + v.Title)
	b.WriteString(wrap(title, textWidth, "", "") + "\n")
	if withUnderline {
		b.WriteString(underline(title) + "\n")
	}
	b.WriteByte('\n')
	if v.Remark != "" {
		b.WriteString(wrap(v.Remark, textWidth, "", "") + "\n\n")
	}
	b.WriteString(strings.TrimSpace(tips.PlainText(v.version.Body, textWidth)) + "\n")
	if source := v.sourceText(); source != "" {
		b.WriteString("\n" + source + "\n")
	}
	if v.Map != nil {
		b.WriteString("\n" + v.Glance + "\n\n" + v.Map.text())
	}
	return b.String()
}
