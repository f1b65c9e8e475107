package main

import (
	"context"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"dailytip/ledger"
	"dailytip/mailer"
	"dailytip/mailer/letter"
)

// deliveryLine is what send and demo print of a delivery.
type deliveryLine struct {
	To        string `json:"to"`
	Language  string `json:"language"` // of the text
	Subject   string `json:"subject"`
	Tip       string `json:"tip"`
	State     string `json:"state"` // sent, retry, failed, in_doubt, expired
	MessageID string `json:"message_id"`
	Answer    string `json:"answer,omitempty"` // the relay's last
}

// printDeliveries prints a line for each delivery of an edition, as send does:
// what was withdrawn is left out.
func (c *command) printDeliveries(ctx context.Context, a *app, edition ledger.Edition) error {
	return c.listDeliveries(ctx, a, edition, func(s ledger.State) (ledger.State, bool) {
		if s == ledger.Pending || s == ledger.Sending {
			s = ledger.Retry // for who waits, it's still to come
		}
		return s, s != ledger.Withdrawn
	})
}

// listDeliveries prints a line for each delivery that is wanted, in the state
// that as says.
func (c *command) listDeliveries(ctx context.Context, a *app, edition ledger.Edition, as func(ledger.State) (state ledger.State, wanted bool)) error {
	n := a.letterNewsletter(a.newsletter(edition.Newsletter))
	composed := letterCache{}
	var rows []table.Row
	err := a.ledger.EachDelivery(ctx, edition.ID, func(d ledger.Delivery) error {
		state, wanted := as(d.State)
		if !wanted {
			return nil
		}
		l, err := composed.get(ctx, a.ledger, n, d.Content, d.ReaderLanguage)
		if err != nil {
			return err
		}
		line := deliveryLine{
			To: string(d.Email), Language: l.Language, Subject: l.Subject, Tip: d.Tip, State: string(state),
			MessageID: "<" + mailer.MessageID(d.Key, n.From.Address) + ">", Answer: d.Answer.String(),
		}
		if c.json {
			return c.printJSON(line)
		}
		rows = append(rows, table.Row{line.To, line.Language, line.Subject, line.State, short(line.Answer, 60)})
		return nil
	})
	if err != nil || c.json {
		return err
	}
	if len(rows) > mostRows {
		c.printf("%d deliveries; use --json to list them\n", len(rows))
		return nil
	}
	c.table(table.Row{"To", "Language", "Subject", "State", "The relay said"}, rows)
	return nil
}

// mostRows is how long a table may get before a person stops reading it.
const mostRows = 200

// letterCache composes each content once for each language.
type letterCache map[struct {
	content  int64
	language string
}]*letter.Letter

func (cache letterCache) get(ctx context.Context, l *ledger.Ledger, n letter.Newsletter, content int64, language string) (*letter.Letter, error) {
	key := struct {
		content  int64
		language string
	}{content, language}
	if made := cache[key]; made != nil {
		return made, nil
	}
	stored, err := l.ReadContent(ctx, content)
	if err != nil {
		return nil, err
	}
	c, err := mailer.LetterContent(stored)
	if err != nil {
		return nil, err
	}
	made, err := letter.Compose(n, c, language)
	if err != nil {
		return nil, err
	}
	cache[key] = made
	return made, nil
}

// short cuts a text to a number of characters.
func short(s string, most int) string {
	s = strings.ReplaceAll(s, "\n", " ")
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return s
}
