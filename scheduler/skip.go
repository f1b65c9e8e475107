package scheduler

import (
	"fmt"
	"strings"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/ar"
	"github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/au"
	"github.com/rickar/cal/v2/be"
	"github.com/rickar/cal/v2/bg"
	"github.com/rickar/cal/v2/br"
	"github.com/rickar/cal/v2/ca"
	"github.com/rickar/cal/v2/ch"
	"github.com/rickar/cal/v2/cz"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/gr"
	"github.com/rickar/cal/v2/hr"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/jp"
	"github.com/rickar/cal/v2/lt"
	"github.com/rickar/cal/v2/lv"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/no"
	"github.com/rickar/cal/v2/nz"
	"github.com/rickar/cal/v2/pl"
	"github.com/rickar/cal/v2/ro"
	"github.com/rickar/cal/v2/ru"
	"github.com/rickar/cal/v2/se"
	"github.com/rickar/cal/v2/si"
	"github.com/rickar/cal/v2/sk"
	"github.com/rickar/cal/v2/ua"
	"github.com/rickar/cal/v2/us"
	"github.com/rickar/cal/v2/za"
)

// Skip is one entry of skip: days without an edition.
type Skip struct {
	entry       string
	first, last string // YYYY-MM-DD or MM-DD, both included
	holidays    []*cal.Holiday
}

// ParseSkip reads YYYY-MM-DD, MM-DD (every year), FIRST..LAST or holidays:CC.
func ParseSkip(entry string) (Skip, error) {
	if country, ok := strings.CutPrefix(entry, "holidays:"); ok {
		holidays := holidaysOf(country)
		if holidays == nil {
			return Skip{}, fmt.Errorf("skip: the holidays of %q aren't known; list their dates instead", country)
		}
		return Skip{entry: entry, holidays: holidays}, nil
	}
	first, last, isRange := strings.Cut(entry, "..")
	if !isRange {
		last = first
	}
	for _, s := range []string{first, last} {
		if len(s) == len("12-24") {
			s = "2028-" + s // a year with a 29 February
		}
		if _, err := ParseDate(s); err != nil {
			return Skip{}, fmt.Errorf("skip: %w", err)
		}
	}
	if len(first) != len(last) {
		return Skip{}, fmt.Errorf("skip: %q has a year at one end only", entry)
	}
	return Skip{entry: entry, first: first, last: last}, nil
}

// Takes tells whether the entry takes a date out.
func (s Skip) Takes(date Date) bool {
	for _, h := range s.holidays {
		actual, observed := h.Calc(date.t.Year())
		if sameDay(actual, date) || sameDay(observed, date) {
			return true
		}
	}
	if s.holidays != nil {
		return false
	}
	day := date.String()
	day = day[len(day)-len(s.first):]
	if s.first > s.last { // over New Year
		return day >= s.first || day <= s.last
	}
	return day >= s.first && day <= s.last
}

func sameDay(t time.Time, date Date) bool {
	return !t.IsZero() && DateOf(t, t.Location()) == date
}

func holidaysOf(country string) []*cal.Holiday {
	return map[string][]*cal.Holiday{
		"ar": ar.Holidays, "at": at.Holidays, "au": au.HolidaysNSW, "be": be.Holidays, "bg": bg.Holidays, "br": br.Holidays,
		"ca": ca.Holidays, "ch": ch.Holidays, "cz": cz.Holidays, "de": de.Holidays, "dk": dk.Holidays, "es": es.Holidays,
		"fr": fr.Holidays, "gb": gb.Holidays, "gr": gr.Holidays, "hr": hr.Holidays, "ie": ie.Holidays, "it": it.Holidays, "jp": jp.Holidays,
		"lt": lt.Holidays, "lv": lv.Holidays, "nl": nl.Holidays, "no": no.Holidays, "nz": nz.Holidays, "pl": pl.Holidays,
		"ro": ro.Holidays, "ru": ru.Holidays, "se": se.Holidays, "si": si.Holidays, "sk": sk.Holidays, "ua": ua.Holidays,
		"us": us.Holidays, "za": za.Holidays,
	}[country]
}
