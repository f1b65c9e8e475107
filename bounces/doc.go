// Package bounces reads what comes back: reports of mails that weren't
// delivered, complaints, and automatic replies.
//
// It owns the knowledge of how mail servers write. [Read] takes a message
// apart and says, for each recipient that it names, which of seven classes the
// report belongs to. What a reply means for an address is judged in package
// verdict, by the same table as the replies to our own sending.
//
// It refuses to change anything, and it refuses to guess: a message in no
// known form ends nobody's subscription unless a server's own code says that
// the address is dead. Nothing that a stranger writes into a message makes it
// fail, and what it costs to read one is bounded.
//
// The stages, each in the file that is named after it:
//
//	mbox.go      a file → messages
//	message.go   bytes → parts, whatever their line endings, encodings and faults
//	report.go    RFC 3464 and RFC 6533: the fields that programs write for programs
//	prose.go     what servers write for people: whom it is about, and the reply
//	feedback.go  RFC 5965: complaints, and reports of other kinds
//	provider.go  what a mail provider tells in a form of its own
//	notice.go    what Amazon SES writes in JSON
//	reply.go     RFC 3834: automatic replies
//	read.go      the order in which they are asked
package bounces
