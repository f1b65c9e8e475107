// Package letter composes the mails that dailytip sends: the letter with the
// day's tip, and the notices that answer a person (confirm, welcome, resend) or
// warn an operator (alert) or show an editor what is going out (proof).
//
// It owns the shell of a mail, its text part, its headers and its MIME
// structure. Compose does the heavy work once for each content and language;
// Letter.Message then only fills in what is one recipient's own, and a Merge does
// so for many by putting their bytes into a message that was written once.
//
// A mail's HTML is a shell around a card. The shell is written in MJML
// (shell/shell.mjml), compiled when it is changed and committed; an operator's
// own, read by ParseTemplate, replaces it and has the same fields
// (docs/templates.md). The card holds the tip as package render gives it.
//
// The package refuses to send, to sign, to read a clock or a configuration, to
// read anything of a library but the pictures that a tip shows, and to guess: a
// value that would break a header is an error that names the field, never
// repaired in silence.
package letter
