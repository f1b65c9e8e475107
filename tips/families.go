package tips

import (
	"path"
	"slices"
	"strings"
)

// family is a folder that has folders named after languages.
type family struct {
	files map[string][]string // path below the language's folder → the folders that have it
	langs map[string]string   // such a folder → its language
}

// families finds the folders of languages that a library has. A folder with the name
// of a language ("it", "no", "hr") may as well be about a subject: what decides is
// whether it holds the same files as another such folder, or as the folder it's in.
// When the owner has named the languages, these and no others have folders.
func families(stems map[string]string, named []string) map[string]*family {
	all := make(map[string]*family) // path of the folder that holds the languages' folders
	for stem := range stems {
		parts := strings.Split(stem, "/")
		for i, part := range parts[:len(parts)-1] {
			lang, ok := languageName(part)
			if !ok || len(named) > 0 && !slices.Contains(named, lang) {
				continue
			}
			parent := strings.Join(parts[:i], "/")
			f := all[parent]
			if f == nil {
				f = &family{make(map[string][]string), make(map[string]string)}
				all[parent] = f
			}
			rest := strings.Join(parts[i+1:], "/")
			f.files[rest] = append(f.files[rest], part)
			f.langs[part] = lang
		}
	}
	for parent, f := range all {
		if len(named) == 0 {
			f.keepProven(parent, stems)
		}
		if len(f.langs) == 0 {
			delete(all, parent)
		}
	}
	return all
}

// keepProven forgets the folders that nothing proves to be a language's.
func (f *family) keepProven(parent string, stems map[string]string) {
	proven := make(map[string]bool)
	files, beside := make(map[string]int), make(map[string]int)
	for rest, folders := range f.files {
		if rest == "index" || rest == "_index" {
			continue // each folder of a site has one
		}
		for _, folder := range folders {
			proven[folder] = proven[folder] || len(folders) > 1
			files[folder]++
			if stems[original(parent, rest)] != "" {
				beside[folder]++
				// In i18n nothing else stands than languages.
				proven[folder] = proven[folder] || path.Base(parent) == "i18n"
			}
		}
	}
	for folder := range f.langs {
		if !proven[folder] && (beside[folder] == 0 || 2*beside[folder] < files[folder]) {
			delete(f.langs, folder)
		}
	}
}

// original is the path, without extension, of the text that a file in a language's
// folder translates, when that text stands in no such folder: beside it, as Hugo has
// it, or where Docusaurus has what i18n translates.
func original(parent, rest string) string {
	if path.Base(parent) != "i18n" {
		return path.Join(parent, rest)
	}
	above := path.Dir(parent)
	plugin, below, ok := strings.Cut(rest, "/")
	kind, isPlugin := strings.CutPrefix(plugin, "docusaurus-plugin-content-")
	if !ok || !isPlugin {
		return path.Join(above, rest)
	}
	version, inside, hasVersion := strings.Cut(below, "/")
	switch {
	case kind == "pages":
		return path.Join(above, "src/pages", below)
	case !strings.HasPrefix(kind, "docs"):
		return path.Join(above, kind, below)
	case hasVersion && version == "current":
		return path.Join(above, strings.TrimPrefix(kind, "docs-"), inside)
	}
	return path.Join(above, kind, below) // an older version, which isn't read
}

// placeOf tells what a file is by the languages in its path: the path, without
// extension, that all texts of one tip share, and the language; "" when none is named.
func placeOf(stem string, all map[string]*family, stems map[string]string) (shared, lang string) {
	if base, suffix, ok := suffixLanguage(stem); ok {
		shared, _ = placeOf(base, all, stems)
		return shared, suffix
	}
	parts := strings.Split(stem, "/")
	for i, part := range parts[:len(parts)-1] {
		parent := strings.Join(parts[:i], "/")
		if f := all[parent]; f != nil && f.langs[part] != "" {
			return original(parent, strings.Join(parts[i+1:], "/")), f.langs[part]
		}
		// pages.fr beside pages, as some name them
		if base, suffix, ok := suffixLanguage(part); ok {
			if beside := path.Join(parent, base, strings.Join(parts[i+1:], "/")); stems[beside] != "" {
				return beside, suffix
			}
		}
	}
	return stem, ""
}

// languageName reads the name of a folder, or what stands behind a dot in a file's
// name, as a language. Three letters count only when they are a language people
// localise for: many short words ("new", "min", "old") are the code of some language.
func languageName(name string) (lang string, ok bool) {
	rest, lang, ok := suffixLanguage("x." + name)
	return lang, ok && rest == "x"
}
