package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"dailytip/editions"
	"dailytip/store"
)

// The kinds of entries of a journal.
const (
	EntryBegin  = "begin"  // an edition has something to send, for the first time or for a later zone
	EntryEnd    = "end"    // nothing of it is left
	EntryAction = "action" // an [Action] was noted
)

// Entry is something that a daemon should tell in its log.
type Entry struct {
	Kind   string
	Counts Counts        // of an edition's begin or end
	Took   time.Duration // since its begin
	Action Action
}

// recentEditions is how long after it was first opened an edition is looked at
// although nothing of it waits: what goes out between two looks.
const recentEditions = 8 * 24 * time.Hour

// Journal notes which editions have begun or ended since the last look and what
// was done by command, and returns it. Each entry is returned once, on one node.
func (l *Ledger) Journal(ctx context.Context, now time.Time) ([]Entry, error) {
	unfinished, err := l.unfinished(ctx, l.db.Read())
	if err != nil {
		return nil, err
	}
	open := map[int64]bool{}
	for _, e := range unfinished {
		open[e.ID] = true
	}
	underWay, err := l.underWay(ctx, now)
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for _, t := range underWay {
		more, err := l.noteChange(ctx, now, t, open[t.edition.ID])
		if err != nil {
			return entries, err
		}
		entries = append(entries, more...)
	}
	actions, err := l.unlogged(ctx, now)
	for _, a := range actions {
		entries = append(entries, Entry{Kind: EntryAction, Action: a})
	}
	return entries, err
}

// noted is an edition as the journal last noted it.
type noted struct {
	edition      editions.Edition
	began, ended int64
	changed      int64 // when something of it was last opened or sent; 0: never
}

// underWay reads the editions that may have begun or ended.
func (l *Ledger) underWay(ctx context.Context, now time.Time) ([]noted, error) {
	const columns = `SELECT e.id, e.newsletter, e.local_date, e.state, e.began_at, e.ended_at,
		COALESCE((SELECT MAX(c.at) FROM counters c WHERE c.edition = e.id), 0) FROM editions e`
	rows, err := l.db.Read().QueryContext(ctx, columns+" WHERE e.id >= $1 UNION "+columns+" WHERE e.began_at > 0 AND e.ended_at = 0",
		store.FirstID(now.Add(-recentEditions)))
	all, err := store.Collect(rows, err, func(rows *sql.Rows) (u noted, err error) {
		err = rows.Scan(&u.edition.ID, &u.edition.Newsletter, &u.edition.LocalDate, &u.edition.State, &u.began, &u.ended, &u.changed)
		return u, err
	})
	if err != nil {
		return nil, fmt.Errorf("read editions under way: %w", err)
	}
	return all, nil
}

// noteChange notes an edition's begin, its end, or both when it went out between two
// looks.
func (l *Ledger) noteChange(ctx context.Context, now time.Time, u noted, open bool) ([]Entry, error) {
	resting := u.began == 0 || u.ended > 0
	if resting && (u.edition.State != editions.Open || !open && u.changed <= u.ended) || !resting && open {
		return nil, nil
	}
	var entries []Entry
	err := l.db.Write(ctx, func(tx *sql.Tx) error {
		entries = nil
		began := u.began
		if resting {
			began = store.Millis(now)
			if !open {
				began = u.changed
			}
			// Another node may have been first.
			first, err := editions.Begin(ctx, tx, u.edition.ID, began, u.began, u.ended)
			if err != nil || !first {
				return err
			}
			if err := l.enter(ctx, tx, &entries, Entry{Kind: EntryBegin}, u.edition); err != nil {
				return err
			}
		}
		if open {
			return nil
		}
		first, err := editions.End(ctx, tx, u.edition.ID, max(store.Millis(now), u.changed), began)
		if err != nil || !first {
			return err
		}
		if err := l.enter(ctx, tx, &entries, Entry{Kind: EntryEnd, Took: now.Sub(store.Time(began))}, u.edition); err != nil {
			return err
		}
		return l.tellEnd(ctx, tx, now, entries[len(entries)-1].Counts)
	})
	if err != nil {
		return nil, fmt.Errorf("note the begin or end of an edition: %w", err)
	}
	return entries, nil
}

func (l *Ledger) enter(ctx context.Context, tx *sql.Tx, entries *[]Entry, e Entry, edition editions.Edition) (err error) {
	e.Counts, err = l.Count(ctx, tx, edition)
	*entries = append(*entries, e)
	return err
}

// unlogged takes the actions that no daemon has logged yet, oldest first.
func (l *Ledger) unlogged(ctx context.Context, now time.Time) (actions []Action, err error) {
	var waiting bool
	err = l.db.Read().QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM actions WHERE logged_at = 0)").Scan(&waiting)
	if err != nil || !waiting {
		return nil, err
	}
	err = l.db.Write(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, "UPDATE actions SET logged_at = $1 WHERE logged_at = 0 RETURNING "+actionColumns, store.Millis(now))
		actions, err = store.Collect(rows, err, scanAction)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("take actions: %w", err)
	}
	slices.SortFunc(actions, func(a, b Action) int { return cmp.Compare(a.ID, b.ID) })
	return actions, nil
}
