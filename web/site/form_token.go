package site

import "time"

// What our own form carries to tell people from simple machines. A machine that
// reads our pages gets past both; the limits are for that one.
const (
	// formTokenField holds the form's token: when the form was made, signed. It works
	// once.
	formTokenField = "stamp"
	// honeypotField is out of sight, so only a machine fills it in.
	honeypotField = "topic"
)

// A person takes longer than formAtLeast to fill in a form, and less than
// formAtMost. Whoever doesn't has to press the button once more.
const (
	formAtLeast = 3 * time.Second
	formAtMost  = time.Hour
)

// formAge returns how long ago a form was made; false: the token isn't ours.
func (s *Site) formAge(token string, now time.Time) (time.Duration, bool) {
	at, err := s.List.Tokens().FormTokenTime(token)
	return now.Sub(at), err == nil
}

// formToken is the token of a form that is shown. When it's shown once more because
// somebody was too fast, its token stays, so that they needn't wait anew.
func (s *Site) formToken(old string, now time.Time) string {
	if age, ok := s.formAge(old, now); ok && age >= 0 && age < formAtLeast {
		return old
	}
	return s.List.Tokens().NewFormToken(now)
}
