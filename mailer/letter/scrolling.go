package letter

import (
	"fmt"
	"html/template"
	"strings"

	"dailytip/render"
)

// scrolls asks for what Apple's and Samsung's mail programs can and no other can,
// whatever it calls itself: their phones scroll a box within a mail. Those of Gmail,
// Outlook and Yahoo on Android hide what is wider, and wrap code by themselves.
const scrolls = "(hyphens:auto) or (-webkit-hyphens:auto)"

// letterRoom is how wide the text of a letter is on a screen, in pixels.
const letterRoom = 512

// scrollStyles keep lines of code and columns of tables whole where the mail program
// lets a reader scroll them: on screens wider than a phone, where it shows a bar for
// it, and on phones that can. There a shade at the edge says that something goes on.
// A card without such a box needs none. Words that are too long for a title on a phone
// are hyphenated there, too.
func scrollStyles(card template.HTML, light, dark render.Palette) template.HTML {
	has := func(part string) bool { return strings.Contains(string(card), part) }
	var hyphens string
	if has(` hl"`) || has(`"hl"`) {
		hyphens = "<style>@supports " + scrolls + "{.hl{-webkit-hyphens:auto;hyphens:auto}}</style>\n"
	}
	if !has(` tabindex="0"`) {
		return template.HTML(hyphens)
	}
	// A screen has room for what is no wider than the letter, also in a list.
	var whole, onPhone strings.Builder
	whole.WriteString(".q{white-space:pre!important}.wn{word-break:normal!important}")
	for _, width := range render.TableWidths {
		if !has(fmt.Sprintf("k w w%d", width)) {
			continue
		}
		where := &whole
		if width <= letterRoom {
			where = &onPhone
		}
		fmt.Fprintf(where, ".w%d{min-width:%[1]dpx!important}", width)
	}
	tinted := has(` role="note"`) || has(`class="t q"`)
	return template.HTML(hyphens + "<style>@media (min-width:621px){" + whole.String() + "}</style>\n" +
		"<style>@supports " + scrolls + "{" + whole.String() + shades(light, tinted) +
		"@media (max-width:620px){" + onPhone.String() + "}" +
		"@media (prefers-color-scheme:dark){" + shades(dark, tinted) + "}}</style>\n")
}

// shades lie below a box's own colour, which moves along with what is in the box and
// covers them at either end.
func shades(p render.Palette, tinted bool) string {
	over := func(ground string) string {
		layer := func(angle, at, from, size, attached string) string {
			return "linear-gradient(" + angle + "," + from + ",transparent) " + at + "/" + size + " 100% no-repeat " + attached
		}
		const shade = "rgba(128,124,118,.4)"
		return "{background:" + strings.Join([]string{
			layer("90deg", "0 0", ground+" 40%", "36px", "local"), layer("270deg", "100% 0", ground+" 40%", "36px", "local"),
			layer("90deg", "0 0", shade, "12px", "scroll"), layer("270deg", "100% 0", shade, "12px", "scroll"),
		}, ",") + "}"
	}
	if !tinted {
		return ".f" + over(p.Card)
	}
	return ".f,.c.q" + over(p.Card) + ".t.q,.t .f" + over(p.Tint)
}

// wordStyles is how lines may end in a language that has a way of its own.
func wordStyles(wordBreak string) template.HTML {
	if wordBreak == "normal" {
		return ""
	}
	return template.HTML("\n<style>.k,.m{word-break:" + wordBreak + ";overflow-wrap:break-word}</style>")
}
