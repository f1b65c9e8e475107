// Package newcomer goes an operator's first hour, on an empty Debian: from the package
// to the day's tip in a mailbox, and from a backup to another machine.
//
// It holds nothing but a test, which is among the long ones.
package newcomer
