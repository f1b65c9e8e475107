package main

import (
	"context"
	"fmt"
	"time"

	"dailytip/test/sink"
)

// nodes measures one, two and four daemons on one PostgreSQL. The relay takes
// 5 ms for each mail, and each node brings as many connections: so neither the
// relay nor this machine's processors are the limit, but the connections are. All
// begin when they have shared the connections.
// smtp-sink can only be slowed by whole seconds; this sink is ours.
func (b *bench) nodes(ctx context.Context) error {
	b.describe("nodes")
	m, err := b.mailOf(ctx, 8)
	if err != nil {
		return err
	}
	slow := sink.New(sink.Options{Delay: 5 * time.Millisecond, Blind: true})
	defer slow.Close()
	door, err := slow.Door()
	if err != nil {
		return err
	}
	defer door.Shut()
	for round := range b.rounds {
		for _, n := range []int{1, 2, 4} {
			o, err := b.run(ctx, setting{
				mail: m, n: max(b.messages/2, 1000), engine: "postgres", inFlight: 32, connections: n * b.connections, port: door.Port, nodes: n,
			})
			if err != nil {
				return err
			}
			b.note(fmt.Sprintf("nodes/%d", n), o, round)
		}
	}
	return nil
}
