package letter

import (
	"net/mail"

	"dailytip/tips"
)

// Newsletter is what all mails of one newsletter have in common.
type Newsletter struct {
	ID       string // as in the configuration: letters, digits, "-" and "_"
	Title    string // what a reader calls it
	Language string // BCP 47; "" means English. Tips without a language are in it
	BaseURL  string // our own site, http or https; "" when there is none
	Accent   string // "#RRGGBB" on white paper; "" is the house's own brown

	// PostalAddress stands at the end of each mail, one line; "" leaves it out.
	PostalAddress string

	From        mail.Address
	ReplyTo     mail.Address // a zero Address leaves the header out
	ConfirmFrom mail.Address // sender of confirm and welcome; zero: From

	// ListDomain is the right side of List-Id (RFC 2919); "": From's domain.
	ListDomain string

	// ArchiveURL is the page with past editions; an edition is at
	// ArchiveURL/LocalDate. "": no List-Archive and no link to read online.
	ArchiveURL string

	// HelpURL is what List-Help names; "": a mail to ReplyTo, else to From.
	HelpURL string

	// AssetURL is where a library's own files are served: relative images and
	// links are resolved against it. "": such an image is replaced by its alt
	// text and such a link by its words.
	AssetURL string
}

// Content is what the readers of an edition get, as the ledger copied it.
type Content struct {
	Edition   int64  // the edition's number, for Feedback-ID; 0 in a preview
	LocalDate string // YYYY-MM-DD
	Tips      []tips.Tip
}
