// Package dkim owns our signing keys: it makes them, reads them from files that
// nobody else may read, signs mails with them (RFC 6376, RFC 8463), and says what
// must stand in DNS for receivers to verify them.
//
// It refuses keys that receivers don't take (RSA under 2048 bits, elliptic curves
// other than Ed25519) and key files that others can read. It verifies nothing.
package dkim
