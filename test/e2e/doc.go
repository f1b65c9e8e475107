// Package e2e walks a reader's whole way through the real program: the built
// daemon with a configuration of its own, a real SMTP server, and Chromium.
//
//	subscribe → confirm from the mail → the first tip → another language and
//	time → the next tip, at that time and in that language → pause → nothing →
//	resume → the next tip → leave by one click → nothing more
//
// in English with script and in Arabic without, by mouse and by keyboard. That
// nothing comes is seen by another reader's getting the same edition. Editions
// are sent by "dailytip send --date" for dates that have passed, since there is
// one for each date. "make test-long" goes in Chinese, too, and in each language
// both ways, and there editions also come at their minute by the clock.
//
// On every page that is visited: nothing must be scrolled sideways; the console is
// silent; no cookie is set, and no request goes to any other host. axe-core finds
// nothing, light and dark, on each third page of a journey with script, and over
// the three journeys of "make test-long" on each. Packages web and sitetest look
// at the pages one by one; here is how they hang together.
//
// It holds tests only. For pictures of each step, on a phone and a desk, light
// and dark:
//
//	go test -count=1 ./e2e -args -shots /tmp/shots
package e2e
