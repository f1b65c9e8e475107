package letter

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"dailytip/render"
	"dailytip/tips"
)

// longDate is a Wednesday in September: as long as a date gets.
const longDate = "2026-09-23"

// Check says what would be wrong with the mails of one tip, in the original and
// in each of its translations, before any of them is due: a value that can't
// stand in a header, a text that is cut (ErrShortened), a picture of the library
// that can't be shown. A newsletter that is itself at fault is reported
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
		// An operator's own template may do anything with a text.
		if n.Template == nil && (n.surelyFits(t, lang) || n.fits(t, lang)) {
			continue
		}
		pictures := n.pictures()
		l, err := compose(n, Content{LocalDate: longDate, Tips: []tips.Tip{t}}, lang, "", pictures)
		if cause := errors.Unwrap(err); cause != nil {
			err = cause // that it's from composing helps nobody who reads it
		}
		if err == nil && l.Shortened {
			err = fmt.Errorf("%w, and says where the rest is: mail programs show %d KB of HTML; shorten the text, or make two tips of it", ErrShortened, MaxHTML>>10)
		}
		for _, fault := range append(pictures.Faults(), err) {
			if fault != nil && !seen[fault.Error()] {
				seen[fault.Error()] = true
				faults = append(faults, fmt.Errorf("in %s: %w", cmp.Or(lang, "its own language"), fault))
			}
		}
	}
	return faults
}

// around is more than what our shell has around a text, in bytes; a test holds that.
// The operator's own words stand in several places, and of a character such as & comes
// more than one.
func (n Newsletter) around() int {
	return 20<<10 + 24*(len(n.Title)+len(n.PostalAddress)+len(n.BaseURL)+len(n.ArchiveURL))
}

// surelyFits says, without rendering anything, that nothing in a tip's mail can be
// cut and no picture be missing.
func (n Newsletter) surelyFits(t tips.Tip, lang string) bool {
	v := render.Choose(t, n.Language, lang)
	for _, text := range [...]string{v.Body, v.Mindmap} {
		if strings.Contains(text, "![") || strings.Contains(strings.ToLower(text), "<img") {
			return false
		}
	}
	return n.around()+render.AtMost(t, v) <= MaxHTML && checkTip(t, v.Title) == nil
}

// fits says the same after rendering the text alone.
func (n Newsletter) fits(t tips.Tip, lang string) bool {
	pictures := n.pictures()
	shown, err := views(n, Content{LocalDate: longDate, Tips: []tips.Tip{t}}, lang, pictures)
	if err != nil || len(pictures.Faults()) > 0 {
		return false
	}
	v := shown.Tips[0]
	return n.around()+render.AroundAtMost(t, v.Version)+len(v.Content)+len(v.Map) <= MaxHTML
}

// CheckWeek says whether a mail with count of these tips can be made: it
// composes the longest of them together, in each language that they have.
func CheckWeek(n Newsletter, all []tips.Tip, count int) error {
	weight := func(t tips.Tip) int {
		most := len(t.Body) + len(t.Mindmap)
		for _, translation := range t.Translations {
			most = max(most, len(translation.Body)+len(translation.Mindmap))
		}
		return most
	}
	longest := slices.SortedFunc(slices.Values(all), func(a, b tips.Tip) int { return weight(b) - weight(a) })
	longest = longest[:min(max(count, 0), len(longest))]
	if len(longest) == 0 {
		return nil
	}
	languages := []string{""}
	for _, t := range longest {
		for _, translation := range t.Translations {
			languages = append(languages, translation.Language)
		}
	}
	slices.Sort(languages)
	for _, lang := range slices.Compact(languages) {
		if _, err := Compose(n, Content{LocalDate: longDate, Tips: longest}, lang); err != nil {
			return fmt.Errorf("the %d longest tips in one mail, in %s: %w", len(longest), cmp.Or(lang, "the newsletter's language"), err)
		}
	}
	return nil
}
