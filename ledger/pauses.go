package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"dailytip/editions"
	"dailytip/store"
)

// Relay is the scope of a pause that holds everything: no relay takes mail.
const Relay = ""

// NoticesOf is the scope of a pause that holds a newsletter's notices and not its
// run: they have a sender of their own.
func NoticesOf(newsletter string) string { return newsletter + "/notices" }

// InScope is the newsletter that a pause holds by its scope, or whose notices it holds; "":
// it holds everything.
func InScope(scope string) (newsletter string, notices bool) {
	return strings.CutSuffix(scope, NoticesOf(""))
}

// PauseInfo says why nothing goes out just now. A pause is a fault of ours or
// of the relay's; it never touches a reader (P4).
type PauseInfo struct {
	Newsletter string // the scope: Relay, a newsletter's ID (its run), or NoticesOf one
	Since      time.Time
	Reason     string
	Reply      Reply
	ProbeAt    time.Time // when one mail is tried again; zero: none is, see Held
	Probes     int       // tried so far
}

// Held tells a pause that only a command ends: what the relay says to a probe proves
// nothing about its cause.
func (p PauseInfo) Held() bool { return p.ProbeAt.IsZero() }

// Pause holds a scope until a probe goes through, or, without a ProbeAt, until a command
// ends it. It replaces an earlier pause of the scope, unless that one is held. The
// notices that tell of it are enqueued in the same transaction.
func (l *Ledger) Pause(ctx context.Context, now time.Time, p PauseInfo, tell ...Notice) error {
	return l.db.Write(ctx, func(tx *sql.Tx) error {
		if changed, err := l.pause(ctx, tx, p); err != nil || !changed {
			return err
		}
		if err := l.tellPaused(ctx, tx, now, p); err != nil {
			return err
		}
		return l.enqueueAll(ctx, tx, now, tell)
	})
}

// pause reports whether it has changed anything: a pause that is held stays.
func (l *Ledger) pause(ctx context.Context, tx *sql.Tx, p PauseInfo) (changed bool, err error) {
	n, err := affected(tx.ExecContext(ctx, `
		INSERT INTO pauses (newsletter, since, reason, code, enhanced, reply, probe_at, probes)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (newsletter) DO UPDATE SET since = excluded.since, reason = excluded.reason, code = excluded.code,
			enhanced = excluded.enhanced, reply = excluded.reply, probe_at = excluded.probe_at, probes = excluded.probes
			WHERE pauses.probe_at > 0`,
		p.Newsletter, store.Millis(p.Since), p.Reason, p.Reply.Code, p.Reply.Enhanced, store.Text(p.Reply.Text), store.Millis(p.ProbeAt), p.Probes))
	if err != nil {
		return false, fmt.Errorf("pause: %w", err)
	}
	return n > 0, nil
}

// Tell enqueues what tells an operator of something that changes nothing here.
func (l *Ledger) Tell(ctx context.Context, now time.Time, all ...Notice) error {
	if len(all) == 0 {
		return nil
	}
	return l.db.Write(ctx, func(tx *sql.Tx) error { return l.enqueueAll(ctx, tx, now, all) })
}

func (l *Ledger) enqueueAll(ctx context.Context, tx *sql.Tx, now time.Time, all []Notice) error {
	for _, n := range all {
		if err := l.Enqueue(ctx, tx, now, n); err != nil {
			return err
		}
	}
	return nil
}

// Resume ends a pause that a probe ends, and reports whether there was one; if so,
// what tells an operator of it is enqueued, as of now.
func (l *Ledger) Resume(ctx context.Context, now time.Time, newsletter string, tell ...Notice) (ended bool, err error) {
	err = l.db.Write(ctx, func(tx *sql.Tx) error {
		n, err := affected(tx.ExecContext(ctx, "DELETE FROM pauses WHERE newsletter = $1 AND probe_at > 0", newsletter))
		if ended = n > 0; err != nil || !ended {
			return err
		}
		if err := l.bringForward(ctx, tx, now, newsletter); err != nil {
			return err
		}
		return l.enqueueAll(ctx, tx, now, tell)
	})
	if err != nil {
		return false, fmt.Errorf("resume: %w", err)
	}
	return ended, nil
}

