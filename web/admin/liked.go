package admin

import (
	"cmp"
	"html/template"
	"maps"
	"slices"

	"dailytip/editions"
	"dailytip/scheduler"
)

// likedView is what readers said of a tip.
type likedView struct {
	Tip             template.HTML
	Useful, Useless string
	Share           string
}

const (
	fewestVotes = 5  // that say something
	mostLiked   = 10 // on each side
)

// liked are the tips of a newsletter that most readers called useful, best first, and those
// that fewest did, worst first. A tip is one or the other.
func (a *Admin) liked(v *visit, n *scheduler.Newsletter) (best, worst []likedView, err error) {
	tallies, err := a.Editions.Tallies(v.Context(), []string{n.ID})
	if err != nil {
		return nil, nil, err
	}
	maps.DeleteFunc(tallies, func(_ string, t editions.Tally) bool { return t.Useful+t.Useless < fewestVotes })
	tips := slices.SortedFunc(maps.Keys(tallies), func(x, y string) int {
		a, b := tallies[x], tallies[y]
		return cmp.Or(cmp.Compare(useful(b), useful(a)), cmp.Compare(b.Useful, a.Useful), cmp.Compare(a.Useless, b.Useless), cmp.Compare(x, y))
	})
	end := min(mostLiked, len(tips))
	if len(tips) < 2*mostLiked {
		end = (len(tips) + 1) / 2
	}
	view := func(id string) likedView {
		t := tallies[id]
		return likedView{Tip: a.tipLink(n, id, tipTitle(n, id)), Useful: grouped(t.Useful), Useless: grouped(t.Useless), Share: percent(useful(t))}
	}
	for _, id := range tips[:end] {
		best = append(best, view(id))
	}
	for _, id := range slices.Backward(tips[max(end, len(tips)-mostLiked):]) {
		worst = append(worst, view(id))
	}
	return best, worst, nil
}

// useful is the share of those who called a tip useful.
func useful(t editions.Tally) float64 { return float64(t.Useful) / float64(t.Useful+t.Useless) }
