package admins

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"time"

	"dailytip/credential"
	"dailytip/store"
)

// Options are what [New] needs. DB is required.
type Options struct {
	DB     *store.DB
	People []Person // with names that differ

	// OIDC is all of the configuration that lets somebody in who comes from the
	// provider, as a text: their sessions end when it changes. "": there is no
	// provider.
	OIDC string
}

// Admins lets people in, and writes down what they change. Its methods may be called
// from several goroutines.
type Admins struct {
	Options
	hashes  []credential.Hash // of People
	decoys  []byte            // a key: which hash a name is compared with that nobody has
	checker *credential.Checker
	ids     store.IDs
}

// How many passwords are compared at a time, wait for their turn, and come from one
// client. Each takes a core, and as much memory as its hash says, 19 MiB by our own:
// guesses must not keep mail from going out. Who waits does so for a second or two; beyond
// that, who comes is sent away at once ([credential.ErrBusy]).
const (
	passwordsAtOnce  = 1
	passwordsWaiting = 16
	passwordsOfOne   = 4
)

// New returns the people of a configuration, on a migrated database.
func New(o Options) (*Admins, error) {
	a := &Admins{Options: o, checker: credential.NewChecker(credential.Limits{AtOnce: passwordsAtOnce, Waiting: passwordsWaiting, OfOne: passwordsOfOne})}
	all := sha256.New()
	for _, p := range o.People {
		h, err := credential.ParseHash(p.Password)
		if err != nil {
			return nil, fmt.Errorf("the password of %s %w", p.Name, err)
		}
		a.hashes = append(a.hashes, h)
		_, _ = all.Write([]byte(p.Password)) // never fails
	}
	a.decoys = all.Sum(nil)
	return a, nil
}

// Nobody tells that no one can sign in.
func (a *Admins) Nobody() bool { return len(a.People) == 0 && a.OIDC == "" }

// endEvery is how often sessions that have ended are forgotten.
const endEvery = time.Hour

// Run takes back what the configuration that has come into force allows no longer, and
// forgets the sessions that have ended, until its context ends.
func (a *Admins) Run(ctx context.Context, log *slog.Logger) error {
	tick := time.NewTicker(endEvery)
	defer tick.Stop()
	revoked := false
	for {
		var err error
		if !revoked { // once: a node whose turn to reload comes later still has the old people
			err = a.Revoke(ctx)
			revoked = err == nil
		}
		if err == nil {
			err = a.ForgetSessions(ctx, time.Now()) //nolint:forbidigo // a Run loop reads the clock
		}
		if err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "sessions can't be ended or forgotten; the next try is in an hour", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
