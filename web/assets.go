package web

import (
	"crypto/sha256"
	_ "embed" // the stylesheet, the script
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"

	"dailytip/render"
)

// Tokens are the colours and the faces that all our pages share, as a stylesheet.
//
//go:embed assets/tokens.css
var Tokens string

//go:embed assets/style.css
var baseStyle string

//go:embed assets/archive.css
var archiveStyle string

//go:embed assets/page.js
var pageScript string

// icon is the letter with its coloured edge, small; %s is the accent.
const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="%s"/>` +
	`<path d="M9 9h14M9 16h14M9 23h8" stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>`

// asset is a file that all pages share. Its path names its content, so that
// browsers may keep it for ever.
type asset struct{ path, kind, text string }

func newAsset(name, kind, text string) asset {
	sum := sha256.Sum256([]byte(text))
	ending := path.Ext(name)
	return asset{
		path: "/assets/" + strings.TrimSuffix(name, ending) + "-" + hex.EncodeToString(sum[:8]) + ending,
		kind: kind, text: text,
	}
}

// AddAsset serves a file of a room's own, and returns its path for links: it names the
// content, so that browsers may keep it for ever.
func (s *Server) AddAsset(name, kind, text string) string {
	a := newAsset(name, kind, text)
	s.Handle(Route{Pattern: "GET " + a.path, Handler: a.serve, Quiet: true})
	return s.base + a.path
}

func (a asset) serve(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Content-Length", strconv.Itoa(len(a.text)))
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = fmt.Fprint(w, a.text)
}

// newStylesheet adds the newsletters' accents to our own style: the pages'
// Content-Security-Policy allows no style outside of it.
func newStylesheet(newsletters []Newsletter) asset {
	var light, dark strings.Builder
	for i, n := range newsletters {
		if n.Accent == "" || render.CheckAccent(n.Accent) != nil {
			continue
		}
		fmt.Fprintf(&light, ".%s { --accent: %s; }\n", accentClass(i), n.Accent)
		_, onDark := render.Palettes(n.Accent) // the same colour as in the mail
		fmt.Fprintf(&dark, "\t.%s { --accent: %s; }\n", accentClass(i), onDark.Accent)
	}
	text := Tokens + baseStyle + archiveStyle
	if light.Len() > 0 {
		text += "\n" + light.String() + "@media (prefers-color-scheme: dark) {\n" + dark.String() + "}\n"
	}
	return newAsset("style.css", "text/css; charset=utf-8", text)
}

// newIcon is in the colour of the first newsletter.
func newIcon(newsletters []Newsletter) asset {
	accent := "#9A4A0B"
	if len(newsletters) > 0 && newsletters[0].Accent != "" && render.CheckAccent(newsletters[0].Accent) == nil {
		accent = newsletters[0].Accent
	}
	return newAsset("icon.svg", "image/svg+xml", fmt.Sprintf(icon, accent))
}

func newScript() asset { return newAsset("page.js", "text/javascript; charset=utf-8", pageScript) }

// accentClass names a newsletter in the stylesheet by its place in the
// configuration: its id may hold what a class can't.
func accentClass(i int) string { return "n" + strconv.Itoa(i+1) }

// IconPath is where our own pages find the icon.
func (s *Server) IconPath() string { return s.base + s.icon.path }

// IconURL is where the world finds the icon.
func (s *Server) IconURL() string { return s.URL(s.icon.path, nil) }
