//go:build long

package scheduler

import (
	"testing"

	"dailytip/store/storetest"
)

// TestPlanOfWeeksIsSent is TestPlanIsWhatIsSent over more weeks, with pins and
// pauses far ahead.
func TestPlanOfWeeksIsSent(t *testing.T) {
	planIsSent(t, []weeks{
		{"30 2 1-31/2 * *", "2026-11-04 12:00", 100, storetest.SQLite},
		{"0 7 * * *", "2026-11-30 12:00", 400, storetest.Postgres},
	})
}
