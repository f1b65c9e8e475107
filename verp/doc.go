// Package verp makes and checks the tag that each mail of ours carries, so that
// what comes back can be told to belong to it, and a forgery can't.
//
// A tag names a delivery or a notice and ends in a code over it: HMAC-SHA-256, cut
// to 80 bits, under a key of its own purpose. It stands in two places, each of which
// is enough to know the mail by:
//
//	MAIL FROM:<bounces+TAG@bounces.example.com>   the return path (VERP)
//	Message-ID: <TAG@example.com>
//
// The address that unsubscribes is of another kind, and its code is worthless in
// the place of a tag.
//
// Mail servers may fold the case of an address, so all of it is in lower case; a
// local part is at most 52 octets long, of the 64 that RFC 5321 §4.5.3.1.1 allows.
//
// It refuses to know where keys are kept and what a mail is about.
package verp
