package main

import "testing"

func TestOutagesThatTouchAreOne(t *testing.T) {
	t.Parallel()
	got, err := parseOutages([]string{"2026-01-03/2026-01-04", "2026-01-01T00:00Z/2026-01-02", "2026-01-02T01:00+01:00/2026-01-02T06:00"})
	if err != nil || len(got) != 2 || got[0].to.Hour() != 6 || got[1].from.Day() != 3 {
		t.Errorf("%v, %v", got, err)
	}
}
