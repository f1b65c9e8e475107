package locale

import (
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"
)

// Date writes isoDate (YYYY-MM-DD) with its weekday and without its year, as a
// reader of lang would: "Monday, 23 November", "11月23日 星期一". A region that
// writes dates in its own way has it: "Monday, November 23" for en-US. A value
// that isn't a date comes back unchanged.
func Date(lang, isoDate string) string {
	day, err := time.Parse(time.DateOnly, isoDate)
	if err != nil {
		return isoDate
	}
	return date(lang, day, "date.day")
}

// FullDate is [Date] with its year, for what is read in other years: "Monday, 23
// November 2026", "2026年11月23日 星期一".
func FullDate(lang, isoDate string) string {
	day, err := time.Parse(time.DateOnly, isoDate)
	if err != nil {
		return isoDate
	}
	return date(lang, day, "date.full")
}

func date(lang string, day time.Time, id string) string {
	yearNumber, monthNumber, dayNumber := day.Date()
	if Match(lang) == "fa" {
		// Persian has the calendar that its readers' days off and deadlines follow.
		var m int
		yearNumber, m, dayNumber = solarHijri(day)
		monthNumber = time.Month(m)
	}
	number := strconv.Itoa(dayNumber)
	if dayNumber == 1 {
		// French and Portuguese count the first of a month: 1er, 1º.
		number = Text(lang, "date.first_day", nil)
	}
	weekday := nth(Text(lang, "date.weekdays", nil), int(day.Weekday()))
	month := nth(Text(lang, "date.months", nil), int(monthNumber)-1)
	form := regionForm(lang)
	if own := form.months[monthNumber]; own != "" {
		month = own
	}
	year := strconv.Itoa(yearNumber)
	if form.monthFirst {
		if id == "date.full" {
			number += ", " + year
		}
		return weekday + ", " + month + " " + number
	}
	return Text(lang, id, map[string]any{"Weekday": weekday, "Day": digits(lang, number), "Month": month, "Year": digits(lang, year)})
}

// form is what a region does otherwise than its language's file says.
type form struct {
	monthFirst bool
	latin      bool                  // digits 0–9
	months     map[time.Month]string // by their number in the language's calendar
}

// regionForm is that of a tag's region, named or not: CLDR 46, in the language's
// own calendar, for the languages that we speak. Only a region that is written in
// the tag counts; "en" alone is nobody's in particular.
func regionForm(lang string) form {
	tag, err := language.Parse(lang)
	if err != nil {
		return form{}
	}
	base, _ := tag.Base()
	region, confidence := tag.Region()
	if confidence != language.Exact {
		return form{}
	}
	switch base.String() + "-" + region.String() {
	case "en-US", "en-PH", "en-PR", "en-GU":
		return form{monthFirst: true}
	case "de-AT":
		return form{months: map[time.Month]string{time.January: "Jänner"}}
	case "ar-MA", "ar-EH":
		return form{latin: true, months: map[time.Month]string{
			time.January: "يناير", time.July: "يوليوز", time.August: "غشت", time.September: "شتنبر",
			time.November: "نونبر", time.December: "دجنبر", time.May: "ماي",
		}}
	case "ar-DZ", "ar-TN":
		return form{latin: true, months: map[time.Month]string{
			time.January: "جانفي", time.February: "فيفري", time.April: "أفريل", time.May: "ماي",
			time.June: "جوان", time.July: "جويلية", time.August: "أوت",
		}}
	case "ar-LY", "ar-AE":
		return form{latin: true}
	case "ar-SY", "ar-LB", "ar-JO", "ar-PS", "ar-IQ":
		return form{months: map[time.Month]string{
			time.January: "كانون الثاني", time.February: "شباط", time.March: "آذار", time.April: "نيسان",
			time.May: "أيار", time.June: "حزيران", time.July: "تموز", time.August: "آب", time.September: "أيلول",
			time.October: "تشرين الأول", time.November: "تشرين الثاني", time.December: "كانون الأول",
		}}
	case "fa-AF":
		return form{months: map[time.Month]string{
			1: "حمل", 2: "ثور", 3: "جوزا", 4: "سرطان", 5: "اسد", 6: "سنبله", 7: "میزان", 8: "عقرب", 9: "قوس", 10: "جدی", 11: "دلو", 12: "حوت",
		}}
	}
	return form{}
}

// DateTime puts a clock time after a date: "Monday, 23 November at 07:00".
// clock is HH:MM and keeps its 24 hours in every language.
func DateTime(lang, isoDate, clock string) string {
	return Text(lang, "date.at", map[string]any{
		"Date": Date(lang, isoDate),
		"Time": digits(lang, clock),
	})
}

// Clock writes a clock time HH:MM with the digits of lang.
func Clock(lang, clock string) string { return digits(lang, clock) }

// Weekday names a day of the week in lang, as a calendar does.
func Weekday(lang string, day time.Weekday) string {
	return nth(Text(lang, "date.weekdays", nil), int(day))
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
	if regionForm(lang).latin {
		return text
	}
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
