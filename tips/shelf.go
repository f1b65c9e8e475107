package tips

import (
	"cmp"
	"maps"
	"path"
	"strings"
)

// shelf finds the tips of a library by what links call them: the path of the file, with
// or without its extension, from the file that links it or from the top of the library;
// an address on the site that the library is for; in a vault the file's name alone.
type shelf struct {
	ids   map[string]string   // address, see address → ID of its tip; "": of several
	named map[string][]string // last element of an address → addresses
}

func newShelf(found []*record) shelf {
	s := shelf{make(map[string]string, len(found)), make(map[string][]string, len(found))}
	tips := make(map[string]*Tip, len(found)) // by the paths of their files
	for _, f := range found {
		if f.role.base == "" && !f.role.alone && !f.held().NeverRendered {
			tips[f.path] = f.held()
		}
	}
	// What a file is called wins over what else may be meant.
	for _, names := range []func(*Tip) []string{fileNames, siteNames} {
		taken := maps.Clone(s.ids)
		for _, f := range found {
			base := f.path
			if f.role.base != "" {
				base = f.role.base // a translation is read on the tip's page
			}
			if tip := tips[base]; tip != nil {
				for _, name := range names(f.held()) {
					if _, known := taken[name]; !known {
						s.put(name, tip.ID)
					}
				}
			}
		}
	}
	return s
}

// held is what a file holds: a tip that is withheld just now is one all the same.
func (f *record) held() *Tip {
	if f.good != nil {
		return f.good
	}
	return &f.attempt
}

func fileNames(t *Tip) []string { return []string{address(t.Path)} }

// siteNames are what a tip may be called besides its file.
func siteNames(t *Tip) []string {
	stem := address(t.Path)
	dir, name := path.Split(stem)
	names := []string{strings.ReplaceAll(stem, "___", "/")} // Logseq's files: ___ stands for a slash
	if isFolderPage(name) {
		names = append(names, path.Clean(dir))
	}
	if m := jekyllName.FindStringSubmatch(name); m != nil {
		names = append(names, dir+m[2])
	}
	for _, key := range []string{"permalink", "url", "slug", "aliases"} {
		for _, value := range texts(t.Extra[key]) {
			switch {
			case value == "" || strings.Contains(value, ":"): // /:year/:title/
			case strings.HasPrefix(value, "/") || key == "aliases":
				names = append(names, address(strings.TrimLeft(value, "/")))
			default:
				names = append(names, address(path.Join(dir, value)))
			}
		}
	}
	return names
}

// texts are those of a key of the front matter that may hold one or several.
func texts(value any) []string {
	switch value := value.(type) {
	case string:
		return []string{value}
	case []any:
		var all []string
		for _, v := range value {
			if s, ok := v.(string); ok {
				all = append(all, s)
			}
		}
		return all
	}
	return nil
}

// put notes that a tip has a name, which several may have.
func (s shelf) put(name, id string) {
	other, taken := s.ids[name]
	switch {
	case taken && other != id:
		id = ""
	case !taken && !isFolderPage(path.Base(name)):
		s.named[path.Base(name)] = append(s.named[path.Base(name)], name)
	}
	s.ids[name] = id
}

// isFolderPage tells the names of files that stand for their folder.
func isFolderPage(name string) bool {
	return name == "index" || name == "_index" || name == "readme"
}

// address is how a file or a link is looked up: without extension, in lower case, as
// Obsidian and most sites do.
func address(name string) string {
	name = strings.ToLower(path.Clean(name))
	for _, ext := range []string{".md", ".mdx", ".markdown", ".html", ".htm"} {
		name = strings.TrimSuffix(name, ext)
	}
	return name
}

// links are the tips that the links of a file lead to. Those of a translation count
// from its original too, since not all that is linked may be translated.
func (s shelf) links(t Tip, original string) map[string]string {
	if t.at == nil {
		return nil
	}
	var links map[string]string
	for _, name := range t.at.links {
		id := cmp.Or(s.find(name, t.Path), s.find(name, original))
		if first, rest, _ := strings.Cut(strings.TrimLeft(name, "/"), "/"); id == "" && rest != "" && strings.HasPrefix(name, "/") {
			if _, ok := languageName(first); ok { // /fr/plan/ of a site
				id = s.find("/"+rest, original)
			}
		}
		if id != "" {
			if links == nil {
				links = make(map[string]string)
			}
			links[name] = id
		}
	}
	return links
}

// find is the tip that a file's link names; "": there is none, or it may be one of
// several.
func (s shelf) find(name, from string) string {
	folder, short := address(from), address(strings.TrimLeft(name, "/"))
	var places []string
	if !strings.HasPrefix(name, "/") {
		places = append(places, path.Join(path.Dir(folder), address(name)))
	}
	if !strings.HasPrefix(name, "/") && path.Ext(name) == "" {
		// On a site, a page is a folder, from which its links count.
		places = append(places, path.Join(folder, address(name)))
	}
	for _, place := range append(places, short) {
		if id, known := s.ids[place]; known {
			return id
		}
	}
	return s.ending(short)
}

// ending is the one tip whose address ends as a link's does.
func (s shelf) ending(short string) string {
	for strings.HasPrefix(short, "../") {
		short = short[len("../"):]
	}
	found := ""
	for _, place := range s.named[path.Base(short)] {
		if place != short && !strings.HasSuffix(place, "/"+short) {
			continue
		}
		id := s.ids[place]
		if id == "" || found != "" && id != found {
			return ""
		}
		found = id
	}
	return found
}
