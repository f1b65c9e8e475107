package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"dailytip/store"
	"dailytip/subscribers"
)

// laterJobs adds the deliveries that carry a claim's number to jobs, and
// withdraws those of readers who aren't active any more (P5).
func (l *Ledger) laterJobs(ctx context.Context, tx *sql.Tx, now time.Time, e Edition, taken claimed, jobs []Job) ([]Job, error) {
	rows, err := tx.QueryContext(ctx, sqlLaterJobs, e.Newsletter, taken.id)
	if err != nil {
		return nil, fmt.Errorf("read claimed deliveries: %w", err)
	}
	defer func() { _ = rows.Close() }()
	gone := map[int64]string{}
	for rows.Next() {
		j := Job{Newsletter: e.Newsletter, LocalDate: e.LocalDate, Key: Key{Edition: e.ID}}
		var opened, expires int64
		var state string
		err := rows.Scan(&j.row, &j.Key.Subscriber, &j.Content, &j.Attempts, &opened, &expires, &j.Email, &j.Name, &j.Language, &j.Subscription, &state)
		if err != nil {
			return nil, fmt.Errorf("read claimed deliveries: %w", err)
		}
		j.OpenedAt, j.ExpiresAt = store.Time(opened), store.Time(expires)
		if state != "" {
			gone[j.row] = state
			continue
		}
		jobs = append(jobs, j)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read claimed deliveries: %w", err)
	}
	for number, state := range gone {
		_, err := tx.ExecContext(ctx, "UPDATE deliveries SET state = 'withdrawn', answer = $2, claim = 0, done_at = $3 WHERE id = $1",
			number, leftFirst(state), store.Millis(now))
		if err != nil {
			return nil, fmt.Errorf("withdraw delivery: %w", err)
		}
	}
	return jobs, nil
}

// leftFirst stands for the answer of a mail whose reader isn't active any more.
func leftFirst(state string) string { return "the reader was " + state + " before it was sent" }

// isGone is ” for an active reader, else what they are.
const isGone = `CASE WHEN s.state = 'active' THEN '' ELSE COALESCE(s.state, 'erased') END`

const sqlLaterJobs = `
	SELECT deliveries.id, deliveries.subscriber, content, attempts + 1, opened_at, expires_at,
		COALESCE(p.email, ''), COALESCE(p.name, ''), COALESCE(p.language, ''), COALESCE(s.id, 0), ` + isGone + `
	FROM deliveries
	LEFT JOIN subscribers p ON p.id = deliveries.subscriber
	LEFT JOIN subscriptions s ON s.subscriber = deliveries.subscriber AND s.newsletter = $1
	WHERE claim = $2 AND claim > 0 ORDER BY deliveries.id`

// person is what sending needs to know of a reader.
type person struct {
	id           int64
	email        subscribers.Address
	name         string
	language     string
	subscription int64
	gone         string // "": they are active
}

// freshJobs adds a part of a batch to jobs, and withdraws the deliveries of
// readers who aren't active any more (P5).
func (l *Ledger) freshJobs(ctx context.Context, tx *sql.Tx, now time.Time, e Edition, taken claimed, jobs []Job) ([]Job, error) {
	b, err := l.batchOf(ctx, tx, e.ID, taken.span)
	if err != nil {
		return nil, err
	}
	listed, err := l.unwritten(ctx, tx, e.ID, taken.span) // all of it, as far as we know
	if err != nil {
		return nil, err
	}
	readers := make([]int64, len(listed))
	for i, j := range listed {
		readers[i] = j.Key.Subscriber
	}
	people, err := l.people(ctx, tx, e.Newsletter, b, readers)
	if err != nil {
		return nil, fmt.Errorf("read claimed readers: %w", err)
	}
	jobs = slices.Grow(jobs, len(listed))
	opened, expires := store.Time(b.openedAt), store.Time(b.expiresAt)
	var gone []*change
	for i := range listed {
		j, p := &listed[i], person{gone: "erased"}
		if len(people) > 0 && people[0].id == j.Key.Subscriber {
			p, people = people[0], people[1:]
		}
		if p.gone != "" {
			gone = append(gone, &change{row: j.row, job: j, answer: leftFirst(p.gone)})
			continue
		}
		j.Newsletter, j.LocalDate, j.OpenedAt, j.ExpiresAt, j.Attempts = e.Newsletter, e.LocalDate, opened, expires, 1
		j.Subscription, j.Email, j.Name, j.Language = p.subscription, p.email, p.name, p.language
		jobs = append(jobs, *j)
	}
	if err := l.recorder(tx, now, "").insert(ctx, change{state: Withdrawn, end: store.Millis(now)}, gone); err != nil {
		return nil, fmt.Errorf("withdraw delivery: %w", err)
	}
	return jobs, nil
}

