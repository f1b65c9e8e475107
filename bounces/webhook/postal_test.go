package webhook

import (
	"net/http"
	"testing"
	"time"
)

// Postal's keys are fetched when a new one signs, and at most once a minute.
func TestPostalKeysAreFetchedInMeasure(t *testing.T) {
	w := newWorld(t)
	payload := w.payload("postal-failed.json")
	do := func(kid string) int {
		r := w.request("postal", payload, testNow)
		r.Header.Set("X-Postal-Signature-KID", kid)
		status, _ := w.do("postal", r)
		return status
	}
	w.down = true
	if status := do("postal-1"); status != http.StatusServiceUnavailable {
		t.Errorf("while Postal is down: %d", status)
	}
	w.down = false
	if status := do("postal-1"); status != http.StatusServiceUnavailable || len(w.fetched) != 1 {
		t.Errorf("just after a fault: %d, fetched %v", status, w.fetched)
	}
	w.now = testNow.Add(postalFaultPause)
	if status := do("postal-1"); status != http.StatusOK {
		t.Errorf("afterwards: %d", status)
	}
	for range 10 {
		if status := do("another"); status != http.StatusUnauthorized {
			t.Errorf("by an unknown key: %d", status)
		}
	}
	if status := do(""); status != http.StatusOK { // Postal 2 names none
		t.Errorf("without a name: %d", status)
	}
	if len(w.fetched) != 2 {
		t.Errorf("fetched %v", w.fetched)
	}
	w.now = testNow.Add(2 * time.Minute)
	if status := do("another"); status != http.StatusUnauthorized || len(w.fetched) != 3 {
		t.Errorf("a minute later: %d, fetched %v", status, w.fetched)
	}
}

// Postal before 3.0 names no key: one that is new is fetched all the same.
func TestPostalSignsWithANewKey(t *testing.T) {
	w := newWorld(t)
	payload := w.payload("postal-failed.json")
	do := func() int {
		r := w.request("postal", payload, testNow)
		r.Header.Del("X-Postal-Signature-KID")
		status, _ := w.do("postal", r)
		return status
	}
	if status := do(); status != http.StatusOK {
		t.Fatalf("by the first key: %d", status)
	}
	w.postal = newRSA()
	if status := do(); status != http.StatusUnauthorized {
		t.Errorf("just after the keys were fetched: %d", status)
	}
	w.now = testNow.Add(postalPause)
	if status := do(); status != http.StatusOK || len(w.fetched) != 2 {
		t.Errorf("by a new key: %d, fetched %v", status, w.fetched)
	}
}
