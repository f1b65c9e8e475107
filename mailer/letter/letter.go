package letter

import (
	"errors"
	"time"
)

// Letter is a mail without its recipient. It is immutable and safe for use by
// several goroutines.
type Letter struct {
	Subject  string // as the reader sees it: "💡 Title", at most 70 columns
	Language string // BCP 47, of the tip's text that was used
}

// Recipient is what differs between two copies of one letter.
type Recipient struct {
	Email      string // one address without a name
	Name       string // shown beside it; "" for none
	MessageID  string // without its angle brackets; the same on every attempt
	ReturnPath string // where bounces go; checked here, handed over by the relay
	Date       time.Time

	UnsubscribeURL    string // one click unsubscribes (RFC 8058); "" leaves it out
	PreferencesURL    string // "" leaves preferences and pause out
	UnsubscribeMailto string // an address that unsubscribes; "" leaves it out
}

// Compose makes the letter of one content for the readers of one language.
// lang is what the reader chose (BCP 47); "" means the newsletter's own.
func Compose(n Newsletter, c Content, lang string) (*Letter, error) {
	return nil, errors.New("compose: not built yet")
}

// Message is the finished mail for one recipient: RFC 5322, CRLF at the end of
// each line, no bare CR or LF.
func (l *Letter) Message(r Recipient) ([]byte, error) {
	return nil, errors.New("message: not built yet")
}

// HTML is the HTML part for a preview, with links that lead nowhere.
func (l *Letter) HTML() string { return "" }

// Text is the text part for a preview, with links that lead nowhere.
func (l *Letter) Text() string { return "" }
