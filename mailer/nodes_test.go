package mailer

import (
	"testing"

	"dailytip/ledger"
)

// However many nodes there are, what a relay allows is divided among them without rest.
func TestSharesAddUp(t *testing.T) {
	for n := range 20 {
		for nodes := 1; nodes <= 5; nodes++ {
			sum := 0
			for rank := range nodes {
				share := shareOf(n, ledger.Place{Rank: rank, Nodes: nodes})
				if sum += share; share < n/nodes || share > n/nodes+1 {
					t.Errorf("node %d of %d gets %d of %d", rank, nodes, share, n)
				}
			}
			if sum != n {
				t.Errorf("%d nodes get %d of %d", nodes, sum, n)
			}
		}
	}
	if got := shareOf(8, ledger.Place{}); got != 8 {
		t.Errorf("before the nodes are known: %d of 8", got)
	}
}
