package letter

import (
	"cmp"
	"fmt"

	"dailytip/tips"
)

// Check says what would be wrong with the mails of one tip, in the original and
// in each of its translations, before any of them is due: a value that can't
// stand in a header, more HTML than MaxHTML (ErrTooLarge), a picture of the
// library that can't be shown. A newsletter that is itself at fault is reported
// once.
func Check(n Newsletter, t tips.Tip) []error {
	if err := n.check(); err != nil {
		return []error{err}
	}
	languages := []string{cmp.Or(t.Language, n.Language)}
	for _, translation := range t.Translations {
		languages = append(languages, translation.Language)
	}
	var faults []error
	seen := map[string]bool{}
	for _, lang := range languages {
		pictures := newPictures(n)
		// A Wednesday in September: as long as a date gets.
		_, err := compose(n, Content{LocalDate: "2026-09-23", Tips: []tips.Tip{t}}, lang, "", pictures)
		for _, fault := range append(pictures.faults, err) {
			if fault != nil && !seen[fault.Error()] {
				seen[fault.Error()] = true
				faults = append(faults, fmt.Errorf("tip %s in %s: %w", t.ID, cmp.Or(lang, "its own language"), fault))
			}
		}
	}
	return faults
}
