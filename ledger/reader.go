package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"dailytip/editions"
	"dailytip/store"
)

// LastOf returns what a reader was last sent of a newsletter, or
// [editions.ErrNoEdition].
func (l *Ledger) LastOf(ctx context.Context, q store.Queryer, newsletter string, subscriber int64) (editions.Content, error) {
	var content int64
	err := q.QueryRowContext(ctx, `
		SELECT d.content FROM editions e JOIN deliveries d ON d.edition = e.id AND d.subscriber = $2
		WHERE e.newsletter = $1 AND d.state = 'sent' AND e.state <> 'cancelled' ORDER BY e.local_date DESC LIMIT 1`,
		newsletter, subscriber).Scan(&content)
	if errors.Is(err, sql.ErrNoRows) {
		return editions.Content{}, editions.ErrNoEdition
	}
	if err != nil {
		return editions.Content{}, fmt.Errorf("read the last delivery: %w", err)
	}
	return l.editions.Content(ctx, q, content)
}

// LatestFor returns what a reader was last sent of a newsletter. Who has had nothing gets
// what its readers were sent last before a date ("": any): that of their next mail is
// about to come to them. Where there's none it's [editions.ErrNoEdition].
func (l *Ledger) LatestFor(ctx context.Context, q store.Queryer, newsletter string, subscriber int64, before string) (editions.Content, error) {
	c, err := l.LastOf(ctx, q, newsletter, subscriber)
	if errors.Is(err, editions.ErrNoEdition) {
		return l.editions.Latest(ctx, q, newsletter, before)
	}
	return c, err
}

// HasDelivery tells whether a reader has a delivery of a date, whatever became of it: a
// date is opened for a reader once.
func (l *Ledger) HasDelivery(ctx context.Context, q store.Queryer, newsletter, date string, subscriber int64) (has bool, err error) {
	err = q.QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM deliveries WHERE subscriber = $1
			AND edition = (SELECT id FROM editions WHERE newsletter = $2 AND local_date = $3))`, subscriber, newsletter, date).Scan(&has)
	if err != nil {
		return false, fmt.Errorf("look for a delivery: %w", err)
	}
	return has, nil
}

// VotedOn returns the newsletter and the content that a reader judges: the one
// of their delivery, or for who got the tip on request the one that all share.
func (l *Ledger) VotedOn(ctx context.Context, q store.Queryer, edition, subscriber int64) (newsletter string, c editions.Content, err error) {
	var content int64
	err = q.QueryRowContext(ctx, `
		SELECT e.newsletter, c.id FROM editions e JOIN contents c ON c.edition = e.id
		LEFT JOIN deliveries d ON d.edition = e.id AND d.subscriber = $1
		WHERE e.id = $2 AND (c.id = d.content OR c.choice = 'daily' AND d.content IS NULL)`, subscriber, edition).Scan(&newsletter, &content)
	if errors.Is(err, sql.ErrNoRows) {
		return "", c, editions.ErrNotSent
	}
	if err != nil {
		return "", c, fmt.Errorf("read what a vote is about: %w", err)
	}
	c, err = l.editions.Content(ctx, q, content)
	return newsletter, c, err
}
