package main

import (
	"testing"

	"dailytip/scheduler"
	"dailytip/subscribers"
)

func TestWeekdays(t *testing.T) {
	for expression, want := range map[string]struct {
		days      string
		irregular bool
	}{
		"0 7 * * MON-FRI": {"MON TUE WED THU FRI", false},
		"0 7 * * *":       {"MON TUE WED THU FRI SAT SUN", false},
		"0 7 * * SUN,WED": {"WED SUN", false},
		"0 7 1 1 *":       {"", true},
		"0 7 1,15 * *":    {"", true},
		"0 7 1 * MON":     {"", true},
		"0 7 * 1-6 MON":   {"", true},
	} {
		rule, err := scheduler.ParseRule(expression)
		if err != nil {
			t.Fatal(err)
		}
		n := scheduler.Newsletter{Rule: rule}
		days, irregular := weekdays(n.Schedule(subscribers.Slot{Cadence: subscribers.Daily}))
		if days.String() != want.days || irregular != want.irregular {
			t.Errorf("%s: %s, %t; want %s, %t", expression, days, irregular, want.days, want.irregular)
		}
	}
}
