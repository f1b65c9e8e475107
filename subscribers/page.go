package subscribers

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"dailytip/store"
)

// Paging says which people to read, and from where on. Each page begins at an index and
// reads as many rows as it returns, or at most [Scanned], however long the list is.
type Paging struct {
	Newsletter string // "": of any, or of none
	State      State  // of a place in the newsletter; "": any
	Prefix     string // how the address begins; "": any
	Domain     string // what follows the @, in ASCII, beside no prefix; "": any
	Language   string // BCP 47, what they chose, and its regions; "": any
	Timezone   string // IANA, what they chose; "": any
	After      string // what the last page gave as next; "": the beginning
	Limit      int
}

// Scanned is how many people are looked at for one page, where no index knows all that
// is asked for.
const Scanned = 600

// scannedAtOnce is how many of them are looked at at a time: where many belong, the first
// ones do. Each costs a few reads at random places.
const scannedAtOnce = 200

// Indexed tells whether an index knows all that is asked for. Else a page may hold fewer
// people than there is room for, even none, though others follow.
func (p Paging) Indexed() bool {
	if p.Language != "" || p.Timezone != "" {
		return false
	}
	return p.Prefix == "" && p.Domain == "" || p.Newsletter == "" && p.State == ""
}

// Page returns people with all of their subscriptions, and where the next page begins;
// "": there's none. With a prefix they are in the order of the addresses, and else in
// that in which they came.
func (l *List) Page(ctx context.Context, q store.Queryer, p Paging) (page []Subscriber, next string, err error) {
	chosen, next, err := l.chosen(ctx, q, p)
	if err != nil || len(chosen) == 0 {
		return nil, next, err
	}
	page, err = l.people(ctx, q, chosen)
	return page, next, err
}

// chosen are the numbers of the people on a page, and where the next one begins.
func (l *List) chosen(ctx context.Context, q store.Queryer, p Paging) (chosen []int64, next string, err error) {
	if p.Indexed() {
		chosen, err = l.idsOf(ctx, q, p, p.Limit)
		if len(chosen) == p.Limit && err == nil {
			next = fmt.Sprint(chosen[p.Limit-1])
		}
		return chosen, next, err
	}
	for looked := 0; looked < Scanned && len(chosen) <= p.Limit; looked += scannedAtOnce {
		ids, err := l.idsOf(ctx, q, p, scannedAtOnce)
		if err != nil {
			return nil, "", err
		}
		if len(ids) > 0 {
			found, err := belonging(ctx, q, p, ids)
			if err != nil {
				return nil, "", err
			}
			chosen = append(chosen, found...)
		}
		if next = ""; len(ids) < scannedAtOnce {
			break // there are no more
		}
		next = fmt.Sprint(ids[len(ids)-1])
		p.After = next
	}
	if len(chosen) > p.Limit {
		chosen = chosen[:p.Limit]
		next = fmt.Sprint(chosen[p.Limit-1])
	}
	return chosen, next, nil
}

// belonging are those of some people who are as it's asked for, in their order.
func belonging(ctx context.Context, q store.Queryer, p Paging, ids []int64) (chosen []int64, err error) {
	var args []any
	arg := func(value any) string {
		args = append(args, value)
		return fmt.Sprintf("$%d", len(args))
	}
	among := make([]string, len(ids))
	for i, id := range ids {
		among[i] = arg(id)
	}
	where := "p.id IN (" + strings.Join(among, ", ") + ")"
	if p.Language != "" {
		where += fmt.Sprintf(" AND (p.language = %s OR substr(p.language, 1, %d) = %s)", arg(p.Language), len(p.Language)+1, arg(p.Language+"-"))
	}
	if p.Timezone != "" {
		where += " AND p.timezone = " + arg(p.Timezone)
	}
	if p.Newsletter != "" || p.State != "" {
		where += " AND EXISTS (SELECT 1 FROM subscriptions s WHERE s.subscriber = p.id"
		if p.Newsletter != "" {
			where += " AND s.newsletter = " + arg(p.Newsletter)
		}
		if p.State != "" {
			where += " AND s.state = " + arg(string(p.State))
		}
		where += ")"
	}
	found, err := numbers(ctx, q, "SELECT p.id FROM subscribers p WHERE "+where, args...)
	if err != nil {
		return nil, err
	}
	belongs := make(map[int64]bool, len(found))
	for _, id := range found {
		belongs[id] = true
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return !belongs[id] }), nil
}

// idsOf returns the numbers of so many people who may belong on a page, as an index has
// them.
func (l *List) idsOf(ctx context.Context, q store.Queryer, p Paging, limit int) ([]int64, error) {
	if p.Prefix != "" {
		after, err := l.keyAfter(ctx, q, p)
		if err != nil {
			return nil, err
		}
		// One lower bound: of two, SQLite begins at the prefix and passes over all pages before.
		prefix := strings.ToLower(p.Prefix)
		from, begin := ">=", prefix
		if after >= prefix {
			from, begin = ">", after
		}
		return numbers(ctx, q, "SELECT id FROM subscribers WHERE email_key "+from+" $1 AND email_key < $2 ORDER BY email_key LIMIT $3", begin, prefix+"\U0010FFFF", limit)
	}
	after, err := p.after()
	if err != nil {
		return nil, err
	}
	if p.Domain != "" {
		return numbers(ctx, q, "SELECT id FROM subscribers WHERE "+domainOfKey+" = $1 AND id > $2 ORDER BY id LIMIT $3", p.Domain, after, limit)
	}
	return l.idsAfter(ctx, q, p, after, limit)
}

// domainOfKey is what follows the @ of an address, word by word as the index
// subscribers_domain has it.
const domainOfKey = "substr(email_key, length(rtrim(email_key, replace(email_key, '@', ''))) + 1)"

