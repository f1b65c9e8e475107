package importer_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"dailytip/ledger"
	"dailytip/membership"
	"dailytip/membership/importer"
	"dailytip/store/storetest"
	"dailytip/subscribers"
	"dailytip/subscribers/listfile"
)

// A large file is read through once before anybody is added, which takes its time: it's told
// how far that is, too, also of rows that are refused.
func TestProgress(t *testing.T) {
	db := storetest.SQLite(t)
	list, err := subscribers.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	var told [][2]int
	result, err := importer.Run(t.Context(), importer.Options{
		Membership: membership.New(membership.Options{DB: db, List: list, Ledger: ledger.New(db, list)}),
		In:         strings.NewReader("email\n" + strings.Repeat("nobody\n", 1100) + "ana@example.com\n"),
		List:       listfile.Options{Name: "list.csv", Newsletters: []string{"management"}}, DryRun: true,
		Progress: func(row, of int) { told = append(told, [2]int{row, of}) },
		Now:      func() time.Time { return time.Date(2026, 11, 29, 8, 0, 0, 0, time.UTC) },
	})
	if err != nil || result.Refused != 1100 || result.Added != 1 {
		t.Fatalf("%+v, %v", result, err)
	}
	if want := [][2]int{{500, 0}, {1000, 0}, {500, 1101}, {1000, 1101}}; !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
}
