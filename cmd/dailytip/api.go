package main

import (
	"context"
	"errors"
	"net/http"

	"dailytip/mailer/letter"
	"dailytip/scheduler"
	"dailytip/subscribers"
	"dailytip/tips"
	"dailytip/web/api"
)

// apiOptions are what programs' requests need.
func (a *app) apiOptions() api.Options {
	return api.Options{
		DB: a.db, Tokens: a.tokens, List: a.list, Editions: a.editions, Ledger: a.ledger, Membership: a.membership, Scheduler: a.scheduler, Intake: a.intake,
		Version: versionText(), Enqueued: a.opened,
		Findings: a.findingsOf,
		Preview: func(ctx context.Context, n *scheduler.Newsletter, date scheduler.Date, tip, language string) (*letter.Letter, error) {
			l, err := a.previewOf(ctx, n, date, tip, language)
			return l, refusal(err, api.Refuse)
		},
		SendTest: func(ctx context.Context, n *scheduler.Newsletter, date scheduler.Date, to []subscribers.Address) ([]api.Copy, error) {
			lines, err := a.copies(ctx, n, date, to)
			copies := make([]api.Copy, len(lines))
			for i, line := range lines {
				copies[i] = api.Copy(line)
			}
			return copies, refusal(err, api.Refuse)
		},
	}
}

// newFindings are what is wrong with each newsletter's library, and with its mails: found
// when somebody wants to know.
func newFindings(newsletters []scheduler.Newsletter, looks looks) map[string]*tips.Findings {
	all := map[string]*tips.Findings{}
	for _, n := range newsletters {
		all[n.ID] = tips.NewFindings(n.Library, func(today string) []tips.Fault { return lintAll(looks[n.ID], n.Library, today) })
	}
	return all
}

func (a *app) findingsOf(n *scheduler.Newsletter) *tips.Findings { return a.findings[n.ID] }

// refusal makes of a command's error what a program, or somebody at a page, is told: the
// same words, and a status in place of the exit code. Other errors are ours.
func refusal(err error, refuse func(status int, format string, args ...any) error) error {
	var e exit
	switch {
	case !errors.As(err, &e):
		return err
	case e.code == codeUsage:
		return refuse(http.StatusUnprocessableEntity, "%v", err)
	}
	return refuse(http.StatusConflict, "%v", err)
}
