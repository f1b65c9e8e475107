package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/mailer"
	"dailytip/mailer/letter"
	"dailytip/mailer/relay"
	"dailytip/scheduler"
	"dailytip/subscribers"
	"dailytip/verdict"

	"github.com/jedib0t/go-pretty/v6/table"
)

// chosen is the content of a date's edition, opened or still to come.
func (a *app) chosen(ctx context.Context, n *scheduler.Newsletter, date scheduler.Date) (letter.Content, error) {
	if edition, err := a.editions.Edition(ctx, a.db.Read(), n.ID, date.String()); err == nil {
		stored, err := a.editions.ChoiceOf(ctx, edition, editions.Daily)
		if err == nil && len(stored.Items) > 0 {
			return mailer.LetterContent(stored)
		}
	}
	now := time.Now()
	calendar, err := a.scheduler.Calendar(ctx, n, now)
	if err != nil {
		return letter.Content{}, err
	}
	choice := calendar.Ahead(n.Upcoming(now), date)
	if choice.Tip.ID == "" {
		return letter.Content{}, exitf(codeNothing, "%w: %s (%s)", scheduler.ErrNoTip, date, choice.Reason)
	}
	return contentOf(date, choice.Tip), nil
}

// sendCopies sends test copies, outside the ledger.
func (c *command) sendCopies(ctx context.Context, a *app, n *scheduler.Newsletter, date scheduler.Date, to []string) error {
	addresses := make([]subscribers.Address, len(to))
	for i, s := range to {
		var err error
		if addresses[i], err = subscribers.ParseAddress(s); err != nil {
			return exitf(codeUsage, "--to: %w", err)
		}
	}
	lines, err := a.copies(ctx, n, date, addresses)
	if err != nil {
		return err
	}
	var rows []table.Row
	failed := 0
	for _, line := range lines {
		if line.State != string(ledger.Sent) {
			failed++
		}
		if c.json {
			if err := c.printJSON(line); err != nil {
				return err
			}
		}
		rows = append(rows, table.Row{line.To, line.Language, line.Subject, line.State, short(line.Reply, 60)})
	}
	if !c.json {
		c.table(table.Row{"To", "Language", "Subject", "State", "Reply"}, rows)
	}
	switch {
	case failed == len(addresses):
		return exitf(codeFailed, "nothing went out")
	case failed > 0:
		return exitf(codePart, "%d of %s not out", failed, count(len(addresses), "copy is", "copies are"))
	}
	return nil
}

// copies sends test copies of a date's mail, each in the language of who gets it.
func (a *app) copies(ctx context.Context, n *scheduler.Newsletter, date scheduler.Date, to []subscribers.Address) (lines []deliveryLine, err error) {
	content, err := a.chosen(ctx, n, date)
	if err != nil {
		return nil, err
	}
	return a.copiesOf(ctx, n, content, to, func(address subscribers.Address) string { return a.languageOf(ctx, address) })
}

// copiesOf sends test copies of a content, in the language that each address gets it in.
func (a *app) copiesOf(ctx context.Context, n *scheduler.Newsletter, content letter.Content, to []subscribers.Address, language func(subscribers.Address) string) (lines []deliveryLine, err error) {
	relays, err := a.relays()
	if err != nil {
		return nil, err
	}
	look := a.letterNewsletter(a.newsletter(n.ID))
	if content, err = mailer.WithPages(ctx, a.editions, look, content); err != nil {
		return nil, err
	}
	sessions := make([]*relay.Session, len(relays))
	for i, r := range relays {
		sessions[i] = r.Session()
		defer sessions[i].Close()
	}
	for _, address := range to {
		l, err := letter.Compose(look, content, language(address))
		if err != nil {
			return lines, err
		}
		_, domain, _ := strings.Cut(look.From.Address, "@")
		id := "test." + rand.Text() + "@" + domain
		data, err := l.Message(letter.Recipient{
			Email: string(address), Date: time.Now(), ReturnPath: look.From.Address, MessageID: id,
		})
		if err != nil {
			return lines, err
		}
		if data, err = a.signer.Sign(data, look.From.Address); err != nil {
			return lines, err
		}
		reply, state := handOverCopy(ctx, sessions, relay.Envelope{From: look.From.Address, To: string(address), Data: data})
		if err := ctx.Err(); err != nil && state != ledger.Sent {
			return lines, fmt.Errorf("send a test copy: %w", err) // no relay said that it failed
		}
		lines = append(lines, deliveryLine{
			To: string(address), Language: l.Language, Subject: l.Subject, Tip: content.Tips[0].ID,
			State: string(state), MessageID: "<" + id + ">", Reply: reply.String(),
		})
	}
	return lines, nil
}

// handOverCopy sends through the first relay that can be reached.
func handOverCopy(ctx context.Context, sessions []*relay.Session, e relay.Envelope) (verdict.Reply, ledger.State) {
	var reply verdict.Reply
	for _, session := range sessions {
		reply = session.Send(ctx, e)
		switch verdict.Judge(reply) {
		case verdict.Accepted:
			return reply, ledger.Sent
		case verdict.Down:
			continue
		case verdict.InDoubt:
			return reply, ledger.InDoubt
		}
		break
	}
	return reply, ledger.Failed
}

// languageOf is what a known reader chose; test copies for others are in the
// newsletter's language.
func (a *app) languageOf(ctx context.Context, address subscribers.Address) string {
	s, err := a.list.Find(ctx, a.db.Read(), address)
	if err != nil {
		return ""
	}
	return s.Language
}

// dryRun says what a send would do.
func (c *command) dryRun(ctx context.Context, a *app, n *scheduler.Newsletter, date scheduler.Date) error {
	edition, err := a.editions.Edition(ctx, a.db.Read(), n.ID, date.String())
	switch {
	case err == nil && !edition.PrunedAt.IsZero():
		return errPruned(edition)
	case err != nil && !errors.Is(err, editions.ErrNoEdition):
		return err
	}
	content, err := a.chosen(ctx, n, date)
	if err != nil {
		return err
	}
	readers, err := a.scheduler.CountNow(ctx, n, date)
	if err != nil {
		return err
	}
	tip := content.Tips[0]
	if c.json {
		return c.printJSON(map[string]any{"newsletter": n.ID, "local_date": date.String(), "tip": tip.ID, "title": tip.Title, "readers": readers})
	}
	c.printf("would send %q (%s) of %s to %s; those who have it already included\n", tip.Title, tip.ID, date, count(readers, "reader"))
	return nil
}
