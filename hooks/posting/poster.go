package posting

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"dailytip/hooks"
	"dailytip/ledger"
	"dailytip/safetext"
	"dailytip/store"
)

// Options are what [New] needs.
type Options struct {
	DB        *store.DB
	Queue     *hooks.Queue
	Ledger    *ledger.Ledger // tells the operator of an endpoint that was given up
	Endpoints []hooks.Endpoint
	// Exclusive: no other daemon uses the database, so what is held was a dead one's.
	Exclusive bool
	// Newsletter is in whose name the operator is told of an endpoint for all of them.
	Newsletter string
	Log        *slog.Logger
}

// Poster posts events to endpoints.
type Poster struct {
	Options
	targets []*target
	owner   string // what this daemon is called among those on the database
}

// New returns a poster. It connects to nobody.
func New(o Options) (*Poster, error) {
	p := &Poster{Options: o, owner: rand.Text()}
	for _, e := range o.Endpoints {
		t, err := newTarget(e, nil)
		if err != nil {
			return nil, err
		}
		p.targets = append(p.targets, t)
	}
	return p, nil
}

const (
	// look is how long it takes until an event is seen that was written down.
	look = time.Second
	// hold is for how long an endpoint is this daemon's; it's held anew before less than
	// holdLeast is left, which is longer than an attempt takes.
	hold      = 45 * time.Second
	holdLeast = 25 * time.Second
	// pruneEvery is how often old events are looked for.
	pruneEvery = time.Minute
)

// Run posts events until its context ends.
func (p *Poster) Run(ctx context.Context) error {
	if len(p.targets) == 0 {
		p.tidy(ctx) // there may have been an endpoint before
		return nil
	}
	p.begin(ctx)
	var all sync.WaitGroup
	for _, t := range p.targets {
		all.Go(func() { p.serve(ctx, t) })
	}
	p.tidy(ctx)
	all.Wait()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), look)
	defer cancel()
	if err := p.Queue.Release(ctx, p.owner); err != nil {
		p.Log.WarnContext(ctx, "the endpoints stay this daemon's for a moment", "error", err)
	}
	return nil
}

// begin has all endpoints tried at once: a restart may be what mends one.
func (p *Poster) begin(ctx context.Context) {
	err := p.Queue.Hasten(ctx)
	if err == nil && p.Exclusive {
		err = p.Queue.Release(ctx, "")
	}
	if err != nil && ctx.Err() == nil {
		p.Log.WarnContext(ctx, "endpoints that failed are tried later", "error", err)
	}
}

// serve posts one endpoint's events, one after the other.
func (p *Poster) serve(ctx context.Context, t *target) {
	for ctx.Err() == nil {
		now, err := p.DB.Clock(ctx, time.Now()) //nolint:forbidigo // a Run loop reads the clock
		var more bool
		if err == nil {
			more, err = p.turn(ctx, now, t)
		}
		if err != nil && ctx.Err() == nil {
			p.Log.ErrorContext(ctx, "events can't be read or noted; the next try is in a moment", "endpoint", t.Name, "error", err)
		}
		if more && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(look):
		}
	}
}

