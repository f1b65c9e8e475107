package render

import "golang.org/x/text/language"

// Fonts are those of a language. Latin faces come first, so that Latin words in a
// Chinese text keep their own shapes.
type Fonts struct {
	Serif, Sans string // font-family
	TitleWeight string // font-weight of a title
	Leading     string // line-height of the text
	WordBreak   string // word-break

	emphasis string // declarations
}

// FontsFor gives those for text in lang (BCP 47).
func FontsFor(lang string) Fonts {
	f := Fonts{
		Serif:       "'Iowan Old Style','Palatino Linotype',Palatino,Georgia,'Source Serif 4','Noto Serif'",
		Sans:        "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial",
		emphasis:    "font-style:italic",
		TitleWeight: "600",
		Leading:     "27px",
		WordBreak:   "normal",
	}
	tag, _ := language.Parse(lang)
	script, _ := tag.Script()
	// These scripts have no italics; slanting them by force hurts the eye.
	upright := "font-style:normal;font-weight:600"
	switch script.String() {
	case "Hans":
		f.Serif += ",'Songti SC','Noto Serif SC','Noto Serif CJK SC',SimSun"
		f.Sans += ",'PingFang SC','Microsoft YaHei','Noto Sans SC','Noto Sans CJK SC'"
		f.emphasis = upright
	case "Hant":
		f.Serif += ",'Songti TC','Noto Serif TC','Noto Serif CJK TC',PMingLiU"
		f.Sans += ",'PingFang TC','Microsoft JhengHei','Noto Sans TC','Noto Sans CJK TC'"
		f.emphasis = upright
	case "Jpan":
		f.Serif += ",'Hiragino Mincho ProN','Yu Mincho','Noto Serif JP','Noto Serif CJK JP'"
		f.Sans += ",'Hiragino Sans','Yu Gothic UI','Noto Sans JP','Noto Sans CJK JP'"
		f.emphasis = upright
	case "Kore":
		f.Serif += ",AppleMyungjo,'Nanum Myeongjo','Noto Serif KR','Noto Serif CJK KR',Batang"
		f.Sans += ",'Apple SD Gothic Neo','Malgun Gothic','Noto Sans KR','Noto Sans CJK KR'"
		// Korean has blanks between its words, which stay whole.
		f.emphasis, f.WordBreak = upright, "keep-all"
	case "Arab":
		f.Serif += ",'Geeza Pro','Noto Naskh Arabic','Traditional Arabic'"
		f.Sans += ",'Noto Sans Arabic'"
		f.emphasis, f.TitleWeight, f.Leading = upright, "700", "30px"
	case "Deva":
		f.Serif += ",'Kohinoor Devanagari','Noto Serif Devanagari','Nirmala UI'"
		f.Sans += ",'Kohinoor Devanagari','Noto Sans Devanagari','Nirmala UI'"
		f.emphasis, f.Leading = upright, "30px"
	}
	// A system's own face for "serif" may be a Chinese one, with its apostrophe.
	f.Serif += ",ui-serif,'Times New Roman',serif"
	f.Sans += ",sans-serif"
	return f
}
