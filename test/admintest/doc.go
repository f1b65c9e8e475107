// Package admintest sits before the pages of those who plan and run, in Chromium on the
// built daemon: it signs in as somebody in each role, by keyboard, and looks at each page
// in several widths, light and dark, also with axe-core.
//
// It holds tests only. For pictures of each page:
//
//	go test -count=1 ./test/admintest -args -shots /tmp/shots
package admintest
