package webhook

import (
	"net/http"
	"strings"
	"testing"
)

// The generic form says what is missing.
func TestGenericFaultsAreTold(t *testing.T) {
	for payload, want := range map[string]string{
		`{"type":"bounce","data":{"recipient":"a@example.net"}}`:                 "message_id",
		`{"type":"opened","data":{"message_id":"ABOUT@example.com"}}`:            "type",
		`{"type":"bounce","data":{"message_id":"ABOUT@x.com","class":"deadly"}}`: "class",
		`[]`: "JSON",
	} {
		w := newWorld(t)
		status, taken := w.do("generic", w.request("generic", []byte(payload), testNow))
		if status != http.StatusBadRequest || len(taken) > 0 || !strings.Contains(w.log.String(), want) {
			t.Errorf("%s: %d, %s", payload, status, w.log.String())
		}
	}
}
