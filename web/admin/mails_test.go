package admin

import (
	"context"
	"net/mail"
	"sync"

	"dailytip/ledger"
	"dailytip/mailer/letter"
	"dailytip/scheduler"
	"dailytip/subscribers"
	"dailytip/tips"
)

// outbox is where a harness's test copies go: nowhere.
type outbox struct {
	mu    sync.Mutex
	sent  []string // "address language tip"
	state ledger.State
	reply string
	err   error
	lints int           // how often a library was looked at
	held  chan struct{} // until it's closed, a look doesn't end; nil: it does
}

func (o *outbox) lint(l *tips.Library, today string) []tips.Fault {
	o.mu.Lock()
	o.lints++
	held := o.held
	o.mu.Unlock()
	if held != nil {
		<-held
	}
	return l.Lint(today)
}

// mails composes as the program does. Who takes test copies says what the test has it say.
func (h *harness) mails() Mails {
	compose := func(_ context.Context, n *scheduler.Newsletter, date scheduler.Date, t tips.Tip, language string) (*letter.Letter, error) {
		look := letter.Newsletter{ID: n.ID, Title: n.ID, Language: n.Language, From: mail.Address{Name: "Tips", Address: "tips@example.com"}}
		l, err := letter.Compose(look, letter.Content{LocalDate: date.String(), Tips: []tips.Tip{t}}, language)
		if err != nil {
			err = Refuse(409, "%v", err)
		}
		return l, err
	}
	var mu sync.Mutex
	findings := map[string]*tips.Findings{}
	return Mails{
		Findings: func(n *scheduler.Newsletter) *tips.Findings {
			mu.Lock()
			defer mu.Unlock()
			if findings[n.ID] == nil {
				findings[n.ID] = tips.NewFindings(n.Library, func(today string) []tips.Fault { return h.outbox.lint(n.Library, today) })
			}
			return findings[n.ID]
		},
		Compose: compose,
		SendTest: func(_ context.Context, _ *scheduler.Newsletter, _ scheduler.Date, t tips.Tip, language string, to subscribers.Address) (ledger.State, string, error) {
			h.outbox.mu.Lock()
			defer h.outbox.mu.Unlock()
			if h.outbox.err != nil {
				return "", "", h.outbox.err
			}
			h.outbox.sent = append(h.outbox.sent, string(to)+" "+language+" "+t.ID)
			return h.outbox.state, h.outbox.reply, nil
		},
	}
}
