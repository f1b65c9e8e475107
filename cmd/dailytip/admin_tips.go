package main

import (
	"context"

	"dailytip/ledger"
	"dailytip/mailer"
	"dailytip/mailer/letter"
	"dailytip/scheduler"
	"dailytip/subscribers"
	"dailytip/tips"
	"dailytip/web/admin"
)

// adminMails are what the pages of tips need to know of mails.
func (a *app) adminMails() admin.Mails {
	return admin.Mails{
		Findings: a.findingsOf,
		Compose: func(ctx context.Context, n *scheduler.Newsletter, date scheduler.Date, t tips.Tip, language string) (*letter.Letter, error) {
			look := a.letterNewsletter(a.newsletter(n.ID))
			content, err := mailer.WithPages(ctx, a.editions, look, contentOf(date, t))
			if err != nil {
				return nil, err
			}
			l, err := letter.Compose(look, content, language)
			if err != nil { // what is wrong is the tip's, or the template's
				err = refusal(exit{codeFailed, err}, admin.Refuse)
			}
			return l, err
		},
		SendTest: func(ctx context.Context, n *scheduler.Newsletter, date scheduler.Date, t tips.Tip, language string, to subscribers.Address) (ledger.State, string, error) {
			lines, err := a.copiesOf(ctx, n, contentOf(date, t), []subscribers.Address{to}, func(subscribers.Address) string { return language })
			if err != nil {
				return "", "", refusal(err, admin.Refuse)
			}
			return ledger.State(lines[0].State), lines[0].Reply, nil
		},
	}
}

// contentOf is what goes out when a date gets a tip.
func contentOf(date scheduler.Date, t tips.Tip) letter.Content {
	return letter.Content{LocalDate: date.String(), Tips: []tips.Tip{t}}
}