// Pauses returns what is paused.
func (l *Ledger) Pauses(ctx context.Context, q store.Queryer) ([]PauseInfo, error) {
	rows, err := q.QueryContext(ctx, "SELECT newsletter, since, reason, code, enhanced, reply, probe_at, probes FROM pauses ORDER BY newsletter")
	pauses, err := store.Collect(rows, err, func(rows *sql.Rows) (p PauseInfo, err error) {
		var since, probe int64
		err = rows.Scan(&p.Newsletter, &since, &p.Reason, &p.Reply.Code, &p.Reply.Enhanced, &p.Reply.Text, &probe, &p.Probes)
		p.Since, p.ProbeAt = store.Time(since), store.Time(probe)
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("read pauses: %w", err)
	}
	return pauses, nil
}

// AllPauses returns what is paused.
func (l *Ledger) AllPauses(ctx context.Context) ([]PauseInfo, error) {
	return l.Pauses(ctx, l.db.Read())
}

// ProbeNow has all that is paused tried at once: somebody has mended something.
func (l *Ledger) ProbeNow(ctx context.Context, now time.Time) error {
	err := l.db.Write(ctx, func(tx *sql.Tx) error {
		pauses, err := l.Pauses(ctx, tx)
		if err != nil {
			return err
		}
		for _, p := range pauses {
			if err := l.probeNow(ctx, tx, now, p.Newsletter); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("hasten probes: %w", err)
	}
	return nil
}

// probeNow has one mail of a paused scope tried at once: one that was refused before
// when there's no other.
func (l *Ledger) probeNow(ctx context.Context, tx *sql.Tx, now time.Time, scope string) error {
	if err := hastenProbe(ctx, tx, now, scope); err != nil {
		return err
	}
	others, err := l.othersReady(ctx, tx, now, scope)
	if err != nil || others {
		return err
	}
	return l.bringForward(ctx, tx, now, scope)
}

// hastenProbe makes the next try of a scope due, when it's paused.
func hastenProbe(ctx context.Context, tx *sql.Tx, now time.Time, scope string) error {
	_, err := tx.ExecContext(ctx, "UPDATE pauses SET probe_at = $2 WHERE newsletter = $1 AND probe_at > $2", scope, store.Millis(now))
	return err
}

// othersReady tells whether a scope has mails that can be tried now.
func (l *Ledger) othersReady(ctx context.Context, tx *sql.Tx, now time.Time, scope string) (ready bool, err error) {
	if newsletter, notices := InScope(scope); notices {
		err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM notices WHERE "+isReady+" AND newsletter = $2)", store.Millis(now), newsletter).Scan(&ready)
		return ready, err
	}
	for after := int64(0); !ready; {
		w, err := l.lookForWork(ctx, tx, now, after)
		if err != nil || w.ID == 0 {
			return false, err
		}
		ready, after = w.ready && w.Newsletter == scope, w.ID
	}
	return ready, nil
}

// bringForward lets what was refused, and put back until the next try of its scope,
// go at once.
func (l *Ledger) bringForward(ctx context.Context, tx *sql.Tx, now time.Time, scope string) error {
	const refused = " SET next_at = $2 WHERE state = 'pending' AND next_at > $2 AND code > 0 AND "
	if newsletter, notices := InScope(scope); notices {
		_, err := tx.ExecContext(ctx, "UPDATE notices"+refused+"newsletter = $1", newsletter, store.Millis(now))
		return err
	}
	unfinished, err := l.unfinished(ctx, tx)
	if err != nil {
		return err
	}
	for _, e := range unfinished {
		if e.Newsletter != scope {
			continue
		}
		if _, err := tx.ExecContext(ctx, "UPDATE deliveries"+refused+"edition = $1 AND done_at = 0", e.ID, store.Millis(now)); err != nil {
			return err
		}
	}
	return nil
}

// paused is what a claim must leave alone. A scope's value says whether one mail
// may be tried.
type paused struct {
	all, probeAll bool
	scopes        map[string]bool
}

// lets tells whether something of an edition may be claimed.
func (p paused) lets(w work) bool {
	probe, isPaused := p.scopes[w.Newsletter]
	return w.ready && w.State == editions.Open && (probe || !isPaused)
}

// probeGap keeps several nodes, or several pages, from probing at once.
const probeGap = time.Minute

// pausedBy is what pauses hold at an instant.
func pausedBy(pauses []PauseInfo, now time.Time) paused {
	p := paused{scopes: map[string]bool{}}
	for _, one := range pauses {
		probe := !one.Held() && !one.ProbeAt.After(now)
		if one.Newsletter == Relay {
			p.all, p.probeAll = true, probe
		} else {
			p.scopes[one.Newsletter] = probe
		}
	}
	return p
}

// takeProbes reads the pauses and takes the probes that are due.
func (l *Ledger) takeProbes(ctx context.Context, tx *sql.Tx, now time.Time) (paused, error) {
	pauses, err := l.Pauses(ctx, tx)
	if err != nil {
		return paused{}, err
	}
	for _, p := range pauses {
		if p.Held() || p.ProbeAt.After(now) {
			continue
		}
		_, err := tx.ExecContext(ctx, "UPDATE pauses SET probe_at = $1 WHERE newsletter = $2", store.Millis(now.Add(probeGap)), p.Newsletter)
		if err != nil {
			return paused{}, fmt.Errorf("take probe: %w", err)
		}
	}
	return pausedBy(pauses, now), nil
}
