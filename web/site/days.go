package site

import (
	"time"

	"dailytip/locale"
	"dailytip/subscribers"
)

// week is the days in the order in which we write them.
var week = [7]time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}

// daysText names a set of weekdays: "every day", "Monday – Friday", "Monday, Thursday".
func daysText(lang string, days subscribers.Days) string {
	var taken []int
	for i, day := range week {
		if days.Has(day) {
			taken = append(taken, i)
		}
	}
	name := func(i int) string { return locale.Weekday(lang, week[i]) }
	last := len(taken) - 1
	switch {
	case len(taken) == len(week):
		return locale.Text(lang, "page.days.every", nil)
	case len(taken) > 2 && taken[last]-taken[0] == last:
		return locale.Text(lang, "page.days.range", map[string]any{"First": name(taken[0]), "Last": name(taken[last])})
	}
	list := name(taken[0])
	for _, i := range taken[1:] {
		list = locale.Text(lang, "page.days.list", map[string]any{"First": list, "Then": name(i)})
	}
	return list
}
