// Package sitetest looks at the pages of the real program with programs that
// aren't ours: html-validate for what HTML allows, axe-core in Chromium for who
// can read them, light and dark.
//
// It holds tests only. They build dailytip, give it a database with readers,
// editions and votes, and ask it for every page that it has.
package sitetest
