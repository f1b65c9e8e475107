package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"dailytip/subscribers"
)

// statusDays is how far back status counts what came back.
const statusDays = 30

// printReturns says what came back: how much, why, and from where.
func (c *command) printReturns(ctx context.Context, a *app) error {
	now := time.Now()
	counts, err := a.list.CountBounces(ctx, now.AddDate(0, 0, -statusDays))
	if err != nil {
		return err
	}
	resting, err := a.list.CountResting(ctx, now)
	if err != nil {
		return err
	}
	classes, reasons, domains, providers := map[string]int64{}, map[string]int64{}, map[string]int64{}, map[string]int64{}
	told := []subscribers.BounceClass{subscribers.HardBounce, subscribers.SoftBounce, subscribers.OursBounce, subscribers.Complaint}
	for _, b := range counts {
		if !slices.Contains(told, b.Class) {
			continue
		}
		classes[string(b.Class)] += b.Count
		reasons[b.Reason] += b.Count
		domains[b.Domain] += b.Count
		if b.Provider == "" {
			b.Provider = "others"
		}
		providers[b.Provider] += b.Count
	}
	if len(classes) == 0 {
		return nil
	}
	c.printf("came back in %d days: %s\n", statusDays, most(classes, 4))
	c.printf("  reasons: %s\n  domains: %s\n  providers: %s\n", most(reasons, 8), most(domains, 8), most(providers, 8))
	if resting > 0 {
		c.printf("  %s for a while: their mailboxes took nothing\n", count(resting, "address rests", "addresses rest"))
	}
	return nil
}

// most writes the largest of some counts, and how much all the others are.
func most(counts map[string]int64, limit int) string {
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		if counts[a] != counts[b] {
			return int(counts[b] - counts[a])
		}
		return strings.Compare(a, b)
	})
	var parts []string
	rest := int64(0)
	for i, name := range names {
		if i < limit {
			parts = append(parts, fmt.Sprintf("%d %s", counts[name], name))
		} else {
			rest += counts[name]
		}
	}
	if rest > 0 {
		parts = append(parts, fmt.Sprintf("%d elsewhere", rest))
	}
	return strings.Join(parts, ", ")
}
