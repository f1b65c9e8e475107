package tips

import "slices"

// FaultsOf returns those of a library's faults that stand in a tip's files: its
// own and those of its translations. Of a tip that was copied, as the ledger
// does, only its own file is known.
func FaultsOf(t Tip, all []Fault) []Fault {
	paths := []string{t.Path}
	for _, tr := range t.Translations {
		if tr.at != nil {
			paths = append(paths, tr.at.path)
		}
	}
	var own []Fault
	for _, f := range all {
		if slices.Contains(paths, f.Path) {
			own = append(own, f)
		}
	}
	return own
}
