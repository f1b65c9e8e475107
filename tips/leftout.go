package tips

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// LeftOut is a file of a library's folder that isn't a tip.
type LeftOut struct {
	Path string // relative to the library's root
	Why  string // such as "an index"
}

// Why a file is no tip, whatever it holds.
const (
	anIndex       = "an index"
	aPaper        = "a project's own paper"
	neverRendered = "never rendered"
	aConflict     = "a copy from a conflict of changes"
	aTemplate     = "a template"
	foreign       = "other people's files, not looked into"
	oldVersion    = "an older version of other texts"
	excluded      = "excluded by the configuration"
)

// isMarkdown goes by the name.
func isMarkdown(name string) bool {
	ext := strings.ToLower(path.Ext(name))
	return ext == ".md" || ext == ".markdown"
}

// leftOut says why a markdown file isn't a tip, by its name and folder; "" when
// it may be one. A README may be one, too: see loneReadmes.
func leftOut(name string) string {
	stem := stemOf(path.Base(name))
	if base, _, ok := suffixLanguage(stem); ok {
		stem = base
	}
	switch {
	case conflict.MatchString(path.Base(name)):
		return aConflict
	case strings.EqualFold(stem, "_index"): // of a section of a Hugo site
		return anIndex
	case isPaper(stem):
		return aPaper
	case strings.HasPrefix(stem, "_"), inFolder(name, isPartsFolder):
		return neverRendered
	case inFolder(name, isTemplateFolder), strings.HasSuffix(stem, "_TEMPLATE"), strings.HasPrefix(stem, "TEMPLATE_"), stem == "TEMPLATE":
		return aTemplate
	}
	return ""
}

// isPartsFolder knows the folders whose files Jekyll, Hugo and their kin put into
// pages and make no page of.
func isPartsFolder(name string) bool {
	switch strings.ToLower(name) {
	case "_includes", "_layouts", "_data", "_sass", "_plugins", "_templates", "_partials", "_shortcodes", "archetypes":
		return true
	}
	return false
}

// isTemplateFolder knows where people keep what new notes are made of, also with a
// number in front: Templates, "99 Templates".
func isTemplateFolder(name string) bool {
	name = strings.TrimLeft(strings.ToLower(name), "0123456789_-. ")
	return name == "templates" || name == "template"
}

// isForeignFolder knows the folders that programs fill, with packages of others or
// with what they made of the files beside them. They are as large as they are useless
// here.
func isForeignFolder(name string) bool {
	switch strings.ToLower(name) {
	case "node_modules", "vendor", "_site", "bower_components", "site-packages", "__pycache__":
		return true
	}
	return false
}

// isOldVersion knows the folders in which Docusaurus keeps what its documents said in
// older versions, each nearly the same text again.
func isOldVersion(folder string) bool {
	return path.Base(folder) == "versioned_docs" || strings.HasSuffix(path.Base(folder), "_versioned_docs") ||
		strings.HasPrefix(path.Base(folder), "version-") && strings.HasPrefix(path.Base(path.Dir(folder)), "docusaurus-plugin-content-docs")
}

// isDraftFolder knows _drafts and Drafts, and "00 Drafts" of who numbers folders.
func isDraftFolder(name string) bool {
	switch strings.TrimLeft(strings.ToLower(name), "0123456789_-. ") {
	case "draft", "drafts", "unpublished", "trash":
		return true
	}
	return false
}

// conflict is how programs that copy files between machines name what two of them
// changed at once: it is an older or another text of a tip that is there.
var conflict = regexp.MustCompile(`(?i)\.sync-conflict-\d{8}-|\(([^()]*'s )?conflicted copy\b|\((case|selective sync) conflict\b|_conflict-\d{8}-`)

// inFolder tells whether a file lies below a folder of some kind.
func inFolder(name string, kind func(string) bool) bool {
	return slices.ContainsFunc(strings.Split(path.Dir(name), "/"), kind)
}
