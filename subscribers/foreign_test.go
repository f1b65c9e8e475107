package subscribers_test

import (
	"database/sql"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"dailytip/subscribers"
)

// out tells whether somebody must get no mail.
func out(s subscribers.State) bool {
	return s == subscribers.Unsubscribed || s == subscribers.Suppressed
}

// Whatever another program's file says: it revives nobody who left, is suppressed or
// was erased here, makes nobody active without the operator's word, and who is out in
// it is out here.
func TestNoFileRevives(t *testing.T) {
	fewer(t)
	words := map[string]bool{ // true: they're out
		"": false, "active": false, "Subscribed": false, "enabled": false, "pending": false, "unconfirmed": false,
		"unsubscribed": true, "Bounced": true, "cleaned": true, "blocklisted": true, "inactive": true, "opted-out": true,
	}
	each(t, func(t *testing.T, h *harness) {
		rapid.Check(t, func(t *rapid.T) {
			h.write(func(tx *sql.Tx) error {
				if err := clearList(h.t.Context(), tx); err != nil {
					return err
				}
				return live(h.t.Context(), t, tx, h.list)
			})
			before := h.places(t)
			var file strings.Builder
			file.WriteString("Email Address,status,email_disabled,subscribed_to_emails,OPTIN_TIME,newsletter\n")
			isOut := map[string]bool{}
			for range rapid.IntRange(1, 12).Draw(t, "rows") {
				who, place := rapid.SampledFrom([]string{"Ana@Example.com", "ben@example.com", "zoe@bücher.example", "josé@example.com"}).Draw(t, "who"), rapid.SampledFrom(newsletters).Draw(t, "newsletter")
				status := rapid.SampledFrom(slices.Sorted(maps.Keys(words))).Draw(t, "status")
				disabled := rapid.SampledFrom([]string{"", "false", "true"}).Draw(t, "disabled")
				gets := rapid.SampledFrom([]string{"", "true", "false"}).Draw(t, "gets")
				file.WriteString(strings.Join([]string{who, status, disabled, gets, "2018-02-12 17:59:31", place}, ",") + "\n")
				if address, _ := subscribers.ParseAddress(who); words[status] || disabled == "true" || gets == "false" {
					isOut[address.Key()+" "+place] = true
				}
			}
			consent := rapid.SampledFrom([]subscribers.Consent{subscribers.ByOperator, subscribers.Vouched}).Draw(t, "consent")
			h.takeOver(file.String(), consent)
			after := h.places(t)
			for place, now := range after {
				was, known := before[place]
				switch {
				case known && out(was) && !out(now):
					t.Errorf("%s was %s and is %s, by\n%s", place, was, now, &file)
				case consent == subscribers.ByOperator && now == subscribers.Active && was != subscribers.Active:
					t.Errorf("%s was %s and is active, by\n%s", place, was, &file)
				case isOut[place] && !out(now) && (now != subscribers.Pending || was != subscribers.Pending): // who was erased and signed up again is asked
					t.Errorf("%s was %s and is %s, by\n%s", place, was, now, &file)
				}
			}
		})
	})
}

// places are where everybody stands, by address and newsletter.
func (h *harness) places(t *rapid.T) map[string]subscribers.State {
	all := map[string]subscribers.State{}
	err := h.list.Each(h.t.Context(), subscribers.Filter{}, func(p subscribers.Subscriber, s subscribers.Subscription) error {
		all[p.Email.Key()+" "+s.Newsletter] = s.State
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
