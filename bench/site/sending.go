package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// leastSending is how much of its rate sending keeps, at least, while the pages are
// used.
const leastSending = 0.9

// sending compares how fast mails go out while people and programs use the pages with how
// fast they do while nobody does. The slices alternate, so that whatever else the machine
// does falls on both.
func (b *bench) sending(ctx context.Context, admin, api []target) (slow []string, err error) {
	byPeople, byPrograms := together(admin), together(api)
	byPeople.load = load{connections: 4, every: time.Second, time: b.sliceTime}
	byPrograms.load = load{connections: 4, every: 200 * time.Millisecond, time: b.sliceTime}
	if err := b.refill(ctx, time.Duration(4*b.rounds)*b.sliceTime); err != nil {
		return nil, err
	}
	var ratios []float64
	var with, without int
	for range b.rounds {
		var used, quiet int
		for _, pages := range []bool{false, true, true, false} {
			before := b.relay.Received()
			if err := b.askAsThey(ctx, pages, byPeople, byPrograms); err != nil {
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
	seconds := 2 * float64(b.rounds) * b.sliceTime.Seconds()
	_, _ = fmt.Fprintf(b.out, "sending while four people ask for a page each second, and programs for 20: %.0f mails/s; while nobody does: %.0f; ratio %.3f (%.3f to %.3f)\n",
		float64(with)/seconds, float64(without)/seconds, ratio, slices.Min(ratios), slices.Max(ratios))
	if ratio < leastSending {
		slow = append(slow, fmt.Sprintf("sending keeps %.3f of its rate while the pages are used, and has to keep %.2f", ratio, leastSending))
	}
	return slow, nil
}

// askAsThey asks for pages during a slice as people and programs do, or for none.
func (b *bench) askAsThey(ctx context.Context, pages bool, byPeople, byPrograms target) error {
	if !pages {
		select {
		case <-ctx.Done():
		case <-time.After(b.sliceTime):
		}
		return ctx.Err()
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, t := range []target{byPeople, byPrograms} {
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
