package scheduler

import (
	"context"
	"fmt"
	"slices"
	"time"

	"dailytip/ledger"
	"dailytip/tips"
)

const (
	// warnEach is how often a tick looks for what will go wrong.
	warnEach = 15 * time.Minute
	// warnDays is for how many days ahead: a day at least is left to mend it, also for
	// readers in the far east.
	warnDays = 3
	// stands is how long a file that isn't due yet may be broken before the operator
	// hears of it: people save what they haven't finished.
	stands = time.Hour
)

// warn tells the operator what will go wrong in the next days, each once: pinned tips
// that can't go out, tips that wait for an approval, and files that were saved broken.
func (t *tick) warn(ctx context.Context) error {
	if last, ok := t.warned[t.n.ID]; ok && t.now.Sub(last) < warnEach && !t.now.Before(last) {
		return nil
	}
	if someone, err := t.List.HasReaders(ctx, t.n.ID, t.now.Add(time.Millisecond)); err != nil || !someone {
		return err // nobody misses anything
	}
	var coming []tips.Tip // that goes out in the next days
	if t.n.Order != CourseOrder {
		c, err := t.calendar(ctx)
		if err != nil {
			return err
		}
		from := t.n.Upcoming(t.now)
		for _, a := range c.Astray(from, warnDays) {
			if err := t.warnOfPin(ctx, a); err != nil {
				return err
			}
		}
		plan := c.Plan(from, warnDays)
		for _, choice := range plan {
			coming = append(coming, choice.Tip)
		}
		if err := t.remind(ctx, plan); err != nil {
			return err
		}
	}
	if err := t.warnOfFiles(ctx, coming); err != nil {
		return err
	}
	t.warned[t.n.ID] = t.now
	return nil
}

// warnOfPin names the tip in its subject, so that the operator is also told of another
// one that is pinned in its place and can't go out either.
func (t *tick) warnOfPin(ctx context.Context, a Astray) error {
	return t.Ledger.TellOnce(ctx, t.now, ledger.Warning{
		Newsletter: t.n.ID, LocalDate: a.Date.String(), Subject: fmt.Sprintf("%s, pinned to %s, can't go out", a.Tip, a.Date),
		Text: fmt.Sprintf("%s: %s.\n\nMend the tip, pin another (dailytip plan pin %[1]s TIP), or take the pin back.\n"+
			"dailytip plan shows what goes out as it is.\n", a.Date, a.Why),
	})
}

// warnOfFiles tells of files that can't be used as they are: at once when their tip is
// due, else when that has been so for a while. One that was mended is told of anew when
// it breaks again.
func (t *tick) warnOfFiles(ctx context.Context, coming []tips.Tip) error {
	faults, since := t.n.Unusable(), map[string]time.Time{}
	for _, f := range faults {
		since[f.Path] = t.now
		if before, ok := t.broken[t.n.ID][f.Path]; ok {
			since[f.Path] = before
		}
		due := slices.ContainsFunc(coming, func(tip tips.Tip) bool { return len(tips.FaultsOf(tip, []tips.Fault{f})) > 0 })
		if !due && (t.now.Sub(since[f.Path]) < stands || t.sharesLibrary()) {
			continue
		}
		text := fmt.Sprintf("%s\n\nMend it, or take draft: true into it. dailytip tips lint shows all that is wrong.\n", f)
		if due {
			text = "Its tip goes out in the next days: as it was when it was last read without a fault, or\nnot at all once the daemon is started again.\n\n" + text
		}
		if err := t.Ledger.TellOnce(ctx, t.now, ledger.Warning{Newsletter: t.n.ID, Subject: unusable(f.Path), Text: text}); err != nil {
			return err
		}
	}
	if err := t.Ledger.Mended(ctx, t.n.ID, t.mended(since)); err != nil {
		return err
	}
	t.broken[t.n.ID] = since
	return nil
}

// unusable is the subject of a warning about a file.
func unusable(path string) string { return path + " can't be used as it is" }

// mended are the subjects of warnings about files that this node saw broken before, and
// not now. Other nodes may have other copies of the library: what they see is theirs.
func (t *tick) mended(broken map[string]time.Time) (subjects []string) {
	for path := range t.broken[t.n.ID] {
		if _, still := broken[path]; !still {
			subjects = append(subjects, unusable(path))
		}
	}
	return subjects
}

// sharesLibrary tells whether a newsletter before this one has the same library, and
// tells of its files.
func (t *tick) sharesLibrary() bool {
	for i := range t.Newsletters {
		if n := &t.Newsletters[i]; n.Library == t.n.Library {
			return n.ID != t.n.ID
		}
	}
	return false
}
