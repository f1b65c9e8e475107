package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"dailytip/editions"
	"dailytip/store"
)

// Requeuing says which deliveries of an edition are sent again.
type Requeuing struct {
	Kind      string    // ActionRetryFailed, ActionRetryDoubt
	States    []State   // of Failed, Expired, InDoubt
	ExpiresAt time.Time // the new end (P7)
	Only      []int64   // these readers; none: everyone
	Who       string
}

// Requeue puts deliveries that came to their end back in the queue, as if they
// had just been opened. Those of readers who aren't active any more stay as they
// are, and are counted in left; an edition whose deliveries are kept no longer is
// [editions.ErrPruned]. Their key is the same, so nobody gets two
// editions (P1); a mail that was in doubt keeps its Date and Message-ID. What a mail
// had failed with stays known: the same answer once more proves nothing against the
// relay. What fails again meanwhile stays so, or a list that is refused would be tried
// without end.
func (l *Ledger) Requeue(ctx context.Context, now time.Time, e editions.Edition, a Requeuing) (requeued, left int64, err error) {
	if len(a.States) == 0 {
		return 0, 0, nil
	}
	which, args := chosen(a.States, a.Only, []any{e.ID, e.Newsletter})
	active := `EXISTS (SELECT 1 FROM subscriptions s WHERE s.subscriber = deliveries.subscriber AND s.newsletter = $2 AND s.state = 'active')`
	var action int64
	err = l.inChunks(ctx, func(tx *sql.Tx) (int64, error) {
		if err := editions.Hold(ctx, tx, e.ID); err != nil {
			return 0, err
		}
		if err := editions.UnlessCancelled(ctx, tx, e.ID); err != nil {
			return 0, err
		}
		p := len(args)
		n, err := affected(tx.ExecContext(ctx, fmt.Sprintf(`
			UPDATE deliveries SET state = 'pending', next_at = $%[1]d, expires_at = $%[2]d, attempts = 0, done_at = 0,
				refused = CASE WHEN state = 'failed' AND code > 0 THEN `+sqlCodes+` ELSE refused END,
				opened_at = CASE WHEN doubts > 0 THEN opened_at ELSE $%[1]d END
			WHERE edition = $1 AND `+which+` AND done_at <= $%[1]d AND subscriber IN (
				SELECT subscriber FROM deliveries WHERE edition = $1 AND `+which+` AND done_at <= $%[1]d AND `+active+` LIMIT $%[3]d)`, p+1, p+2, p+3),
			append(args[:p:p], store.Millis(now), store.Millis(a.ExpiresAt), controlChunk)...))
		if err != nil || n == 0 {
			return 0, err
		}
		requeued += n
		if err := noteExpiry(ctx, tx, e.ID, a.ExpiresAt); err != nil {
			return 0, err
		}
		return n, l.noteOnce(ctx, tx, now, &action, n, Action{Kind: a.Kind, Newsletter: e.Newsletter, LocalDate: e.LocalDate, Who: a.Who})
	})
	if err != nil {
		return requeued, 0, fmt.Errorf("requeue: %w", err)
	}
	stays, args := chosen(a.States, a.Only, []any{e.ID})
	err = l.db.Read().QueryRowContext(ctx, "SELECT COUNT(*) FROM deliveries WHERE edition = $1 AND "+stays, args...).Scan(&left)
	if err != nil {
		return requeued, 0, fmt.Errorf("count what stays: %w", err)
	}
	return requeued, left, nil
}

