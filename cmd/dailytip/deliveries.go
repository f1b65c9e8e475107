package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"dailytip/editions"
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
	Reply     string `json:"reply,omitempty"` // the relay's last
}

// printDeliveries prints a line for each delivery of an edition, as send does:
// what was withdrawn is left out, and what waits is still to come.
func (c *command) printDeliveries(ctx context.Context, a *app, edition editions.Edition) error {
	states := slices.DeleteFunc(slices.Clone(allStates), func(s ledger.State) bool { return s == ledger.Withdrawn })
	return c.listDeliveries(ctx, a, edition, states, func(s ledger.State) ledger.State {
		if s == ledger.Pending {
			return ledger.Retry
		}
		return s
	})
}

// errEnough ends a table that is longer than a person would read.
var errEnough = errors.New("enough")

// listDeliveries prints a line for each delivery in some states, or in all (none
// are named), in the state that as makes of it. Lines of JSON are printed as they
// are read; a table needs all of them first, and has an end.
func (c *command) listDeliveries(ctx context.Context, a *app, edition editions.Edition, states []ledger.State, as func(ledger.State) ledger.State) error {
	n := a.letterNewsletter(a.newsletter(edition.Newsletter))
	headings := headings{}
	var rows []table.Row
	out := bufio.NewWriterSize(c.out, 32<<10)
	lines := json.NewEncoder(visibleWriter{out})
	lines.SetEscapeHTML(false)
	err := a.ledger.EachDelivery(ctx, edition.ID, states, func(d ledger.Delivery) error {
		if len(rows) == mostRows {
			return errEnough
		}
		heading, err := headings.get(ctx, a.editions, n, d.Content, d.ReaderLanguage)
		if err != nil {
			return err
		}
		line := deliveryLine{
			To: string(d.Email), Language: heading.language, Subject: heading.subject, Tip: d.Tip, State: string(as(d.State)),
			MessageID: "<" + mailer.MessageID(a.list.Tags(), d.Key, d.OpenedAt, n.From.Address) + ">", Reply: d.Reply.String(),
		}
		if c.json {
			return lines.Encode(line)
		}
		rows = append(rows, table.Row{line.To, line.Language, line.Subject, line.State, short(line.Reply, 60)})
		return nil
	})
	if errors.Is(err, errEnough) {
		c.printf("more than %d deliveries; use --json to list them\n", mostRows)
		return nil
	}
	if err = errors.Join(err, out.Flush()); err != nil || c.json {
		return err
	}
	c.table(table.Row{"To", "Language", "Subject", "State", "Reply"}, rows)
	return nil
}

// mostRows is how long a table may get before a person stops reading it.
const mostRows = 200

// headings are the headings of each content's mail by language, each composed once. The
// mails themselves aren't kept: a course has a content for each of its tips.
type headings map[headingOf]heading

type headingOf struct {
	content  int64
	language string // that the reader chose
}

type heading struct {
	language string // of the text
	subject  string
}

func (h headings) get(ctx context.Context, chosen *editions.Editions, n letter.Newsletter, content int64, language string) (heading, error) {
	of := headingOf{content, language}
	if made, known := h[of]; known {
		return made, nil
	}
	stored, err := chosen.ReadContent(ctx, content)
	if err != nil {
		return heading{}, err
	}
	c, err := mailer.LetterContent(stored)
	if err != nil {
		return heading{}, err
	}
	made, err := letter.Compose(n, c, language)
	if err != nil {
		return heading{}, err
	}
	h[of] = heading{made.Language, made.Subject}
	return h[of], nil
}

// short cuts a text to a number of characters.
func short(s string, most int) string {
	s = strings.ReplaceAll(s, "\n", " ")
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return s
}
