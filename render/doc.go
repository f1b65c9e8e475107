// Package render turns a tip into what a reader sees: safe HTML and plain text,
// in the version for the reader's language, with its source line and its mind
// map. A mail gets a [Tip], whose HTML has its styles inline because mail
// programs know hardly any style sheets; a page or a feed gets an [Article],
// whose HTML has none.
//
// The package owns the colours, the fonts and the styles of both. It refuses to
// know readers, addresses and headers (mailer/letter), and to read anything of a
// library but the pictures that a tip shows.
package render
