//go:build long

package main

import (
	"context"
	"testing"
)

// An edition is opened on both databases, and goes out from several nodes.
func TestSmallEditions(t *testing.T) {
	b := small(t)
	b.messages = 5000 // of which a node part takes a fifth
	for _, part := range []func(*bench, context.Context) error{(*bench).materialise, (*bench).nodes} {
		if err := part(b, t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"open/sqlite", "open/cpu", "open/postgres", "open/wait", "nodes/1", "nodes/4"} {
		if v, ok := b.figures.median(name); !ok || v <= 0 {
			t.Errorf("%s: %v %v", name, v, ok)
		}
	}
}
