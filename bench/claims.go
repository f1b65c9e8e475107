package main

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
)

// claimed finds the lines of the benchmark that claims and records pages.
var claimed = regexp.MustCompile(`BenchmarkExchange/page=(\d+)/(\w+)-\d+\s.*?([0-9.]+) µs/message`)

// claims runs the ledger's own benchmark of claiming a page and recording the
// one before, in one transaction, with nothing else going on.
func (b *bench) claims(ctx context.Context) error {
	b.describe("claims")
	for range b.rounds {
		cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "BenchmarkExchange", "-benchtime", "2s", "./ledger")
		out, err := cmd.CombinedOutput()
		if err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		lines := claimed.FindAllSubmatch(out, -1)
		if len(lines) == 0 {
			return fmt.Errorf("go test -bench BenchmarkExchange ./ledger says nothing of µs/message: %s", out)
		}
		for _, l := range lines {
			each, err := strconv.ParseFloat(string(l[3]), 64)
			if err != nil {
				return err
			}
			name := fmt.Sprintf("claims/%s/%s", l[2], l[1])
			b.figures.add(name, 1e6/each)
			say("%-28s %7.0f mails/s", name, 1e6/each)
		}
	}
	return nil
}
