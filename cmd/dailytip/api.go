package main

import (
	"context"
	"errors"
	"net/http"
	"time"

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
		Lint: a.lint,
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

// lint finds what is wrong with a newsletter's library, and with its mails.
func (a *app) lint(n *scheduler.Newsletter) []tips.Fault {
	return lintAll(a.looks[n.ID], n.Library, time.Now())
}

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
