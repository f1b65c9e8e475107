package letter

import "testing"

// Elements without an end tag are looked at like all others.
func TestDeniedElements(t *testing.T) {
	checkFaults(t, map[string]faultCase{
		"embed":                     {"{{.Card}}" + leave + "\n<embed>", []string{"2: mail programs drop <embed>"}},
		"input":                     {"{{.Card}}" + leave + "\n<input>", []string{"2: mail programs drop <input>"}},
		"base":                      {"{{.Card}}" + leave + "\n<base>", []string{"2: mail programs drop <base>"}},
		"link":                      {"{{.Card}}" + leave + "\n<link rel=\"stylesheet\" href=\"https://example.com/x.css\">", []string{"2: mail programs drop <link>"}},
		"frame":                     {"{{.Card}}" + leave + "\n<frame>", []string{"2: mail programs drop <frame>"}},
		"frameset":                  {"{{.Card}}" + leave + "\n<frameset></frameset>", []string{"2: mail programs drop <frameset>"}},
		"object":                    {"{{.Card}}" + leave + "\n<object></object>", []string{"2: mail programs drop <object>"}},
		"applet":                    {"{{.Card}}" + leave + "\n<applet></applet>", []string{"2: mail programs drop <applet>"}},
		"a page that leads away":    {"{{.Card}}" + leave + "\n<META content='0;url=https://example.com' Http-Equiv = Refresh>", []string{"2: mail programs drop <meta http-equiv=\"refresh\">"}},
		"an http-equiv by the data": {"{{.Card}}" + leave + "\n<meta http-equiv=\"{{.Title}}\" content=\"x\">", []string{"2: mail programs drop <meta http-equiv=\"{{.title}}\">"}},
		"what every design has":     {"<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"><meta http-equiv=X-UA-Compatible content=\"IE=edge\"><meta name=\"viewport\" content=\"http-equiv=refresh\">{{.Card}}" + leave, nil},
	})
}
