//go:build long

package store_test

import "testing"

// TestMoveOfPages is TestMove with several pages of every table.
func TestMoveOfPages(t *testing.T) {
	moves(t, pages)
}
