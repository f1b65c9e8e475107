package admin

import (
	"context"

	"dailytip/ledger"
	"dailytip/mailer/letter"
	"dailytip/scheduler"
	"dailytip/subscribers"
	"dailytip/tips"
)

// Mails are what the pages of tips need to know of mails. An error that isn't made by
// [Refuse] is ours.
type Mails struct {
	// Findings are what is wrong with a newsletter's library, and with its mails.
	Findings func(n *scheduler.Newsletter) *tips.Findings
	// Compose makes the mail of a tip on a date, for readers of a language.
	Compose func(ctx context.Context, n *scheduler.Newsletter, date scheduler.Date, t tips.Tip, language string) (*letter.Letter, error)
	// SendTest sends such a mail to an address, outside the ledger: it's [ledger.Sent],
	// [ledger.Failed] or [ledger.InDoubt] then, and a server has replied something.
	SendTest func(ctx context.Context, n *scheduler.Newsletter, date scheduler.Date, t tips.Tip, language string, to subscribers.Address) (ledger.State, string, error)
}
