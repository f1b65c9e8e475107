// Package interop sends through real mail servers, with TLS and a login, and
// counts behind them what came: every Message-ID once.
//
// It holds nothing but tests. Postfix with Dovecot's logins is part of "make
// test". Exim and OpenSMTPD can't be installed beside it, so "make interop"
// unpacks their packages into a folder and starts them from there.
package interop
