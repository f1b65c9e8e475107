// Package mailtest looks at finished mails with programs that aren't ours:
// Chromium for how they lie on a screen, axe-core for who can read them,
// caniemail for what mail clients leave out, SpamAssassin for how they score.
//
// It owns the set of mails that are looked at (Gallery), the browser that shows
// them and the list of what we accept knowingly (accepted.json). It starts from
// the bytes that would go to a relay and decodes them itself.
//
// With the same browser, package sitetest looks at the pages of the site.
//
// The package is for tests and for the screenshots in the documentation;
// nothing of it is in the program. It refuses to mend a mail before looking at
// it, and to reach the network: the browser's requests are all answered here.
package mailtest