// after is the number of the person after whom a page begins; 0: it's the first page.
func (p Paging) after() (int64, error) {
	if p.After == "" {
		return 0, nil
	}
	id, err := strconv.ParseInt(p.After, 10, 64)
	if err != nil {
		return 0, ErrUnknown
	}
	return id, nil
}

// keyAfter is the address after which a page begins. A page names the person it ended
// with and not their address: whoever turns the page may not be allowed to know it.
func (l *List) keyAfter(ctx context.Context, q store.Queryer, p Paging) (key string, err error) {
	id, err := p.after()
	if err != nil || id == 0 {
		return "", err
	}
	err = q.QueryRowContext(ctx, "SELECT email_key FROM subscribers WHERE id = $1", id).Scan(&key)
	if errors.Is(err, sql.ErrNoRows) { // erased meanwhile
		return "", ErrUnknown
	}
	if err != nil {
		return "", fmt.Errorf("list subscribers: %w", err)
	}
	return key, nil
}

// idsAfter returns the numbers of people with a place in a newsletter, or in a state.
func (l *List) idsAfter(ctx context.Context, q store.Queryer, p Paging, after int64, limit int) ([]int64, error) {
	if p.Newsletter == "" && p.State == "" {
		return numbers(ctx, q, "SELECT id FROM subscribers WHERE id > $1 ORDER BY id LIMIT $2", after, limit)
	}
	newsletters, states := []string{p.Newsletter}, []State{p.State}
	if p.Newsletter == "" {
		var err error
		if newsletters, err = l.newsletters(ctx, q); err != nil {
			return nil, err
		}
	}
	if p.State == "" {
		states = States
	}
	// Each newsletter and state has a part of the index of its own, in order.
	var parts []string
	args := []any{after, limit}
	for _, newsletter := range newsletters {
		for _, state := range states {
			args = append(args, newsletter, string(state))
			parts = append(parts, fmt.Sprintf(`
				SELECT subscriber FROM (SELECT subscriber FROM subscriptions
				WHERE newsletter = $%d AND state = $%d AND subscriber > $1 ORDER BY subscriber LIMIT $2) p%d`, len(args)-1, len(args), len(args)))
		}
	}
	if len(parts) == 0 {
		return nil, nil
	}
	return numbers(ctx, q, strings.Join(parts, " UNION ")+" ORDER BY subscriber LIMIT $2", args...)
}

// newsletters are those that anybody has a place in, or has had.
func (l *List) newsletters(ctx context.Context, q store.Queryer) (all []string, err error) {
	rows, err := q.QueryContext(ctx, "SELECT DISTINCT newsletter FROM slots ORDER BY newsletter")
	all, err = store.Collect(rows, err, store.Column[string])
	if err != nil {
		return nil, fmt.Errorf("read newsletters: %w", err)
	}
	return all, nil
}

// Counts tells whether a person has a place that a page is about.
func (s *Subscriber) Counts(p Paging) bool {
	return p.Newsletter == "" && p.State == "" || slices.ContainsFunc(s.Subscriptions, func(sub Subscription) bool {
		return (p.Newsletter == "" || sub.Newsletter == p.Newsletter) && (p.State == "" || sub.State == p.State)
	})
}

func numbers(ctx context.Context, q store.Queryer, query string, args ...any) (all []int64, err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	all, err = store.Collect(rows, err, store.Column[int64])
	if err != nil {
		return nil, fmt.Errorf("list subscribers: %w", err)
	}
	return all, nil
}

// people returns those with some numbers, in their order, with their subscriptions.
func (l *List) people(ctx context.Context, q store.Queryer, ids []int64) ([]Subscriber, error) {
	places, args := store.Listed(ids)
	among := "(" + places + ")"
	found := map[int64]*Subscriber{}
	if err := l.readPeople(ctx, q, among, args, found); err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, "SELECT "+subscriptionColumns+`
		FROM subscriptions s JOIN slots o ON o.id = s.slot WHERE s.subscriber IN `+among+" ORDER BY s.subscriber, s.newsletter", args...)
	if err != nil {
		return nil, fmt.Errorf("read subscriptions: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		sub, err := scanSubscription(rows)
		if err != nil {
			return nil, err
		}
		if person := found[sub.Subscriber]; person != nil {
			person.Subscriptions = append(person.Subscriptions, sub)
		}
	}
	all := make([]Subscriber, 0, len(ids))
	for _, id := range ids {
		if person := found[id]; person != nil { // else erased meanwhile
			all = append(all, *person)
		}
	}
	return all, rows.Err()
}

func (l *List) readPeople(ctx context.Context, q store.Queryer, among string, args []any, into map[int64]*Subscriber) error {
	rows, err := q.QueryContext(ctx, "SELECT "+subscriberColumns+" FROM subscribers WHERE id IN "+among, args...)
	if err != nil {
		return fmt.Errorf("read subscribers: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		person, err := scanSubscriber(rows)
		if err != nil {
			return err
		}
		into[person.ID] = person
	}
	return rows.Err()
}

// Lock keeps a person as they are until the transaction ends: whoever wants to change
// them waits. It's [ErrUnknown] when there's nobody.
func (l *List) Lock(ctx context.Context, tx *sql.Tx, subscriber int64) (*Subscriber, error) {
	if err := hold(ctx, tx, subscriber); err != nil {
		return nil, err
	}
	return l.Get(ctx, tx, subscriber)
}

func hold(ctx context.Context, tx *sql.Tx, subscriber int64) error {
	// Writing what is there already locks the row on both engines.
	if _, err := tx.ExecContext(ctx, "UPDATE subscribers SET id = id WHERE id = $1", subscriber); err != nil {
		return fmt.Errorf("lock subscriber: %w", err)
	}
	return nil
}
