package letter

import "errors"

// Kind says what a notice is about.
type Kind int

const (
	Confirm Kind = iota + 1 // asks a new reader to confirm; from ConfirmFrom
	Welcome                 // thanks for it; from ConfirmFrom
	Resend                  // a tip once more, because its reader asked
	Alert                   // tells the operator of a fault; plain text, in English
)

// Notice is a mail that answers a person or warns an operator. Which fields
// count depends on Kind. Nothing a visitor typed has a place here: what a
// stranger can put into a confirmation is how lists get abused.
type Notice struct {
	Kind     Kind
	Language string // the reader's; "" means the newsletter's

	ConfirmURL string // Confirm: the page with the button

	NextDate string // Welcome: local date of the first tip, YYYY-MM-DD; "" unknown
	NextTime string // Welcome: local time of it, HH:MM

	Content Content // Resend

	Subject string // Alert: one line
	Text    string // Alert: plain text, lines ended by \n
}

// ComposeNotice makes a notice. Like a letter it is then filled in for its
// recipient by Message; a Recipient's links appear where the kind has a place
// for them (Welcome and Resend).
func ComposeNotice(n Newsletter, x Notice) (*Letter, error) {
	return nil, errors.New("compose notice: not built yet")
}
