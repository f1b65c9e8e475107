package webhook

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// Mailgun doesn't sign the event: whoever has seen one request can't make another
// event of its signature.
func TestATokenCountsForOneEvent(t *testing.T) {
	w := newWorld(t)
	token := strings.Repeat("7", 50)
	first, other := w.payload("mailgun-temporary.json"), w.payload("mailgun-permanent.json")
	if status, _ := w.do("mailgun", w.mailgun(first, token, testNow)); status != http.StatusOK {
		t.Fatal(status)
	}
	if status, taken := w.do("mailgun", w.mailgun(other, token, testNow)); status != http.StatusUnauthorized || len(taken) > 0 {
		t.Errorf("another event: %d, taken %d", status, len(taken))
	}
	if status, _ := w.do("mailgun", w.mailgun(first, token, testNow)); status != http.StatusOK {
		t.Errorf("the same event: %d", status)
	}
	if status, taken := w.do("mailgun", w.mailgun(other, token+"8", testNow)); status != http.StatusOK || len(taken) != 1 {
		t.Errorf("another token: %d, taken %d", status, len(taken))
	}
}

// A subaccount's event carries the signature of the account above it, too.
func TestMailgunParentSignature(t *testing.T) {
	w := newWorld(t)
	r := w.mailgun(w.payload("mailgun-permanent.json"), strings.Repeat("5", 50), testNow)
	if status, taken := w.do("mailgun", edited(r, `"signature":"`, `"signature":"00","parent-signature":"`)); status != http.StatusOK || len(taken) != 1 {
		t.Errorf("%d, taken %d", status, len(taken))
	}
}

func TestTokensAreForgottenByAge(t *testing.T) {
	known := newTokens()
	for i := range 3*mostTokens + 1 {
		if !known.use(fmt.Sprint(i), [32]byte{1}) {
			t.Fatal(i)
		}
	}
	if len(known.young)+len(known.past) > 2*mostTokens {
		t.Errorf("%d tokens", len(known.young)+len(known.past))
	}
	if known.use(fmt.Sprint(3*mostTokens), [32]byte{2}) || known.use(fmt.Sprint(2*mostTokens), [32]byte{2}) || !known.use("0", [32]byte{2}) {
		t.Error("the newest are to be known, and the oldest forgotten")
	}
}
