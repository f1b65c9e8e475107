package membership

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"time"

	"dailytip/ledger"
	"dailytip/subscribers"
)

// Form is what comes with a sign-up on a page. A sign-up by command has none: the
// zero value.
type Form struct {
	// Token is the form's own ([subscribers.Tokens.NewFormToken]), which counts once;
	// "": the form has none.
	Token string
	// TokenLife is how old a token may be. Later it needn't be remembered.
	TokenLife time.Duration
	// Delay says how long the mail that answers has to wait. It's called only when
	// there is such a mail. nil: the mail goes out at once.
	Delay func() time.Duration
}

// ErrFormTokenUsed means that a form was sent before, for somebody else.
var ErrFormTokenUsed = errors.New("the form's token was used before")

// SignUp adds somebody and enqueues the mail that answers: one that asks them to
// confirm, or, when they get the newsletter already and signed up themselves, one
// that says so. What an address gets that way is bounded by
// [subscribers.List.AllowSignUpMail].
func (s *Service) SignUp(ctx context.Context, now time.Time, r subscribers.Request, f Form) (added subscribers.Added, err error) {
	err = s.DB.Write(ctx, func(tx *sql.Tx) error {
		if f.Token != "" {
			if first, err := s.List.UseFormToken(ctx, tx, now, f.Token, f.TokenLife, r); err != nil || !first {
				return cmp.Or(err, ErrFormTokenUsed)
			}
		}
		added, err = s.signUp(ctx, tx, now, r, f.Delay)
		return err
	})
	return added, err
}

// SignUpAll signs several people up in one commit. When it fails nobody was added,
// and the request after those that it returns is the one that failed.
func (s *Service) SignUpAll(ctx context.Context, now time.Time, requests []subscribers.Request) (all []subscribers.Added, err error) {
	if err := s.List.ExpectMany(ctx); err != nil {
		return nil, err
	}
	err = s.DB.Write(ctx, func(tx *sql.Tx) error {
		all, err = s.signUpAll(ctx, tx, now, requests)
		return err
	})
	return all, err
}

// errTried takes back what was only tried.
var errTried = errors.New("this was a trial")

// TrySignUpAll tells what SignUpAll would do. Nothing of it stays.
func (s *Service) TrySignUpAll(ctx context.Context, now time.Time, requests []subscribers.Request) (all []subscribers.Added, err error) {
	if err := s.List.ExpectMany(ctx); err != nil {
		return nil, err
	}
	err = s.DB.Write(ctx, func(tx *sql.Tx) error {
		if all, err = s.signUpAll(ctx, tx, now, requests); err != nil {
			return err
		}
		return errTried
	})
	if errors.Is(err, errTried) {
		err = nil
	}
	return all, err
}

func (s *Service) signUpAll(ctx context.Context, tx *sql.Tx, now time.Time, requests []subscribers.Request) (all []subscribers.Added, err error) {
	// Whoever ends the program waits for these: to watch a context costs each
	// statement more than most of them take.
	ctx = context.WithoutCancel(ctx)
	for _, r := range requests {
		added, err := s.signUp(ctx, tx, now, r, nil)
		if err != nil {
			return all, err
		}
		all = append(all, added)
	}
	return all, nil
}

func (s *Service) signUp(ctx context.Context, tx *sql.Tx, now time.Time, r subscribers.Request, delay func() time.Duration) (subscribers.Added, error) {
	if r.Consent == subscribers.ByReader {
		if err := s.List.UpdateUnconfirmed(ctx, tx, now, r); err != nil {
			return subscribers.Added{}, err
		}
	}
	added, err := s.List.Add(ctx, tx, now, r)
	if err != nil {
		return added, err
	}
	kind := answer(r, added)
	if kind == "" {
		return added, nil
	}
	may, err := s.List.AllowSignUpMail(ctx, tx, now, r.Address, kind == ledger.Confirm)
	if err != nil || !may {
		return added, err
	}
	start := now
	if delay != nil {
		start = now.Add(delay())
	}
	return added, s.Ledger.Enqueue(ctx, tx, now, ledger.Notice{
		Kind: kind, Newsletter: r.Newsletter, Subscriber: added.Subscriber, Subscription: added.Subscription,
		Email: r.Address, Language: added.Language, Start: start,
	})
}

// answer is the kind of mail that a sign-up is answered with, "" for none. Only a
// reader is answered when nothing changed, because they may have lost the mail. An
// operator who takes over a list and vouches for it has it taken over as it is.
func answer(r subscribers.Request, a subscribers.Added) string {
	switch {
	case a.Subscription == 0 || r.Consent == subscribers.Vouched || a.Result == subscribers.Unchanged && r.Consent != subscribers.ByReader:
		return ""
	case a.State == subscribers.Pending:
		return ledger.Confirm
	case a.Result == subscribers.Unchanged && (a.State == subscribers.Active || a.State == subscribers.Paused):
		return ledger.Known
	}
	return ""
}