// tidy forgets old events until the context ends.
func (p *Poster) tidy(ctx context.Context) {
	for ctx.Err() == nil {
		wait := pruneEvery
		if p.prune(ctx) {
			wait = look
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// prune forgets some old events, and tells whether there are more.
func (p *Poster) prune(ctx context.Context) (more bool) {
	lost, more, err := p.Queue.Prune(ctx, time.Now()) //nolint:forbidigo // a Run loop reads the clock
	if err != nil && ctx.Err() == nil {
		p.Log.WarnContext(ctx, "old events can't be forgotten; the next try is in a minute", "error", err)
	}
	if lost > 0 {
		p.Log.ErrorContext(ctx, "events were forgotten that no endpoint took", "events", lost, "older_than", hooks.Keep.String())
	}
	return more
}

// turn posts the first event that waits for an endpoint, if its time has come, and
// tells whether to look for more at once.
func (p *Poster) turn(ctx context.Context, now time.Time, t *target) (more bool, err error) {
	state, err := p.Queue.State(ctx, t.Name)
	if err != nil || !state.DisabledAt.IsZero() || state.NextAt.After(now) || state.Owner != p.owner && state.OwnedUntil.After(now) {
		return false, err
	}
	event, waiting, err := p.Queue.First(ctx, t.Name)
	if err != nil || !waiting {
		return false, err
	}
	if state.Owner != p.owner || state.OwnedUntil.Sub(now) < holdLeast {
		return p.Queue.Hold(ctx, now, now.Add(hold), t.Name, p.owner) // the daemon that had it may have posted this event
	}
	posting, stop := parting(ctx)
	defer stop()
	attempt, asked := t.post(posting, now, event)
	if attempt.Status == 0 && posting.Err() != nil {
		return false, nil // this daemon ends; nobody knows whether it arrived, and it's posted again
	}
	err = p.record(context.WithoutCancel(ctx), attempt, state, asked)
	return attempt.Accepted(), err
}

// partingTime is how long a reply is still awaited when the daemon ends.
const partingTime = 3 * time.Second

// parting returns a context that outlasts another by partingTime.
func parting(ctx context.Context) (context.Context, context.CancelFunc) {
	longer, stop := context.WithCancel(context.WithoutCancel(ctx))
	unlink := context.AfterFunc(ctx, func() { time.AfterFunc(partingTime, stop) })
	return longer, func() { unlink(); stop() }
}

// record notes what came of an attempt, and what follows.
func (p *Poster) record(ctx context.Context, a hooks.Attempt, s hooks.State, asked time.Duration) error {
	if a.Accepted() {
		if s.Tries > 0 {
			p.Log.InfoContext(ctx, "an endpoint takes events again", "endpoint", a.Endpoint, "since", s.FailingSince.Format(time.RFC3339))
		}
		return p.DB.Write(ctx, func(tx *sql.Tx) error { return p.Queue.Accept(ctx, tx, a) })
	}
	f := hooks.Failure{Owner: p.owner, Tries: s.Tries, Since: s.FailingSince, NextAt: a.At.Add(waitAfter(s.Tries+1, asked))}
	if f.Since.IsZero() {
		f.Since = a.At
	}
	f.Disable = a.Status == gone || a.At.Sub(f.Since) >= giveUpAfter && s.Tries+1 >= giveUpTries
	still := false
	err := p.DB.Write(ctx, func(tx *sql.Tx) (err error) {
		if still, err = p.Queue.Fail(ctx, tx, a, f); err != nil || !still || !f.Disable {
			return err
		}
		return p.tell(ctx, tx, a, f)
	})
	if err != nil {
		return err
	}
	told := append(outcome(a), "endpoint", a.Endpoint, "event", a.Event)
	if still {
		told = append(told, "next_try", f.NextAt.Format(time.RFC3339), "disabled", f.Disable)
	}
	p.Log.WarnContext(ctx, "an endpoint doesn't take an event", told...)
	return nil
}

// outcome is what the log says of an attempt: its status, or why there was no reply.
// A reply isn't logged, for it may quote a reader, and what is logged can't be erased.
func outcome(a hooks.Attempt) []any {
	if a.Status != 0 {
		return []any{"status", a.Status}
	}
	return []any{"error", a.Reply}
}

// gone is HTTP's 410, by which Standard Webhooks has an endpoint ask for no more.
const gone = 410

// tell tells the operator that an endpoint was given up.
func (p *Poster) tell(ctx context.Context, tx *sql.Tx, a hooks.Attempt, f hooks.Failure) error {
	newsletter := p.Newsletter
	for _, t := range p.targets {
		if t.Name == a.Endpoint && len(t.Newsletters) > 0 {
			newsletter = t.Newsletters[0]
		}
	}
	why := fmt.Sprintf("It has taken no event since %s.", f.Since.UTC().Format("2006-01-02 15:04 UTC"))
	if a.Status == gone {
		why = "It answered 410: it wants no more events."
	}
	return p.Ledger.TellOperator(ctx, tx, a.At, newsletter, "the webhook "+a.Endpoint+" is disabled", fmt.Sprintf(
		"No more events are posted to the endpoint %s. %s\n%s\n\n"+
			"Nothing is lost yet: events wait for %d days. When the cause is mended, give\ndailytip webhooks enable %[1]s\n"+
			"and they are posted in their order; dailytip webhooks show %[1]s tells what it replied.\n",
		a.Endpoint, why, lastReply(a), hooks.Keep/(24*time.Hour)))
}

// lastReply is what a mail says of an attempt. It quotes no reply, for that may quote a
// reader, and what is mailed can't be erased.
func lastReply(a hooks.Attempt) string {
	if a.Status != 0 {
		return fmt.Sprintf("The last reply had the status %d.", a.Status)
	}
	return "At the last try there was no reply:\n\n    " + cmp.Or(safetext.Visible(a.Reply), "(no reason is known)")
}
