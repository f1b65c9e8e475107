package mailer

import (
	"strings"
	"testing"

	"dailytip/ledger"
	"dailytip/verdict"
)

// Where the sender is refused, the operator is led to the key that names it.
func TestReasonNamesTheKeyOfTheSender(t *testing.T) {
	for kind, key := range map[string]string{
		"": "from", ledger.Resend: "from", ledger.Proof: "from",
		ledger.Confirm: "confirm_from", ledger.Account: "confirm_from", ledger.Alert: "confirm_from",
	} {
		refused := verdict.Reply{Stage: verdict.MailFrom, Code: 553, Enhanced: "5.7.1", Text: "not yours"}
		why := reason(&message{job: ledger.Job{Kind: kind}, verdict: verdict.Ours, reply: refused})
		if !strings.Contains(why, "; check "+key+":") {
			t.Errorf("%q: %s", kind, why)
		}
	}
}
