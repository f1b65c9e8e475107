package tips

import (
	"net/url"
	"path"
	"regexp"
	"strings"
)

// pictures are those of a library, found as the programs find them that people write
// in: by their path, by one from a site's own folder, or in a vault by their name alone.
type pictures struct {
	paths map[string]bool
	named map[string][]string // base name → paths
}

func newPictures(paths []string) pictures {
	p := pictures{make(map[string]bool, len(paths)), make(map[string][]string, len(paths))}
	for _, name := range paths {
		p.paths[name] = true
		p.named[path.Base(name)] = append(p.named[path.Base(name)], name)
	}
	return p
}

// ending is the one picture whose path ends as an address does: of a site /img/a.png
// lies in static/img, or in public/img. "": there is none, or several.
func (p pictures) ending(address string) string {
	for strings.HasPrefix(address, "../") {
		address = address[len("../"):]
	}
	if p.paths[address] {
		return address
	}
	found := ""
	for _, name := range p.named[path.Base(address)] {
		if !strings.HasSuffix("/"+name, "/"+strings.TrimPrefix(address, "/")) {
			continue
		}
		if found != "" {
			return ""
		}
		found = name
	}
	return found
}

// pictureAddress is where a text names a picture: ![[name]], ![words](address), and
// the src of an img.
var pictureAddress = regexp.MustCompile(`!\[\[([^\[\]|#\n]+)|!\[[^\]\n]*\]\([ \t]*(?:<([^<>\n]+)>|((?:[^()<>\s]|\([^()<>\s]*\))+))|(?i:<img\b[^<>]*?\ssrc[ \t]*=[ \t]*["']([^"'<>\n]+))`)

// settle writes the addresses of pictures so that they lead to them from a file in the
// folder to; the text stood in the folder from. What it doesn't find stays, but for
// where it was looked for.
func (p pictures) settle(markdown, from, to string) string {
	if !strings.Contains(markdown, "![") && !strings.Contains(strings.ToLower(markdown), "<img") {
		return markdown
	}
	var b strings.Builder
	masked, rest := "", 0
	for _, m := range pictureAddress.FindAllStringSubmatchIndex(markdown, -1) {
		group := 1
		for m[2*group] < 0 {
			group++
		}
		start, end := m[2*group], m[2*group+1]
		settled := p.find(markdown[start:end], from, to, group == 1)
		if settled == "" {
			continue
		}
		if masked == "" {
			masked = withoutCode(markdown)
		}
		if masked[start:end] != markdown[start:end] {
			continue // an example in code
		}
		b.WriteString(markdown[rest:start] + settled)
		rest = end
	}
	return b.String() + markdown[rest:]
}

// find is an address that leads to a picture from the folder to; "" when the one that
// is written does, or none is known.
func (p pictures) find(written, from, to string, wiki bool) string {
	written = strings.TrimSpace(written)
	name := written
	if !wiki {
		u, err := url.Parse(written)
		if err != nil || u.Scheme != "" || u.Host != "" || u.Path == "" {
			return ""
		}
		name = u.Path
	}
	name = path.Clean(name)
	found := path.Join(from, name)
	switch {
	case p.paths[strings.TrimPrefix(name, "/")] && strings.HasPrefix(name, "/"):
		return ""
	case p.paths[found] && !strings.HasPrefix(name, "/"):
	case p.ending(name) != "":
		found = p.ending(name)
	case from == to || wiki || strings.HasPrefix(name, "/"):
		return ""
	}
	if found == path.Join(to, name) || strings.HasPrefix(found, "../") {
		return ""
	}
	if wiki {
		return "/" + found
	}
	return (&url.URL{Path: "/" + found}).EscapedPath()
}

// settleTip settles the pictures of a tip's own text.
func (p pictures) settleTip(t *Tip) {
	dir := path.Dir(t.Path)
	t.Body, t.Mindmap = p.settle(t.Body, dir, dir), p.settle(t.Mindmap, dir, dir)
	for i, tr := range t.Translations {
		if body, mindmap := p.settle(tr.Body, dir, dir), p.settle(tr.Mindmap, dir, dir); body != tr.Body || mindmap != tr.Mindmap {
			own := append([]Translation(nil), t.Translations...) // the file's record keeps its own
			own[i].Body, own[i].Mindmap = body, mindmap
			t.Translations = own
		}
	}
}
