// Package letter composes the mails that dailytip sends: the letter with the
// day's tip, and the notices that answer a person (confirm, welcome, resend)
// or warn an operator (alert).
//
// It owns the look of a mail, its text part, its headers and its MIME
// structure. [Compose] does the heavy work once for each content and language;
// [Letter.Message] then only fills in what is one recipient's own.
//
// The package refuses to send, to sign, to read a library, a clock or a
// configuration, and to guess: a value that would break a header is an error
// that names the field, never repaired in silence.
package letter