// SettleInDoubt says of mails in doubt what became of them, because somebody has
// looked into the relay's log: Sent or Failed. only are the readers; none:
// everyone.
func (l *Ledger) SettleInDoubt(ctx context.Context, now time.Time, e editions.Edition, as State, only []int64, who string) (settled int64, err error) {
	settle := l.settleSent
	switch as {
	case Sent:
	case Failed:
		settle = settleFailed
	default:
		return 0, fmt.Errorf("settle in doubt: as %s is impossible", as)
	}
	var action int64
	which, args := chosen([]State{InDoubt}, only, []any{e.ID})
	err = l.inChunks(ctx, func(tx *sql.Tx) (int64, error) {
		if err := editions.Hold(ctx, tx, e.ID); err != nil {
			return 0, err
		}
		n, err := settle(ctx, tx, now, which, args)
		if err != nil || n == 0 {
			return 0, err
		}
		settled += n
		return n, l.noteOnce(ctx, tx, now, &action, n, Action{Kind: ActionSettleDoubt, Newsletter: e.Newsletter, LocalDate: e.LocalDate, Who: who, Detail: "as " + string(as)})
	})
	if err != nil {
		return settled, fmt.Errorf("settle in doubt: %w", err)
	}
	return settled, nil
}

// settleFailed records mails as not sent.
func settleFailed(ctx context.Context, tx *sql.Tx, now time.Time, which string, args []any) (int64, error) {
	p := len(args)
	return affected(tx.ExecContext(ctx, fmt.Sprintf(`
		UPDATE deliveries SET state = 'failed', done_at = $%d, reply = 'in doubt; settled by command as not sent' WHERE edition = $1 AND `+which, p+1),
		append(args[:p:p], store.Millis(now))...))
}

// settleSent records some mails as sent, with all that belongs to it: the counts, the
// publication, the course.
func (l *Ledger) settleSent(ctx context.Context, tx *sql.Tx, now time.Time, which string, args []any) (int64, error) {
	jobs, err := doubted(ctx, tx, which, args)
	if err != nil {
		return 0, err
	}
	outcomes := make([]Outcome, len(jobs))
	for i, j := range jobs {
		outcomes[i] = Outcome{Job: j, State: Sent, Reply: Reply{Text: "in doubt; settled by command as sent"}}
	}
	return int64(len(jobs)), l.recorder(tx, now).record(ctx, outcomes, "")
}

// doubted reads some mails in doubt.
func doubted(ctx context.Context, tx *sql.Tx, which string, args []any) ([]Job, error) {
	rows, err := tx.QueryContext(ctx, fmt.Sprintf(`
		SELECT edition, subscriber, content, COALESCE((
			SELECT s.id FROM subscriptions s JOIN editions e ON e.newsletter = s.newsletter
			WHERE s.subscriber = deliveries.subscriber AND e.id = deliveries.edition), 0),
			COALESCE((SELECT p.email FROM subscribers p WHERE p.id = deliveries.subscriber), '')
		FROM deliveries WHERE edition = $1 AND `+which+` LIMIT $%d`, len(args)+1), append(args[:len(args):len(args)], controlChunk/10)...)
	return store.Collect(rows, err, func(rows *sql.Rows) (j Job, err error) {
		err = rows.Scan(&j.Key.Edition, &j.Key.Subscriber, &j.Content, &j.Subscription, &j.Email)
		return j, err
	})
}

// chosen is the condition for deliveries in some states, of some readers or of
// all, whose parameters follow args.
func chosen(states []State, only []int64, args []any) (string, []any) {
	place := func(v any) string {
		args = append(args, v)
		return fmt.Sprintf("$%d", len(args))
	}
	in := func(places []string) string { return " IN (" + strings.Join(places, ", ") + ")" }
	var places []string
	for _, s := range states {
		places = append(places, place(string(s)))
	}
	which := other + " AND state" + in(places) // other: the index that finds them
	if len(only) > 0 {
		places = nil
		for _, id := range only {
			places = append(places, place(id))
		}
		which += " AND subscriber" + in(places)
	}
	return which, args
}

// noteOnce writes an action with its first chunk, and adds the others to it.
func (l *Ledger) noteOnce(ctx context.Context, tx *sql.Tx, now time.Time, id *int64, n int64, a Action) (err error) {
	if *id != 0 {
		return noteMore(ctx, tx, *id, n)
	}
	a.Deliveries = n
	*id, err = l.note(ctx, tx, now, a)
	return err
}
