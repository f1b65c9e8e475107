package config

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/text/language"
)

// checkSkip accepts one entry of skip: a date, a date of every year, a range
// of either, or holidays:CC.
func checkSkip(entry string) error {
	if country, ok := strings.CutPrefix(entry, "holidays:"); ok {
		return checkCountry(country)
	}
	from, to, isRange := strings.Cut(entry, "..")
	first, yearly, err := parseDay(from)
	if err != nil {
		return err
	}
	if !isRange {
		return nil
	}
	last, lastYearly, err := parseDay(to)
	switch {
	case err != nil:
		return err
	case yearly != lastYearly:
		return errors.New("has a year at one end only; write both ends alike, such as 2026-12-24..2027-01-02 or 12-24..01-02")
	case !yearly && last.Before(first):
		return fmt.Errorf("ends before it begins; write %s..%s", to, from)
	}
	return nil // a yearly range may run over New Year
}

// parseDay reads YYYY-MM-DD or MM-DD. 2028 stands for any year: it has a 29
// February.
func parseDay(s string) (day time.Time, yearly bool, err error) {
	if len(s) == len("01-02") {
		day, err = time.Parse(time.DateOnly, "2028-"+s)
		yearly = true
	} else {
		day, err = time.Parse(time.DateOnly, s)
	}
	if err != nil {
		return day, yearly, errors.New("isn't a day of the calendar; write 2026-12-24, 12-24 for every year, 2026-12-24..2027-01-02 or holidays:us")
	}
	return day, yearly, nil
}

func checkCountry(code string) error {
	region, err := language.ParseRegion(code)
	if err != nil || len(code) != 2 || !region.IsCountry() || code != strings.ToLower(code) {
		return errors.New("names no country; write its two letters in lower case (ISO 3166), such as holidays:us")
	}
	return nil
}
