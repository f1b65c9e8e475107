package subscribers

import (
	"testing"
	"time"
)

func TestDecide(t *testing.T) {
	now := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	good, long := now.Add(-5*24*time.Hour), now.Add(-softSpan)
	hard := func(editions ...int64) map[mailKey]bool {
		keys := map[mailKey]bool{}
		for _, e := range editions {
			keys[mailKey{edition: e}] = true
		}
		return keys
	}
	soft := func(n int64) map[int64]bool {
		editions := map[int64]bool{}
		for e := range n {
			editions[100+e] = true
		}
		return editions
	}
	for name, tt := range map[string]struct {
		past   past
		many   bool
		class  BounceClass
		reason string
		want   Decision
	}{
		"an address that never worked":               {past: past{}, class: HardBounce, want: Barring},
		"one that worked":                            {past: past{good: good}, class: HardBounce, want: Marked},
		"the same mail said so before":               {past: past{good: good, hard: hard(1)}, class: HardBounce, want: Marked},
		"another mail said so before":                {past: past{good: good, hard: hard(2)}, class: HardBounce, want: Barring},
		"so do many of its domain":                   {past: past{}, many: true, class: HardBounce, want: HeldBack},
		"so do many, and another mail said it":       {past: past{good: good, hard: hard(2)}, many: true, class: HardBounce, want: HeldBack},
		"the first soft one":                         {past: past{}, class: SoftBounce, want: Counted},
		"the fifth within a day":                     {past: past{soft: soft(4), softSince: now.Add(-24 * time.Hour)}, class: SoftBounce, want: Counted},
		"the fifth over a week":                      {past: past{soft: soft(4), softSince: long}, class: SoftBounce, want: Resting},
		"the fourth over a week":                     {past: past{soft: soft(3), softSince: long}, class: SoftBounce, want: Counted},
		"the same edition again and again":           {past: past{soft: map[int64]bool{1: true, 2: true, 3: true, 4: true}, softSince: long}, class: SoftBounce, want: Counted},
		"a mail from before the rest":                {past: past{soft: soft(5), softSince: long, resting: true}, class: SoftBounce, want: Counted},
		"the try after a rest":                       {past: past{soft: soft(5), softSince: long}, class: SoftBounce, want: Resting},
		"many soft ones of its domain":               {past: past{}, many: true, class: SoftBounce, want: Counted},
		"a complaint":                                {past: past{good: good}, class: Complaint, reason: "feedback", want: Barring},
		"a mail that unsubscribes":                   {past: past{good: good}, class: Complaint, reason: Unsubscribing, want: Leaving},
		"our own fault":                              {past: past{}, class: OursBounce, want: Ignored},
		"an automatic reply":                         {past: past{}, class: "reply", want: Ignored},
		"what is said of a mail that is on its way":  {past: past{}, class: "delayed", want: Ignored},
		"many, who complain":                         {past: past{}, many: true, class: Complaint, want: Barring},
		"many, for a fault of ours":                  {past: past{}, many: true, class: OursBounce, want: Ignored},
		"one whose mark was cleared by a quiet mail": {past: past{good: good, hard: hard()}, class: HardBounce, want: Marked},
	} {
		if tt.past.soft == nil {
			tt.past.soft = map[int64]bool{}
		}
		if got := decide(tt.past, tt.many, Bounce{Edition: 1, Class: tt.class, Reason: tt.reason}, now); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}
