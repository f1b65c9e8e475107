package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"dailytip/store"
)

// MostDoubts is how often the reply to a mail may be lost before it isn't sent again and
// waits for the operator. Else a relay that never answers, or a fault that ends the
// program each time, would give the reader copy upon copy.
const MostDoubts = 4

// AfterDoubt is the next state of a mail whose reply was lost: Retry, or InDoubt after
// [MostDoubts] of them. With hold, which notices ignore, it's InDoubt at once.
func (j Job) AfterDoubt(hold bool) State {
	if hold && j.Kind == "" || j.Doubts+1 >= MostDoubts {
		return InDoubt
	}
	return Retry
}

// setUnsent ends mails that can't be sent any more, for a reason (SQL): as Withdrawn or
// Expired. One that may have arrived all the same ends in doubt instead.
func setUnsent(as State, why string) string {
	code, enhanced, reply := "0", "''", why
	if as == Expired { // what the relay last said is why
		code, enhanced, reply = "code", "enhanced", "CASE WHEN reply = '' THEN "+why+" ELSE reply END"
	}
	return fmt.Sprintf(`
		SET state = CASE WHEN doubts > 0 THEN 'in_doubt' ELSE '%s' END,
			code = CASE WHEN doubts > 0 THEN 0 ELSE %s END, enhanced = CASE WHEN doubts > 0 THEN '' ELSE %s END,
			reply = CASE WHEN doubts > 0 THEN %s || '; an earlier reply was never seen' ELSE %s END`, as, code, enhanced, why, reply)
}

// unsent is a delivery that setUnsent has ended.
type unsent struct {
	key     Key
	content int64
	doubted bool // it ended in doubt
	reply   Reply
}

const returningUnsent = ` RETURNING edition, subscriber, content, doubts > 0, code, enhanced, reply`

// endUnsent runs a statement that ends with returningUnsent, and does what follows for
// what is in doubt.
func (l *Ledger) endUnsent(ctx context.Context, tx *sql.Tx, now time.Time, query string, args ...any) ([]unsent, error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	ended, err := store.Collect(rows, err, func(rows *sql.Rows) (u unsent, err error) {
		err = rows.Scan(&u.key.Edition, &u.key.Subscriber, &u.content, &u.doubted, &u.reply.Code, &u.reply.Enhanced, &u.reply.Text)
		return u, err
	})
	if err != nil {
		return nil, err
	}
	records := l.recorder(tx, now)
	for _, u := range ended {
		if !u.doubted {
			continue
		}
		m, err := l.FindMail(ctx, tx, u.key)
		if err != nil {
			return nil, err
		}
		if err := records.followDoubt(ctx, Job{Key: u.key, Content: u.content, Subscription: m.Subscription}); err != nil {
			return nil, err
		}
	}
	return ended, nil
}
