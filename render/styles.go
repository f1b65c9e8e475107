package render

// styles are the inline styles by the element or the place that wears them.
// {names} are filled in by newSheet. Sizes are px, because Outlook has no rem.
var styles = map[string]string{
	// The letter.
	// A text in another language than the shell sets its own direction.
	"fragment": "font-family:{sans};line-height:{leading};text-align:{start}{keep}",
	"emoji":    "text-align:{start};margin:0 0 10px;font-size:38px;line-height:46px",
	"title":    "text-align:{start};margin:0 0 24px;font-family:{serif};font-size:31px;line-height:38px;font-weight:{title};color:{ink}{keep}",
	"section":  "text-align:{start};margin:0 0 20px;font-family:{serif};font-size:26px;line-height:33px;font-weight:{title};color:{ink}{keep}",
	"remark":   "margin:-8px 0 22px;font-size:14px;line-height:23px;color:{mute}",
	"source":   "margin:30px 0 0;font-size:16px;line-height:25px;color:{mute}",
	"link":     "color:{accent};font-weight:600;text-decoration:underline",
	"rule":     "margin:28px 0;border:0;border-top:1px solid {line};height:0;font-size:0;line-height:0",
	"titles":   "margin:0;padding:0;padding-{start}:26px{keep}",
	"entry":    "margin:0 0 8px;padding-{start}:4px",
	"button":   "padding:0;background-color:{accent};border-radius:6px;text-align:center",
	"press":    "display:inline-block;padding:13px 26px;font-family:{sans};font-size:17px;line-height:24px;font-weight:600;color:{card};text-decoration:none",
	"quiet":    "margin:26px 0 0;font-size:14px;line-height:23px;color:{mute}",

	// What an editor sees around the mails of a proof; English, whatever those speak.
	"proof":   "padding:14px 16px;background-color:{tint};border-radius:6px;font-family:{sans};font-size:14px;line-height:22px;color:{ink};text-align:left;direction:ltr",
	"gap":     "height:26px;font-size:1px;line-height:26px",
	"finding": "margin:0 0 4px;word-break:break-word",
	"list":    "margin:0;padding:0 0 0 22px",
	"act":     "margin:14px 0 10px",
	"other":   "display:inline-block;padding:4px 18px 4px 0;font-family:{sans};color:{accent};font-weight:600;text-decoration:underline",
	"version": "margin:0 0 20px;font-family:{sans};font-size:14px;line-height:23px;color:{mute};text-align:left;direction:ltr",

	// The mind map.
	"glance":  "margin:0 0 14px;font-family:{sans};font-size:15px;line-height:23px;font-weight:600;color:{mute}",
	"root":    "margin:0 0 12px;font-family:{sans};font-size:17px;line-height:25px;font-weight:600;color:{ink}",
	"map":     "width:100%;page-break-inside:avoid",
	"branch":  "padding:9px 12px;background-color:{tint};font-family:{sans};font-size:15px;line-height:22px;font-weight:600;color:{ink};text-align:{start};vertical-align:middle",
	"leaves":  "padding:9px 16px;font-family:{sans};font-size:15px;line-height:22px;color:{ink};text-align:{start};vertical-align:middle",
	"leaf":    "margin:0 0 3px",
	"space":   "height:10px;font-size:1px;line-height:10px",
	"picture": "display:block;width:100%;max-width:512px;height:auto;border:0;border-radius:6px;background-color:#FFFFFF;color:#5A636D;font-size:14px;line-height:23px",

	// What markdown can hold.
	"p":          "margin:0 0 18px",
	"h2":         "margin:30px 0 10px;font-family:{serif};font-size:23px;line-height:30px;font-weight:{title}",
	"h3":         "margin:26px 0 8px;font-family:{sans};font-size:18px;line-height:26px;font-weight:600",
	"h4":         "margin:22px 0 6px;font-family:{sans};font-size:17px;line-height:27px;font-weight:600",
	"ul":         "margin:0 0 18px;padding:0;padding-{start}:24px",
	"ol":         "margin:0 0 18px;padding:0;padding-{start}:26px",
	"li ul":      "margin:6px 0 0;padding:0;padding-{start}:22px",
	"li ol":      "margin:6px 0 0;padding:0;padding-{start}:24px",
	"li":         "margin:0 0 6px;padding-{start}:2px",
	"task":       "margin:0 0 6px;list-style-type:none;margin-{start}:-22px",
	"task ul":    "margin:6px 0 0;padding:0;padding-{start}:44px", // a task stands 22px before its list
	"li p":       "margin:0 0 8px",
	"blockquote": "margin:0 0 18px;padding:2px 0;padding-{start}:18px;border-{start}:3px solid {line};color:{mute}",
	"last p":     "margin:0",
	"cut":        "margin:18px 0 0",
	"pre":        "margin:0 0 18px;padding:14px 16px;background-color:{tint};border-radius:6px;font-family:{mono};font-size:14px;line-height:22px;white-space:pre-wrap;overflow-x:auto;word-break:normal;text-align:left;direction:ltr",
	"code":       "padding:1px 4px;background-color:{tint};border-radius:3px;font-family:{mono};font-size:15px",
	"pre code":   "font-family:{mono};font-size:14px",
	"figure":     "margin:0 0 18px",
	"figcaption": "margin:4px 0 0;font-size:15px;line-height:23px;color:{mute}",
	"frame":      "margin:0 0 18px;overflow-x:auto",
	// A table says once what all its cells wear: a style in each makes a mail of
	// some rows too large.
	"table":        "width:100%;border-collapse:collapse;font-family:{sans};font-size:15px;line-height:22px;color:{ink};text-align:{start}",
	"head row":     "border-bottom:2px solid {line}",
	"row":          "border-bottom:1px solid {line}",
	"heading code": "padding:1px 4px;background-color:{tint};border-radius:3px;font-family:{mono};font-size:88%",
	"title code":   "font-family:{mono};font-size:88%",
	"cell code":    "background-color:{tint};font-family:Consolas,monospace",
	"aside":        "margin:0 0 18px;padding:14px 16px;background-color:{tint};border-{start}:3px solid {accent}",
	"mark":         "padding:1px 3px;background-color:{tint};border-radius:3px;color:{ink}",
	"kbd":          "padding:1px 6px;border:1px solid {line};border-bottom-width:2px;border-radius:4px;font-family:{sans};font-size:14px",
	"img":          "width:auto;max-width:100%;height:auto;border:0;border-radius:6px;background-color:#FFFFFF;color:#5A636D;font-size:14px;line-height:23px",
	"a":            "color:{accent};text-decoration:underline",
	"em":           "{em}",
	"strong":       "font-weight:600",
	"sup":          "font-size:14px;line-height:1;vertical-align:super",
	"sub":          "font-size:14px;line-height:1;vertical-align:sub",
	"dt":           "margin:0 0 2px;font-weight:600",
	"dd":           "margin:0 0 12px;margin-{start}:20px",
	"summary":      "margin:0 0 8px;font-weight:600",
	"notes":        "margin:28px 0 0;padding:16px 0 0;border-top:1px solid {line};font-size:15px;line-height:23px;color:{mute}",
	"alt":          "font-size:15px;color:{mute}",
}
