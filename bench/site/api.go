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
		{name: "subscribers", paths: []string{"/subscribers"}, limit: apiLimit, isList: true},
		{name: "subscribers, state", paths: []string{"/subscribers?newsletter=management&state=active", "/subscribers?state=paused"}, limit: apiLimit, isList: true},
		{name: "subscribers, prefix", paths: []string{"/subscribers?prefix=reader12", "/subscribers?prefix=reader9&state=active", "/subscribers?email=reader77%40example.net"}, limit: apiLimit, isList: true},
		{name: "subscribers/{id}", paths: each("/subscribers/{id}", readers), limit: apiLimit},
		{name: "subscribers/{id}/history", paths: each("/subscribers/{id}/history", readers), limit: apiLimit},
		{name: "editions", paths: []string{"/editions"}, limit: apiLimit, isList: true},
		{name: "editions/{newsletter}/{date}", paths: []string{edition}, limit: apiLimit},
		{name: "deliveries", paths: []string{edition + "/deliveries"}, limit: apiLimit, isList: true},
		{name: "deliveries, failed", paths: []string{edition + "/deliveries?state=failed"}, limit: apiLimit, isList: true},
		{name: "plan", paths: []string{"/plan", "/plan?days=90"}},
		{name: "tips", paths: []string{"/tips"}},
		{name: "tips/lint", paths: []string{"/tips/lint"}},
		{name: "status", paths: []string{"/status"}},
	}
	for i := range all {
		t := &all[i]
		t.name, t.askers, t.load = base+"/"+t.name, askers, b.few(20)
		for k, path := range t.paths {
			t.paths[k] = base + path
		}
		if !t.isList {
			continue
		}
		next, err := b.pagesAfter(ctx, t.paths, askers[0])
		if err != nil {
			return nil, err
		}
		t.paths = append(t.paths, next...)
	}
	return all, nil
}

// pagesAfter are the pages that follow some, as far as there are any: five of each.
func (b *bench) pagesAfter(ctx context.Context, paths []string, asker string) ([]string, error) {
	var all []string
	for _, path := range paths {
		cursor := ""
		for range 5 {
			next, err := b.next(ctx, path+cursor, asker)
			if err != nil {
				return nil, err
			}
			if next == "" {
				break
			}
			cursor = "?cursor=" + next
			if strings.Contains(path, "?") {
				cursor = "&cursor=" + next
			}
			all = append(all, path+cursor)
		}
	}
	return all, nil
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
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("GET %s: %s", path, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(&page); err != nil {
		return "", fmt.Errorf("GET %s: %w", path, err)
	}
	return page.Next, nil
}
