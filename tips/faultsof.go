package tips

import "slices"

// FaultsOf returns those of a library's faults that stand in a tip's files, see
// [Tip.Files].
func FaultsOf(t Tip, all []Fault) []Fault {
	paths := t.Files()
	var own []Fault
	for _, f := range all {
		if slices.Contains(paths, f.Path) {
			own = append(own, f)
		}
	}
	return own
}

// Files are the paths of a tip's files: its own first, then those of its translations
// that have one. Of a tip that was copied, as the ledger does, only its own is known.
func (t Tip) Files() []string {
	paths := []string{t.Path}
	for _, tr := range t.Translations {
		if tr.at != nil && !slices.Contains(paths, tr.at.path) {
			paths = append(paths, tr.at.path)
		}
	}
	return paths
}
