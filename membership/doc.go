// Package membership owns the use cases that write for several rooms at once: who
// signs up stands on the list together with the mail that answers them, and who is
// erased is erased everywhere. Each use case is one transaction, which begins and
// ends here.
//
//	SignUp       a place in a newsletter, and the mail that asks to confirm it
//	Confirm      the place becomes active, and a welcome goes out
//	Join         a place that needs no confirmation: the person has just proved who they are
//	Resend       the latest tip once more
//	MailAccount  the link to all that we hold on a person
//	Leave        subscriptions end
//	Return       who left comes back by the operator's hand
//	ChangeAddress  a person moves to another address, at once or when they confirm it
//	Erase        a person is forgotten
//	Run          sign-ups that nobody confirmed are forgotten, too
//
// It owns no table and has no SQL: subscribers writes people and their
// subscriptions, ledger notices and deliveries, editions votes.
package membership
