package main

import (
	"fmt"
	"strings"

	"dailytip/subscribers"
)

// sum counts the rows with one of some results.
func (r *importRun) sum(results ...subscribers.Result) (n int) {
	for what, count := range r.counts {
		for _, result := range results {
			if what.result == result {
				n += count
			}
		}
	}
	return n
}

// report says what became of the rows, by kind.
func (r *importRun) report() error {
	added := r.sum(subscribers.Created)
	confirmed, ended := r.sum(subscribers.Confirmed), r.sum(subscribers.Ended)
	left, barred, unchanged := r.sum(subscribers.Left), r.sum(subscribers.Barred), r.sum(subscribers.Unchanged)
	states := map[subscribers.State]int{}
	for what, n := range r.counts {
		if what.result == subscribers.Created {
			states[what.state] += n
		}
	}
	if r.json {
		said := map[string]any{
			"added": added, "added_states": states, "confirmed": confirmed, "ended": ended, "left": left, "refused": r.refused,
			"suppressed": barred, "unchanged": unchanged,
		}
		if r.dryRun {
			said["dry_run"], said["kinds"] = true, r.trial.kinds
		}
		if err := r.printJSON(said); err != nil {
			return err
		}
	} else if r.dryRun {
		r.printTrial()
	} else {
		r.printf("%d added%s, %d there already", added, perState(states), unchanged)
		for _, part := range []struct {
			n    int
			text string
		}{
			{confirmed, "were pending, and are active now"},
			{ended, "were there, and have left or are suppressed now, as the file says"},
			{left + barred, "not revived (they left or are suppressed)"},
			{r.refused, "refused"},
		} {
			if part.n > 0 {
				r.printf(", %d %s", part.n, part.text)
			}
		}
		r.printf("\n")
	}
	if states[subscribers.Pending] > 0 && !r.dryRun && r.consent == subscribers.ByOperator {
		r.say("who is pending gets a mail that asks them to confirm; the running daemon sends it")
	}
	good := added + confirmed + ended + left + barred + unchanged
	switch {
	case r.refused > 0 && good == 0:
		return exitf(codeFailed, "no row could be read")
	case r.refused > 0:
		return exitf(codePart, "%s refused", count(r.refused, "row was", "rows were"))
	}
	return nil
}

// perState writes how many of those who were added are in which state, when not
// all are active.
func perState(states map[subscribers.State]int) string {
	var parts []string
	for _, s := range []subscribers.State{subscribers.Active, subscribers.Pending, subscribers.Paused, subscribers.Unsubscribed, subscribers.Suppressed} {
		if states[s] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", states[s], s))
		}
	}
	if len(parts) == 0 || len(parts) == 1 && states[subscribers.Active] > 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}
