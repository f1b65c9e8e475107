package membership

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"dailytip/ledger"
	"dailytip/store"
	"dailytip/subscribers"
)

// Options are what [New] needs. All but Log are required.
type Options struct {
	DB     *store.DB
	List   *subscribers.List
	Ledger *ledger.Ledger
	Log    *slog.Logger // nil: nothing is logged
}

// Service runs the use cases. Its methods may be called from several goroutines.
type Service struct{ Options }

// New returns the service of a migrated database.
func New(o Options) *Service {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{o}
}

// How many mails of a kind a reader may ask for in 24 hours.
const (
	resendsPerDay  = 3
	accountsPerDay = 3
)

// ErrTooOften means that a reader has asked for as many mails of a kind as one may
// have in 24 hours.
var ErrTooOften = errors.New("no more mails of this kind go to this reader today")

// tidyEvery is how often [Service.Run] looks for what is to be forgotten.
const tidyEvery = time.Minute

// Run forgets sign-ups that nobody has confirmed, and cleans the database's files
// of who was erased, until its context ends. Nobody's mail waits for that.
func (s *Service) Run(ctx context.Context) error {
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	for {
		now := time.Now() //nolint:forbidigo // Run reads the clock
		_, err := s.Prune(ctx, now)
		if err = errors.Join(err, s.List.Scrub(ctx)); err != nil && ctx.Err() == nil {
			s.Log.ErrorContext(ctx, "old sign-ups and erased readers can't be cleared away; the next try is in a minute", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
