package tips

import (
	"path"
	"slices"
	"strings"
)

// papers are the names of what projects keep beside their content. Those that
// could as well be a tip's count only in capitals, as projects write them.
var (
	papers = []string{
		"license", "licence", "copying", "changelog", "contributing", "contributors", "code_of_conduct", "code-of-conduct",
		"codeowners", "pull_request_template", "issue_template", "404",
	}
	papersInCapitals = []string{
		"SECURITY", "SUPPORT", "GOVERNANCE", "MAINTAINERS", "AUTHORS", "NOTICE", "CHANGES", "HISTORY", "NEWS",
		"RELEASES", "RELEASE_NOTES", "RELEASE-NOTES", "ROADMAP", "TODO", "INSTALL", "UPGRADING", "FUNDING", "CREDITS",
		"ACKNOWLEDGEMENTS", "ACKNOWLEDGMENTS", "STYLEGUIDE", "AGENTS", "SUMMARY", "SPONSORS", "BACKERS", "CITATION",
		"COPYRIGHT", "TRADEMARKS", "PATENTS", "DCO", "HACKING", "TRANSLATING", "VERSIONING", "THIRD-PARTY-NOTICES",
	}
	// readmes is what people who write no English call a README.
	readmes = []string{
		"readme", "read_me", "leeme", "léeme", "lisezmoi", "lisez-moi", "liesmich", "leiame", "leia-me", "leggimi", "leesmij",
		"czytajmnie", "czytajto", "benioku", "oku-beni", "прочти", "прочтименя", "читайменя", "прочитай", "自述", "读我", "讀我",
	}
)

// isPaper goes by a file's name without extension, also with a language or a kind
// behind it: CONTRIBUTING-fr, LICENSE-MIT.
func isPaper(stem string) bool {
	if isReadme(stem) || isPaperName(stem) {
		return true
	}
	if strings.HasPrefix(stem, "LICENSE-") || strings.HasPrefix(stem, "LICENCE-") {
		return true
	}
	name, ok := withoutLanguage(stem)
	return ok && isPaperName(name)
}

func isPaperName(stem string) bool {
	return slices.Contains(papers, strings.ToLower(stem)) || slices.Contains(papersInCapitals, stem)
}

// isReadme knows README, README-es, readme_zh_CN, LISEZMOI and their kin.
func isReadme(stem string) bool {
	if slices.Contains(readmes, strings.ToLower(stem)) {
		return true
	}
	name, ok := withoutLanguage(stem)
	return ok && slices.Contains(readmes, strings.ToLower(name))
}

// withoutLanguage takes a language off a name that ends with one, behind a hyphen, an
// underscore or a dot.
func withoutLanguage(stem string) (string, bool) {
	for i, c := range stem {
		if i > 0 && strings.ContainsRune("-_. ", c) {
			if _, ok := languageName(stem[i+1:]); ok {
				return stem[:i], true
			}
		}
	}
	return stem, false
}

// loneReadmes are the files README.md, and their translations, that stand alone in a
// folder of their own, as in tip-019/README.md. Their folder has the tip's name.
// names are all markdown files of the library.
func loneReadmes(names []string) map[string]bool {
	others := make(map[string]int) // folder → markdown files in it and below it, READMEs of its own aside
	for _, name := range names {
		dir := path.Dir(name)
		if !isReadme(readmeStem(name)) {
			others[dir]++
		}
		for dir != "." {
			dir = path.Dir(dir)
			others[dir]++
		}
	}
	lone := make(map[string]bool)
	for _, name := range names {
		if dir := path.Dir(name); dir != "." && others[dir] == 0 && strings.EqualFold(readmeStem(name), "readme") {
			lone[name] = true
		}
	}
	return lone
}

// readmeStem is a file's name without its extension, and without a language behind a
// dot.
func readmeStem(name string) string {
	stem := stemOf(path.Base(name))
	if base, _, ok := suffixLanguage(stem); ok {
		return base
	}
	return stem
}
