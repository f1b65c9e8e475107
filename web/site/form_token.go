package site

import "time"

// What our own form carries, for machines to stumble over. A machine that reads
// our pages gets past both; the limits are for that one.
const (
	// stampField holds when the form was made, signed. A stamp works once.
	stampField = "stamp"
	// honeyField is out of sight: only a machine fills it in.
	honeyField = "topic"
)

// A person takes longer than formAtLeast to fill in a form, and less than
// formAtMost. Who doesn't presses the button once more.
const (
	formAtLeast = 3 * time.Second
	formAtMost  = time.Hour
)

// formAge returns how long ago a form was made; false: the stamp isn't ours.
func (s *Site) formAge(stamp string, now time.Time) (time.Duration, bool) {
	at, err := s.List.Tokens().FormTokenTime(stamp)
	return now.Sub(at), err == nil
}

// freshStamp is the stamp of a form that is shown once more. A young one stays,
// so that who was too fast needn't wait anew.
func (s *Site) freshStamp(old string, now time.Time) string {
	if age, ok := s.formAge(old, now); ok && age >= 0 && age < formAtLeast {
		return old
	}
	return s.List.Tokens().NewFormToken(now)
}
