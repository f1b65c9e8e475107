package main

import (
	"strings"
	"testing"
)

// Each page of those who plan and run is asked for, with what its address needs.
func TestEachPageIsAskedFor(t *testing.T) {
	all, err := patterns()
	if err != nil {
		t.Fatal(err)
	}
	known := addresses("2026-11-22", []int64{1}, tipIDs(1))
	for _, pattern := range all {
		if known[pattern] == nil && strings.Contains(pattern, "{") {
			t.Errorf("%s: say in addresses what is asked for there", pattern)
		}
		delete(known, pattern)
	}
	for pattern := range known {
		t.Errorf("there is no page %s", pattern)
	}
	if len(all) < 15 {
		t.Errorf("only %d pages are known: %s", len(all), all)
	}
}
