package locale

import "time"

// solarHijri is a day in the calendar of Iran and Afghanistan, whose year begins in
// spring: six months of 31 days, five of 30, and a last one of 29, or 30 in a leap
// year. Iran observes the sun for it; in our lifetimes counting gives the same.
func solarHijri(day time.Time) (year, month, date int) {
	const first = 1400 // began on 21 March 2021
	year = first
	left := int(day.Sub(time.Date(2021, time.March, 21, 0, 0, 0, 0, time.UTC)).Hours() / 24)
	for left < 0 {
		year--
		left += daysOfSolarYear(year)
	}
	for left >= daysOfSolarYear(year) {
		left -= daysOfSolarYear(year)
		year++
	}
	if left < 6*31 {
		return year, left/31 + 1, left%31 + 1
	}
	left -= 6 * 31
	return year, left/30 + 7, left%30 + 1
}

// daysOfSolarYear has eight leap years in 33.
func daysOfSolarYear(year int) int {
	if (25*year+11)%33 < 8 {
		return 366
	}
	return 365
}
