package tips

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// textFormats are the formats besides markdown in which people write texts. Files of
// these aren't read, and lint says so. Those with true belong to sites as well: where
// there are tips, they are worth a note only.
var textFormats = map[string]bool{
	".mdx": false, ".rst": false, ".adoc": false, ".asciidoc": false, ".org": false, ".textile": false, ".mdown": false, ".mkd": false,
	".mkdn": false, ".rmd": false, ".qmd": false, ".ipynb": false, ".docx": false, ".odt": false, ".rtf": false,
	".html": true, ".htm": true,
}

// isUnread knows files that may well hold texts, in a format that isn't read.
func isUnread(name string) bool {
	_, ok := textFormats[strings.ToLower(path.Ext(name))]
	return ok && !isPaper(stemOf(path.Base(name))) && !inFolder(name, isPartsFolder) && !inFolder(name, isSiteFolder)
}

// isSiteFolder knows the folders in which sites keep what their pages are made with.
func isSiteFolder(name string) bool {
	switch strings.ToLower(name) {
	case "layouts", "themes", "static", "assets", "public", "partials", "shortcodes", "templates", "includes", "src", "test", "tests":
		return true
	}
	return false
}

// reportUnread names the files that weren't read, a fault for each format.
func (s *scanned) reportUnread() {
	byFormat := make(map[string][]string)
	for _, name := range s.unread {
		ext := strings.ToLower(path.Ext(name))
		byFormat[ext] = append(byFormat[ext], name)
		s.leftOut = append(s.leftOut, LeftOut{name, "not read, as it isn't markdown"})
	}
	for ext, names := range byFormat {
		slices.Sort(names)
		severity := Warning
		if textFormats[ext] && len(s.files) > 0 {
			severity = Note
		}
		what, advice := "1 file wasn't read: "+ext, "write it as .md, or leave it out by “exclude:”"
		if len(names) > 1 {
			what, advice = fmt.Sprintf("%d files weren't read: %s", len(names), ext), "write them as .md, or leave them out by “exclude:”"
			what += fmt.Sprintf(" (%s)", shortList(names, 3))
		}
		s.faults = append(s.faults, Fault{Path: names[0], Rule: RuleNotMarkdown, Severity: severity, Message: what + "; tips are markdown, so " + advice})
	}
}

// shortList names the first few.
func shortList(names []string, most int) string {
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}
