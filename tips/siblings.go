package tips

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"slices"
	"strings"
)

// defaultBase is the language that is taken for the tip's own when no text of a group
// stands where no language is named, as Hugo's users write it.
const defaultBase = "en"

// assignRoles tells tips from translations by the files' names and folders:
// name.zh-CN.md is a translation of name.md, and so is zh_CN/name.md. When a tip has
// no file without a language, the one in the library's own language is the tip, else
// the English one, else the first. found is sorted by path.
func (l *Library) assignRoles(found []*record) map[string]role {
	stems := make(map[string]string, len(found)) // path without extension → its first file
	for _, f := range found {
		if stem := stemOf(f.path); stems[stem] == "" {
			stems[stem] = f.path
		}
	}
	folders := families(stems, l.languages)
	groups := make(map[string][]*record)
	langs := make(map[*record]string)
	for _, f := range found {
		shared, lang := placeOf(stemOf(f.path), folders, stems)
		if lang == "" && stems[shared] != f.path {
			continue // name.md is the tip, and name.markdown another
		}
		langs[f] = lang
		groups[shared] = append(groups[shared], f)
	}
	roles := make(map[string]role, len(found))
	for _, group := range groups {
		tip := l.original(group, langs)
		for _, f := range group {
			roles[f.path] = role{language: langs[f]}
			if f != tip {
				roles[f.path] = role{base: tip.path, language: langs[f]}
			}
		}
	}
	l.setAside(roles, folders)
	return roles
}

func stemOf(file string) string { return strings.TrimSuffix(file, path.Ext(file)) }

// original picks the tip among the texts of a group.
func (l *Library) original(group []*record, langs map[*record]string) *record {
	for _, lang := range []string{"", l.language, defaultBase} {
		for _, f := range group {
			if langs[f] == lang {
				return f
			}
		}
	}
	return group[0]
}

// setAside finds the texts in a language's folder whose original isn't there, while
// others of that folder have one: as tips they would go to readers of any language.
func (l *Library) setAside(roles map[string]role, folders map[string]*family) {
	translated := make(map[string]bool) // folders of languages that hold translations
	folderOf := func(file string) string {
		for dir := path.Dir(file); dir != "."; dir = path.Dir(dir) {
			parent := path.Dir(dir)
			if parent == "." {
				parent = ""
			}
			if f := folders[parent]; f != nil && f.langs[path.Base(dir)] != "" {
				return dir
			}
		}
		return ""
	}
	for file, r := range roles {
		if r.base != "" && r.language != "" {
			translated[folderOf(file)] = true
		}
	}
	for file, r := range roles {
		if dir := folderOf(file); dir != "" && r.base == "" && r.language != "" && r.language != cmp.Or(l.language, defaultBase) && translated[dir] {
			roles[file] = role{language: r.language, alone: true}
		}
	}
}

// Broken is a tip that can't be used.
type Broken struct {
	Tip   Tip // what could be read of it: its id, its path, its days
	Fault Fault
}

// assemble makes the tips that a library offers out of its files.
func assemble(found []*record, seen scanned) *snapshot {
	s := &snapshot{faults: slices.Clone(seen.faults), leftOut: slices.Clone(seen.leftOut)}
	pictures, shelf := newPictures(seen.images), newShelf(found)
	byPath := make(map[string]int, len(found)) // file of a tip → index in s.tips
	byID := make(map[string]string, len(found))
	for _, f := range found {
		if f.role.alone {
			s.leftOut = append(s.leftOut, LeftOut{f.path, "a translation into " + f.role.language + " of what isn't there"})
			continue
		}
		for _, fault := range f.faults {
			if f.now == nil && f.good != nil && fault.Severity == Error {
				fault.Message += "; until then its last good version is used"
			}
			s.faults = append(s.faults, fault)
		}
		if f.role.base != "" {
			s.leftOut = append(s.leftOut, LeftOut{f.path, "a translation of " + f.role.base})
			continue
		}
		if f.good == nil {
			s.broken = append(s.broken, Broken{f.attempt, firstError(f.faults)})
			continue
		}
		if first, taken := byID[f.good.ID]; taken {
			line := 1
			if f.good.at != nil {
				line = max(line, f.good.at.keys["id"])
			}
			fault := Fault{
				Path: f.path, Line: line, Rule: RuleDuplicateID, Severity: Error,
				Message: fmt.Sprintf("the id %q is that of %s too, and %s is withheld; give one of them another name or “id:”", f.good.ID, first, f.path),
			}
			s.faults, s.broken = append(s.faults, fault), append(s.broken, Broken{*f.good, fault})
			continue
		}
		byID[f.good.ID] = f.path
		byPath[f.path] = len(s.tips)
		tip := *f.good
		pictures.settleTip(&tip)
		tip.Links = shelf.links(tip, tip.Path)
		s.tips = append(s.tips, tip)
	}
	for _, f := range found {
		if i, ok := byPath[f.role.base]; ok && f.role.base != "" && f.good != nil {
			file, dir := *f.good, path.Dir(s.tips[i].Path)
			file.Body, file.Mindmap = pictures.settle(file.Body, path.Dir(f.path), dir), pictures.settle(file.Mindmap, path.Dir(f.path), dir)
			file.Links = shelf.links(file, s.tips[i].Path)
			s.addSibling(&s.tips[i], file, f.role.language)
		}
	}
	slices.SortFunc(s.tips, func(a, b Tip) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(s.faults, compareFaults)
	slices.SortFunc(s.leftOut, func(a, b LeftOut) int { return strings.Compare(a.Path, b.Path) })
	s.tips = slices.Clip(s.tips)
	s.faults = slices.Clip(slices.Compact(s.faults))
	return s
}

func firstError(faults []Fault) Fault {
	for _, f := range faults {
		if f.Severity == Error {
			return f
		}
	}
	return Fault{}
}

// addSibling makes a translation of the tip out of a file beside it. It wins
// over a block of the same language in the tip's own file.
func (s *snapshot) addSibling(t *Tip, file Tip, suffix string) {
	tr := Translation{Language: suffix, Title: file.Title, Written: file.Written, Body: file.Body, Mindmap: file.Mindmap, Modified: file.Modified, Links: file.Links, NotBefore: file.NotBefore, Expires: file.Expires, at: file.at}
	if file.Language != "" {
		tr.Language = file.Language
	}
	sum := sha256.Sum256([]byte(t.Digest + file.Digest))
	t.Digest = hex.EncodeToString(sum[:])
	fault := func(rule, format string, args ...any) {
		s.faults = append(s.faults, Fault{Path: file.Path, Line: 1, Rule: rule, Severity: Warning, Message: fmt.Sprintf(format, args...)})
	}
	switch {
	case file.Draft || file.NeverRendered:
		return
	case isBlank(tr.Body):
		fault(RuleEmptyTranslation, "this %s translation of %s has no text, so it is left out", tr.Language, t.Path)
		return
	case tr.Language == t.Language:
		fault(RuleSameLanguage, "%s itself is in %s, so this translation isn't used; correct “lang:” in one of them", t.Path, tr.Language)
		return
	}
	own := make([]Translation, 0, len(t.Translations)+1) // the file's record keeps its own slice
	for _, other := range t.Translations {
		if other.Language != tr.Language {
			own = append(own, other)
			continue
		}
		path, line := t.Path, 0
		if other.at != nil {
			path, line = other.at.path, other.at.line
		}
		fault(RuleSameLanguage, "%s:%d holds a %s translation too, and this file is used instead; keep one", path, line, tr.Language)
	}
	t.Translations = insertTranslation(own, tr, t.Title)
}
