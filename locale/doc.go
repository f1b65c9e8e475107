// Package locale owns every word that dailytip itself says to a reader: the
// footer of a mail, its dates, the confirmation and the pages behind its links.
//
// The words stand in one file a language under messages/, in go-i18n's form,
// and are embedded. The English file is the reference: a test fails when
// another language lacks a message, has one too many, or names other
// placeholders, so nobody ever meets English by surprise.
//
// What the pages for editors and operators say stands in admin/en.yaml: those pages are
// in English.
//
// The package refuses to know anything about tips, mails or HTML: values go
// into messages as plain text, and escaping is the caller's work. It never
// translates a library's text. What logs and commands say isn't here either; that is
// English.
package locale
