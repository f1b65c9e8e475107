package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"dailytip/subscribers"
)

// How far back status counts what came back.
const (
	statusDays     = 30
	statusLateDays = 7
)

// bounceLines are what came back of a newsletter, or of all.
type bounceLines struct {
	Lately bounceCounts `json:"days_7"`
	All    bounceCounts `json:"days_30"`
}

// bounceCounts count what came back by what was said, why, and from where.
type bounceCounts struct {
	Classes   map[string]int64 `json:"classes"`
	Reasons   map[string]int64 `json:"reasons"`
	Domains   map[string]int64 `json:"domains"`
	Providers map[string]int64 `json:"providers"` // "": nobody knows who runs the mailbox
}

func (l *bounceLines) add(b subscribers.BounceCount) {
	l.Lately.add(b, b.Lately)
	l.All.add(b, b.Count)
}

func newBounceCounts() bounceCounts {
	c := bounceCounts{map[string]int64{}, map[string]int64{}, map[string]int64{}, map[string]int64{}}
	for _, class := range subscribers.ToldClasses() {
		c.Classes[string(class)] = 0
	}
	return c
}

func (c bounceCounts) add(b subscribers.BounceCount, n int64) {
	if n > 0 {
		c.Classes[string(b.Class)] += n
		c.Reasons[b.Reason] += n
		c.Domains[b.Domain] += n
		c.Providers[b.Provider] += n
	}
}

// returns counts what came back of each newsletter, and of all together as "".
func (a *app) returns(ctx context.Context, now time.Time) (map[string]*bounceLines, error) {
	counts, err := a.list.CountBounces(ctx, now.AddDate(0, 0, -statusDays), now.AddDate(0, 0, -statusLateDays))
	if err != nil {
		return nil, err
	}
	its := map[string]*bounceLines{"": {newBounceCounts(), newBounceCounts()}}
	for _, n := range a.config.Newsletters {
		its[n.ID] = &bounceLines{newBounceCounts(), newBounceCounts()}
	}
	for _, b := range counts {
		if !slices.Contains(subscribers.ToldClasses(), b.Class) {
			continue
		}
		its[""].add(b)
		if lines := its[b.Newsletter]; lines != nil { // else it has left the configuration
			lines.add(b)
		}
	}
	return its, nil
}

// printReturns says what came back: how much of each newsletter, why, and from where.
func (c *command) printReturns(ctx context.Context, a *app) error {
	its, err := a.returns(ctx, time.Now())
	if err != nil {
		return err
	}
	all := its[""]
	if len(all.All.Reasons) == 0 {
		return nil
	}
	c.printf("came back in %d days (in %d):\n", statusDays, statusLateDays)
	for _, n := range a.config.Newsletters {
		if lines := its[n.ID]; len(lines.All.Reasons) > 0 {
			c.printf("  %s: %s\n", n.ID, most(lines.All.Classes, lines.Lately.Classes, 4))
		}
	}
	c.printf("  reasons: %s\n", most(all.All.Reasons, all.Lately.Reasons, 8))
	c.printf("  domains: %s\n", most(all.All.Domains, all.Lately.Domains, 8))
	c.printf("  providers: %s\n", most(all.All.Providers, all.Lately.Providers, 8))
	return nil
}

// printResting says how many addresses get nothing for a while, also when what it came
// of counts no more.
func (c *command) printResting(ctx context.Context, a *app) error {
	resting, err := a.list.CountResting(ctx, time.Now())
	if err == nil && resting > 0 {
		c.printf("%s for a while: their mailboxes took nothing\n", count(resting, "address rests", "addresses rest"))
	}
	return err
}

// printFailingDoors says by which ways nothing that comes back can be taken.
func (c *command) printFailingDoors(ctx context.Context, a *app) error {
	failing, err := a.intake.FailingDoors(ctx)
	if err != nil {
		return err
	}
	for _, d := range failing {
		c.printf("bounces can't be taken: %s, since %s: %s\n", d.Name, instant(d.Since), d.Fault)
	}
	return nil
}

// most writes the largest of some counts, with how many are of late, and how much all
// the others are.
func most(counts, lately map[string]int64, limit int) string {
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a, b))
	})
	var parts []string
	var rest, late int64
	for i, name := range names {
		switch {
		case counts[name] == 0:
		case i < limit:
			parts = append(parts, fmt.Sprintf("%d (%d) %s", counts[name], lately[name], cmp.Or(name, "unknown")))
		default:
			rest += counts[name]
			late += lately[name]
		}
	}
	if rest > 0 {
		parts = append(parts, fmt.Sprintf("%d (%d) others", rest, late))
	}
	return strings.Join(parts, ", ")
}
