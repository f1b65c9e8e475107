// Package oauth gets the access tokens (OAuth 2.0, RFC 6749) that mail servers take
// in place of a password: from a file that somebody keeps up to date, or from what a
// command prints.
//
// It refuses to know how such a token is come by: it runs no login of its own and
// keeps nothing on a disk. Its errors never show a token.
package oauth
