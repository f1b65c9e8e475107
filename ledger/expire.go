package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"dailytip/store"
	"dailytip/verdict"
)

// tooLate is what stands for the reply to a mail that expired.
const tooLate = "it could not be sent in time"

// Expire ends what could not be delivered in time (P7), and returns how many: what may
// have arrived all the same is in doubt, the others expired.
func (l *Ledger) Expire(ctx context.Context, now time.Time) (n int64, err error) {
	// Mostly there's none: then nobody waits for the right to write.
	overdue, err := l.overdue(ctx, now)
	if err != nil {
		return 0, fmt.Errorf("look for what expires: %w", err)
	}
	for _, edition := range overdue {
		err := l.inChunks(ctx, func(tx *sql.Tx) (int64, error) {
			some, err := l.expireSome(ctx, tx, now, edition)
			n += some
			return some, err
		})
		if err != nil {
			return n, fmt.Errorf("expire: %w", err)
		}
	}
	return n, nil
}

// overdue returns the editions of which deliveries have come to their end, and 0
// when notices have.
func (l *Ledger) overdue(ctx context.Context, now time.Time) (editions []int64, err error) {
	rows, err := l.db.Read().QueryContext(ctx, sqlOverdue, store.Millis(now))
	return store.Collect(rows, err, store.Column[int64])
}

const sqlOverdue = `
	SELECT edition FROM expiries WHERE at <= $1
	UNION SELECT 0 WHERE EXISTS (SELECT 1 FROM notices WHERE ` + waits + ` AND expires_at <= $1)`

// expireSome ends no more than one transaction should.
func (l *Ledger) expireSome(ctx context.Context, tx *sql.Tx, now time.Time, edition int64) (int64, error) {
	if edition == 0 {
		return affected(tx.ExecContext(ctx, sqlExpireNotices(l.db), store.Millis(now), controlChunk))
	}
	ended, err := l.endUnsent(ctx, tx, now, sqlExpire(l.db), store.Millis(now), controlChunk, edition)
	if err != nil {
		return 0, err
	}
	if len(ended) == 0 {
		_, err = tx.ExecContext(ctx, sqlForgetExpiry, edition, store.Millis(now))
		return 0, err
	}
	for _, u := range ended {
		if u.doubted {
			continue
		}
		if err := l.gaveUp(ctx, tx, now, Outcome{State: Expired, Job: Job{Key: u.key}, Reply: u.reply}); err != nil {
			return 0, err
		}
	}
	return int64(len(ended)), nil
}

// gaveUp counts a mailbox that took nothing until it was too late as one soft bounce,
// however often the mail was tried. Whatever else kept a mail from being sent says
// nothing of the reader: a relay that was down, or one that didn't trust us yet.
func (l *Ledger) gaveUp(ctx context.Context, tx *sql.Tx, now time.Time, o Outcome) error {
	if o.Reply.Code < 400 || o.Reply.Code > 499 {
		return nil
	}
	o.Opinion = verdict.Assess(verdict.Reply{Stage: verdict.RcptTo, Code: o.Reply.Code, Enhanced: o.Reply.Enhanced, Text: o.Reply.Text})
	mailbox := strings.HasPrefix(o.Reply.Enhanced, "4.2.") || o.Opinion.Reason == verdict.MailboxFull // RFC 3463 §3.3
	if o.Opinion.Class != verdict.ClassSoft || !mailbox {
		return nil
	}
	m, err := l.FindMail(ctx, tx, o.Job.Key)
	if err != nil {
		return err
	}
	o.Job.Newsletter, o.Job.Subscription = m.Newsletter, m.Subscription
	return l.refused(ctx, tx, now, o)
}

// sqlExpire goes by the order of an index, as sqlWithdraw does.
func sqlExpire(db *store.DB) string {
	return `
		WITH overdue AS MATERIALIZED (
			SELECT edition, subscriber FROM deliveries
			WHERE edition = $3 AND done_at = 0 AND ` + waits + ` AND expires_at <= $1
			ORDER BY next_at, subscriber LIMIT $2` + db.SkipLocked("deliveries") + `)
		UPDATE deliveries ` + setExpired() + ` WHERE (edition, subscriber) IN (SELECT edition, subscriber FROM overdue)` + returningUnsent
}

func sqlExpireNotices(db *store.DB) string {
	return `
		WITH overdue AS MATERIALIZED (SELECT id FROM notices WHERE ` + waits + ` AND expires_at <= $1 LIMIT $2` + db.SkipLocked("notices") + `)
		UPDATE notices ` + setExpired() + ` WHERE id IN (SELECT id FROM overdue)`
}

func setExpired() string { return setUnsent(Expired, "'"+tooLate+"'") + ", done_at = $1" }

// noteExpiry notes that deliveries of an edition end at an instant, in the
// transaction that writes them.
func noteExpiry(ctx context.Context, tx *sql.Tx, edition int64, at time.Time) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO expiries (at, edition) VALUES ($1, $2) ON CONFLICT DO NOTHING", store.Millis(at), edition)
	if err != nil {
		return fmt.Errorf("note when deliveries expire: %w", err)
	}
	return nil
}

// sqlForgetExpiry forgets what noteExpiry noted, unless something is in flight that
// may come back.
const sqlForgetExpiry = `
	DELETE FROM expiries WHERE edition = $1 AND at <= $2
	AND NOT EXISTS (SELECT 1 FROM deliveries WHERE edition = $1 AND done_at = 0 AND expires_at <= $2)`
