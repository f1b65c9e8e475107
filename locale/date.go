package locale

import (
	"strconv"
	"strings"
	"time"
)

// Date writes isoDate (YYYY-MM-DD) with its weekday and without its year, as a
// reader of lang would: "Monday, 23 November", "11月23日 星期一". A value that
// isn't a date comes back unchanged.
func Date(lang, isoDate string) string {
	day, err := time.Parse(time.DateOnly, isoDate)
	if err != nil {
		return isoDate
	}
	number := strconv.Itoa(day.Day())
	if day.Day() == 1 {
		// French and Portuguese count the first of a month: 1er, 1º.
		number = Text(lang, "date.first_day", nil)
	}
	return Text(lang, "date.day", map[string]any{
		"Weekday": nth(Text(lang, "date.weekdays", nil), int(day.Weekday())),
		"Day":     digits(lang, number),
		"Month":   nth(Text(lang, "date.months", nil), int(day.Month())-1),
	})
}

// DateTime puts a clock time after a date: "Monday, 23 November at 07:00".
// clock is HH:MM and keeps its 24 hours in every language.
func DateTime(lang, isoDate, clock string) string {
	return Text(lang, "date.at", map[string]any{
		"Date": Date(lang, isoDate),
		"Time": digits(lang, clock),
	})
}

// Number writes n with the digits of lang, without grouping.
func Number(lang string, n int) string { return digits(lang, strconv.Itoa(n)) }

// nth takes one name of a list that a message file writes as "a|b|c".
func nth(list string, i int) string {
	names := strings.Split(list, "|")
	if i < 0 || i >= len(names) {
		return ""
	}
	return names[i]
}

// digits replaces 0–9 by the language's own (Arabic: ٠–٩), as CLDR's default
// numbering system for it says.
func digits(lang, text string) string {
	own := []rune(Text(lang, "date.digits", nil))
	if len(own) != 10 {
		return text
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return own[r-'0']
		}
		return r
	}, text)
}
