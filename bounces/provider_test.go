package bounces

import "testing"

// A server's own words go before the provider's opinion.
func TestWordsGoBeforeTheProvidersOpinion(t *testing.T) {
	for _, c := range []struct {
		e    Event
		want Class
	}{
		{Event{Reply: "550 5.2.2 mailbox full", Class: Hard}, Soft},
		{Event{Reply: "550 5.7.1 blocked by our policy", Class: Hard}, Ours},
		{Event{Reply: "smtp; 550 5.1.1 no such user", Class: Soft}, Hard},
		{Event{Reply: "550 no such user", Class: Hard}, Hard},
		{Event{Reply: "550 no such user"}, Soft}, // nobody tells the moment
		{Event{Reply: "451 greylisted", Class: Hard}, Soft},
		{Event{Status: "5.1.1"}, Hard},
		{Event{Class: Hard}, Hard},
		{Event{}, Soft},
	} {
		c.e.Recipient = "Ada@Example.net"
		if f := c.e.Judged(); f.Class != c.want || f.Recipient != "ada@example.net" {
			t.Errorf("%+v: %+v", c.e, f)
		}
	}
}
