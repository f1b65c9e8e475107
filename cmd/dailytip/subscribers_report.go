package main

import (
	"fmt"
	"strings"

	"dailytip/membership/importer"
	"dailytip/subscribers"
)

// report says what became of the rows, by kind.
func (r *importRun) report(n *importer.Result) error {
	if r.json {
		said := map[string]any{
			"added": n.Added, "added_states": n.States, "confirmed": n.Confirmed, "ended": n.Ended, "left": n.Left, "refused": n.Refused,
			"suppressed": n.Suppressed, "unchanged": n.Unchanged,
		}
		if r.options.DryRun {
			said["dry_run"], said["kinds"] = true, n.Kinds
		}
		if err := r.printJSON(said); err != nil {
			return err
		}
	} else if r.options.DryRun {
		r.printTrial(n.Kinds)
	} else {
		r.printf("%d added%s, %d there already", n.Added, perState(n.States), n.Unchanged)
		for _, part := range []struct {
			n    int
			text string
		}{
			{n.Confirmed, "were pending, and are active now"},
			{n.Ended, "were there, and have left or are suppressed now, as the file says"},
			{n.Left + n.Suppressed, "not revived (they left or are suppressed)"},
			{n.Refused, "refused"},
		} {
			if part.n > 0 {
				r.printf(", %d %s", part.n, part.text)
			}
		}
		r.printf("\n")
	}
	if n.States[subscribers.Pending] > 0 && !r.options.DryRun && r.options.Consent == subscribers.ByOperator {
		r.say("who is pending gets a mail that asks them to confirm; the running daemon sends it")
	}
	switch {
	case n.Refused > 0 && n.Good() == 0:
		return exitf(codeFailed, "no row could be read")
	case n.Refused > 0:
		return exitf(codePart, "%s refused", count(n.Refused, "row was", "rows were"))
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

// printTrial shows each kind with its examples, and what to do then.
func (r *importRun) printTrial(kinds []*importer.Kind) {
	for _, k := range kinds {
		r.printf("%d %s\n", k.Rows, k.What)
		for _, example := range k.Examples {
			r.printf("    %s\n", example)
		}
		if more := k.Rows - len(k.Examples); more > 0 {
			r.printf("    … and %d more\n", more)
		}
	}
	r.printf("\nNothing was changed: this was a dry run. The same command without --dry-run does it")
	if r.options.Consent == subscribers.ByOperator {
		r.printf("; with --confirmed you vouch for the consent of those who are active in the file, and nobody is asked")
	}
	r.printf(".\n")
}
