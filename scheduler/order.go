package scheduler

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"

	"dailytip/tips"
)

// Order is how a newsletter goes through its library.
type Order string

// The orders. Tips that tie, such as those without a date of creation, are ordered by
// their ids.
const (
	Shuffle     Order = "shuffle" // a permutation that is the newsletter's own and stays
	Oldest      Order = "oldest"  // by created; tips without it come first
	Newest      Order = "newest"  // by created; tips without it come last
	CourseOrder Order = "course"  // by id, each reader from the first
)

// choosable returns the tips of a library that a newsletter may choose from, in
// its order. They point into the library's snapshot, which never changes.
func choosable(library []tips.Tip, tags []string, order Order, newsletter string, withhold func(*tips.Tip) bool) []*tips.Tip {
	type ranked struct {
		tip  *tips.Tip
		rank uint64
	}
	var all []ranked
	for i := range library {
		t := &library[i]
		if t.Draft || !hasTag(t, tags) || withhold != nil && withhold(t) {
			continue
		}
		r := ranked{tip: t}
		if order == Shuffle {
			// By hash: a tip that joins takes a place among the others and
			// leaves their order as it was.
			sum := sha256.Sum256([]byte(newsletter + "\x00" + t.ID))
			r.rank = binary.BigEndian.Uint64(sum[:])
		}
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b ranked) int {
		by := cmp.Compare(a.rank, b.rank)
		switch order {
		case Oldest:
			by = a.tip.Created.Compare(b.tip.Created)
		case Newest:
			by = b.tip.Created.Compare(a.tip.Created)
		}
		return cmp.Or(by, cmp.Compare(a.tip.ID, b.tip.ID))
	})
	out := make([]*tips.Tip, len(all))
	for i := range all {
		out[i] = all[i].tip
	}
	return out
}

// hasTag tells whether a tip has one of the tags; no tags: any tip does.
func hasTag(t *tips.Tip, tags []string) bool {
	return len(tags) == 0 || slices.ContainsFunc(t.Tags, func(has string) bool {
		return slices.ContainsFunc(tags, func(want string) bool { return strings.EqualFold(has, want) })
	})
}
