//go:build long

package sitetest_test

import "testing"

// TestPagesOnPhoneAndDesk looks at every page in both windows.
func TestPagesOnPhoneAndDesk(t *testing.T) {
	lookAt(t, start(t), true)
}
