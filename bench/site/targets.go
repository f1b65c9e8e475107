package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"dailytip/subscribers"
)

// target is a kind of page.
type target struct {
	name   string
	paths  []string
	askers []string      // the header of each request, in turn: who asks; none: anybody
	load   load          // how it's asked for
	limit  time.Duration // of the 95th percentile; 0: none
	isList bool          // the pages that follow are asked for, too
}

// asker is the header of a client's request.
func (t target) asker(at int) string {
	if len(t.askers) == 0 {
		return ""
	}
	return t.askers[at%len(t.askers)] + "\r\n"
}

// crowd is how readers ask.
func (b *bench) crowd() load { return load{connections: b.connections, time: b.time} }

// few is how four people ask who each look at several pages a second, or four programs at
// many: more often than they do, so that there is something to count.
func (b *bench) few(aSecond int) load {
	return load{connections: 4, every: time.Second / time.Duration(aSecond), time: b.time}
}

// siteTargets are each edition, their list, the feed, and the page to unsubscribe of ten
// thousand readers.
func (b *bench) siteTargets(ctx context.Context) ([]target, error) {
	editions := target{name: "/archive/…/DATE"}
	for i := range past {
		editions.paths = append(editions.paths, "/archive/management/"+day(i)+"?lang="+[]string{"en", "es"}[i%2])
	}
	tokens, err := subscribers.LoadTokens(ctx, b.db)
	if err != nil {
		return nil, err
	}
	places, err := b.numbers(ctx, "SELECT id FROM subscriptions WHERE id % 97 = 0 LIMIT 10000")
	if err != nil {
		return nil, err
	}
	leave := target{name: "/u/TOKEN"}
	for _, id := range places {
		leave.paths = append(leave.paths, "/u/"+tokens.Make(subscribers.UnsubscribeLink, id))
	}
	all := []target{editions, {name: "/archive", paths: []string{"/archive", "/archive/management"}}, {name: "/feed.xml", paths: []string{"/feed.xml"}}, leave}
	for i := range all {
		all[i].load = b.crowd()
	}
	return all, nil
}

// numbers reads a column of numbers.
func (b *bench) numbers(ctx context.Context, query string) (all []int64, err error) {
	rows, err := b.db.Read().QueryContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("choose readers: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, fmt.Errorf("choose readers: %w", err)
		}
		all = append(all, n)
	}
	return all, rows.Err()
}

// each fills a pattern in with numbers.
func each(pattern string, numbers []int64) (paths []string) {
	for _, n := range numbers {
		paths = append(paths, strings.ReplaceAll(pattern, "{id}", fmt.Sprint(n)))
	}
	return paths
}
