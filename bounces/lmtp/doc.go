// Package lmtp lets a mail server hand in what comes back, by LMTP (RFC 2033) or by
// SMTP (RFC 5321) at the same address: the client's first command says which.
//
// It takes mail for the addresses that package intake knows by their tag, and refuses
// all others while they are named, without asking the database: it relays nothing and
// is worth nothing to who sends spam. A message is acknowledged once it's written
// down; when that fails, the mail server is told to try again later.
//
// It refuses to be a mail server for the open network: there is no TLS, no login, and
// no protection from those who keep all its connections busy. It belongs behind one,
// on this machine or in a network of your own.
package lmtp
