package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// apiLimit is how soon nineteen of twenty answers to programs that list or get something
// have to come.
const apiLimit = 50 * time.Millisecond

// programs is how many tokens share the requests: one alone is limited to fewer than are
// asked.
const programs = 12

const base = "/api/v1"

// apiTargets are what programs ask for.
func (b *bench) apiTargets(ctx context.Context, readers []int64) ([]target, error) {
	var askers []string
	for i := range programs {
		text, err := b.in.Run(ctx, []string{"tokens", "new", fmt.Sprintf("program%d", i), "--scope", "read"})
		if err != nil {
			return nil, err
		}
		askers = append(askers, "Authorization: Bearer "+strings.TrimSpace(text))
	}
	edition := "/editions/management/" + b.today
	all := []target{
		{name: "subscribers", paths: []string{"/subscribers"}},
		{name: "subscribers, state", paths: []string{"/subscribers?newsletter=management&state=active", "/subscribers?state=paused"}},
		{name: "subscribers, prefix", paths: []string{"/subscribers?prefix=reader12", "/subscribers?prefix=reader9&state=active", "/subscribers?email=reader77%40example.net"}},
		{name: "subscribers/{id}", paths: each("/subscribers/{id}", readers)},
		{name: "subscribers/{id}/history", paths: each("/subscribers/{id}/history", readers)},
		{name: "editions", paths: []string{"/editions"}},
		{name: "editions/{newsletter}/{date}", paths: []string{edition}},
		{name: "deliveries", paths: []string{edition + "/deliveries"}},
		{name: "deliveries, failed", paths: []string{edition + "/deliveries?state=failed"}},
		{name: "plan", paths: []string{"/plan", "/plan?days=90"}},
		{name: "tips", paths: []string{"/tips"}},
		{name: "tips/lint", paths: []string{"/tips/lint"}},
		{name: "status", paths: []string{"/status"}},
	}
	for i := range all {
		t := &all[i]
		if strings.HasPrefix(t.name, "subscribers") || strings.HasPrefix(t.name, "editions") || strings.HasPrefix(t.name, "deliveries") {
			t.limit = apiLimit
		}
		t.name, t.askers, t.load = base+"/"+t.name, askers, b.few(20)
		for k, path := range t.paths {
			t.paths[k] = base + path
		}
	}
	for _, i := range []int{0, 1, 2, 5, 7, 8} { // lists
		next, err := b.pagesAfter(ctx, all[i].paths, askers[0])
		if err != nil {
			return nil, err
		}
		all[i].paths = append(all[i].paths, next...)
	}
	return all, nil
}

// pagesAfter are the pages that follow some, as far as there are any: five of each.
func (b *bench) pagesAfter(ctx context.Context, paths []string, asker string) (all []string, err error) {
	for _, path := range paths {
		cursor := ""
		for range 5 {
			next := ""
			if next, err = b.next(ctx, path+cursor, asker); err != nil || next == "" {
				break
			}
			cursor = "?cursor=" + next
			if strings.Contains(path, "?") {
				cursor = "&cursor=" + next
			}
			all = append(all, path+cursor)
		}
	}
	return all, err
}

// next is the cursor of the page after one; "": there is none.
func (b *bench) next(ctx context.Context, path, asker string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+b.address+path, nil)
	if err != nil {
		return "", err
	}
	name, value, _ := strings.Cut(asker, ": ")
	r.Header.Set(name, value)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	var page struct{ Next string }
	if err := json.NewDecoder(resp.Body).Decode(&page); err != nil || resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("GET %s: %s, %w", path, resp.Status, err)
	}
	return page.Next, nil
}
