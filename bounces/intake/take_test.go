package intake_test

import (
	"testing"
	"time"

	"dailytip/bounces/intake"
	"dailytip/verp"
)

func TestOnlyOurOwnAddressesAreValid(t *testing.T) {
	const domain = "bounces.example.com"
	tags := verp.New(verp.Key{Secret: []byte("ours")})
	forged := verp.New(verp.Key{Secret: []byte("theirs")})
	mail := verp.Mail{Edition: 1, Subscriber: 2}
	taker := intake.New(intake.Options{Tags: tags, Domain: domain})
	for address, want := range map[string]bool{
		tags.ReturnPath(mail, time.Time{}, domain):                 true,
		tags.UnsubscribeAddress(3, domain):                         true,
		tags.ReturnPath(mail, time.Time{}, "example.org"):          false,
		forged.ReturnPath(mail, time.Time{}, domain):               false,
		forged.UnsubscribeAddress(3, domain):                       false,
		"bounces@" + domain:                                        false,
		"ana@example.com":                                          false,
		"":                                                         false,
		tags.ReturnPath(mail, time.Time{}, ""):                     false,
		string(tags.Append(nil, mail, time.Time{})) + "@" + domain: false,
	} {
		if got := taker.Valid(address); got != want {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
	}
}
