package subscribers

import (
	"errors"
	"fmt"
)

// Written are preferences as a form or a program writes them; nil: it says nothing of
// that one.
type Written struct{ Name, Language, Timezone, SendAt, Days, Cadence *string }

// Over returns preferences with what was written in place of what is there, or all that
// is wrong with it.
func (w Written) Over(p Preferences) (Preferences, error) {
	err := errors.Join(
		over(&p.Name, w.Name, "name", ParseName),
		over(&p.Language, w.Language, "language", ParseLanguage),
		over(&p.Timezone, w.Timezone, "timezone", ParseZone),
		over(&p.SendAt, w.SendAt, "send_at", ParseSendAt),
		over(&p.Days, w.Days, "days", ParseDays),
		over(&p.Cadence, w.Cadence, "cadence", ParseCadence),
	)
	return p, err
}

func over[T any](into *T, written *string, name string, parse func(string) (T, error)) error {
	if written == nil {
		return nil
	}
	value, err := parse(*written)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	*into = value
	return nil
}
