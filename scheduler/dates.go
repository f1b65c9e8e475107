package scheduler

// Dates are when tips were sent last, and when each comes next, by their ids.
type Dates struct{ Last, Next map[string]Date }

// Dates finds the dates of the tips that all readers share: the last ones in what is
// written down, the next ones in what [Calendar.Plan] names from a date on, for some
// days. A tip that waits for its approval comes next on the date that it's meant for.
func (c *Calendar) Dates(from Date, days int) Dates {
	d := Dates{Last: map[string]Date{}, Next: map[string]Date{}}
	for day, id := range c.sent {
		if date, err := ParseDate(day); err == nil && date.After(d.Last[id]) {
			d.Last[id] = date
		}
	}
	for _, choice := range c.Plan(from, days) {
		for _, id := range []string{choice.Tip.ID, choice.Waiting.ID} {
			if id != "" && choice.Reason != Sent && d.Next[id].IsZero() {
				d.Next[id] = choice.Date
			}
		}
	}
	return d
}