// people reads the readers of a part of a batch, in its order. Those who were
// erased are left out.
func (l *Ledger) people(ctx context.Context, tx *sql.Tx, newsletter string, b *batch, readers []int64) ([]person, error) {
	if len(readers) == 0 {
		return nil, nil
	}
	// A batch of most of a chunk: its readers stand side by side in their slot's
	// index. Looking each up by number takes nearly twice as long.
	if len(b.readers) < l.chunk()/2 {
		return l.peopleByNumber(ctx, tx, newsletter, readers)
	}
	rows, err := tx.QueryContext(l.unwatched(ctx), sqlPeopleOfSlot, b.slot, readers[0], readers[len(readers)-1])
	if err != nil {
		return nil, err
	}
	people, err := scanPeople(rows, len(readers))
	if err != nil {
		return nil, err
	}
	// Between them are readers of other batches; and some of this one have moved
	// to another slot, or left.
	people = slices.DeleteFunc(people, func(p person) bool { _, in := slices.BinarySearch(readers, p.id); return !in })
	if len(people) == len(readers) {
		return people, nil
	}
	found := make([]int64, len(people))
	for i, p := range people {
		found[i] = p.id
	}
	more, err := l.peopleByNumber(ctx, tx, newsletter, without(slices.Clone(readers), found))
	if err != nil {
		return nil, err
	}
	people = append(people, more...)
	slices.SortFunc(people, func(p, q person) int { return cmp.Compare(p.id, q.id) })
	return people, nil
}

const sqlPeopleOfSlot = `
	SELECT p.id, p.email, p.name, p.language, s.id, '' FROM subscriptions s JOIN subscribers p ON p.id = s.subscriber
	WHERE s.slot = $1 AND s.state = 'active' AND s.subscriber >= $2 AND s.subscriber <= $3 ORDER BY s.subscriber`

func (l *Ledger) peopleByNumber(ctx context.Context, tx *sql.Tx, newsletter string, readers []int64) ([]person, error) {
	rows, err := tx.QueryContext(ctx, sqlPeopleByNumber(l.db), newsletter, formatNumbers(readers, 0))
	if err != nil {
		return nil, err
	}
	return scanPeople(rows, len(readers))
}

func sqlPeopleByNumber(db *store.DB) string {
	return `
		SELECT p.id, p.email, p.name, p.language, COALESCE(s.id, 0), ` + isGone + `
		FROM ` + sqlNumbers(db, "$2") + ` JOIN subscribers p ON p.id = numbers.value
		LEFT JOIN subscriptions s ON s.subscriber = numbers.value AND s.newsletter = $1 ORDER BY p.id`
}

func scanPeople(rows *sql.Rows, room int) ([]person, error) {
	defer func() { _ = rows.Close() }()
	people := make([]person, 0, room)
	for rows.Next() {
		var p person
		if err := rows.Scan(&p.id, &p.email, &p.name, &p.language, &p.subscription, &p.gone); err != nil {
			return nil, err
		}
		people = append(people, p)
	}
	return people, rows.Err()
}
