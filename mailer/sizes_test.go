//go:build !long

package mailer

// sizes are how many readers a run has: fewer than a streak of refusals takes to
// pause it, and some more. The long tests have many.
var sizes = []int{2, 9}
