// Package tokens owns what programs show to be let in, and what their requests were
// answered. A token's text is shown once, when it's made:
//
//	dt_ZZZZZZZZ_SSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSCCCCCC
//
// Z is the prefix by which it's recognised, S a secret of 256 bits, and C a checksum
// of all that stands before it, so that programs which look for secrets in published
// code can tell one from other text without asking us.
//
// It refuses to keep a secret, and to tell why a token isn't taken.
package tokens
