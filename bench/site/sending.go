package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	// leastSending is how much of its rate sending keeps, at least, while the pages are
	// used.
	leastSending = 0.9
	slice        = 3 * time.Second
	rounds       = 4
)

// sending compares how fast mails go out while people and programs use the pages with how
// fast they do while nobody does. The slices alternate within one edition, so that
// whatever else the machine does falls on both.
func (b *bench) sending(ctx context.Context, admin, api []target) (slow []string, err error) {
	people, programs := together(admin), together(api)
	people.load = load{connections: 4, every: time.Second, time: slice}
	programs.load = load{connections: 4, every: 200 * time.Millisecond, time: slice}
	if err := b.refill(ctx, 4*rounds*slice); err != nil {
		return nil, err
	}
	var ratios []float64
	var with, without int
	for range rounds {
		var used, quiet int
		for _, pages := range []bool{false, true, true, false} {
			before := b.relay.Received()
			if err := b.slice(ctx, pages, people, programs); err != nil {
				return nil, err
			}
			if sent := b.relay.Received() - before; pages {
				used += sent
			} else {
				quiet += sent
			}
		}
		with, without = with+used, without+quiet
		ratios = append(ratios, float64(used)/math.Max(float64(quiet), 1))
	}
	ratio := float64(with) / math.Max(float64(without), 1)
	seconds := (2 * rounds * slice).Seconds()
	_, _ = fmt.Fprintf(b.out, "sending while four people ask for a page each second, and programs for 20: %.0f mails/s; while nobody does: %.0f; ratio %.3f (%.3f to %.3f)\n",
		float64(with)/seconds, float64(without)/seconds, ratio, slices.Min(ratios), slices.Max(ratios))
	if ratio < leastSending {
		slow = append(slow, fmt.Sprintf("sending keeps %.3f of its rate while the pages are used, and has to keep %.2f", ratio, leastSending))
	}
	return slow, nil
}

// slice lasts for its time, with the pages in use or not.
func (b *bench) slice(ctx context.Context, pages bool, people, programs target) error {
	if !pages {
		select {
		case <-ctx.Done():
		case <-time.After(slice):
		}
		return ctx.Err()
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, t := range []target{people, programs} {
		group.Go(func() error {
			_, err := t.load.ask(ctx, b.address, t)
			return err
		})
	}
	return group.Wait()
}

// together is a bit of each target: an address of each in turn.
func together(all []target) (t target) {
	t.askers = all[0].askers
	for i := range 10 {
		for _, one := range all {
			t.paths = append(t.paths, one.paths[i%len(one.paths)])
		}
	}
	return t
}
