// Package credential owns how people who sign in are named, and what is kept of their
// passwords: a hash by argon2id (RFC 9106), in the text form of the Password Hashing
// Competition, which other programs can make and check, too:
//
//	$argon2id$v=19$m=19456,t=2,p=1$SALT$KEY
//
// It refuses to keep a password, and to spend more memory on guesses than it was given.
package credential
