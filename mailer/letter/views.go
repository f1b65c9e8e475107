package letter

import (
	"fmt"
	"strings"

	"dailytip/locale"
	"dailytip/render"
)

// letterView is the data of the templates "daily" and "weekly".
type letterView struct {
	render.Look
	Heading string // of a mail with several tips
	Remark  string // about the mail as a whole, or ""
	Tips    []render.Tip

	dates string // the tag in whose form dates are written
}

// main is the tip that stands for the mail: the first, or in a mail with several
// the first in the reader's language.
func (v letterView) main() render.Tip {
	for _, tip := range v.Tips {
		if !tip.Fallback {
			return tip
		}
	}
	return v.Tips[0]
}

// views renders each tip of the content for the reader's language.
//
// A mail speaks one language: our words are those beside the first tip that
// the reader's language has. A tip in another one carries its own lang and dir
// and says why; if that is so for all of several, the mail says it once.
func views(n Newsletter, c Content, lang string, pictures *render.Pictures) (letterView, error) {
	top := 2
	if len(c.Tips) > 1 {
		top = 3
	}
	versions := make([]render.Version, len(c.Tips))
	words, foreign := "", 0
	for i, t := range c.Tips {
		versions[i] = render.Choose(t, n.Language, lang)
		if versions[i].Fallback {
			foreign++
		} else if words == "" {
			words = render.WordsFor(versions[i], n.Language, lang)
		}
	}
	if words == "" {
		words = render.WordsFor(versions[0], n.Language, lang)
	}
	all := letterView{dates: datesFor(words, n.Language, lang)}
	for i, t := range c.Tips {
		if err := checkTip(t, versions[i].Title); err != nil {
			return letterView{}, err
		}
		linked := versions[i].Language
		if versions[i].Fallback {
			linked = words // the other tip may have the reader's language
		}
		view, err := render.NewTip(n.renderOptions(c, linked, pictures), t, versions[i], words, top)
		if err != nil {
			return letterView{}, fmt.Errorf("render: %w", err)
		}
		if foreign == len(c.Tips) && foreign > 1 {
			view.Remark = ""
		}
		all.Tips = append(all.Tips, view)
	}
	if foreign == len(c.Tips) && foreign > 1 {
		all.Remark = locale.Text(words, "mail.untranslated_week", nil)
	}
	return all, nil
}

// say puts a remark of ours about the whole mail before those about a tip.
func (v *letterView) say(remark string) {
	place := &v.Remark
	if len(v.Tips) == 1 {
		place = &v.Tips[0].Remark
	}
	*place = strings.TrimSpace(remark + " " + *place)
}

// pageTipOf is the tip in parts, for a template.
func pageTipOf(v render.Tip) pageTip {
	return pageTip{
		Lang: v.Language, Dir: v.Dir(), Emoji: v.Emoji, Title: v.Title,
		Remark: v.Remark, Body: v.Content, Source: v.Source, Mindmap: v.Map,
	}
}
