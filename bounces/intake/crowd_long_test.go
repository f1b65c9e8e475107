//go:build long

package intake_test

import (
	"testing"

	"dailytip/subscribers"
)

// Of a domain with many hundreds of readers nobody is suppressed from the very refusal
// on that makes more than a fifth of them, and up to it everybody is.
func TestManyOfALargeDomain(t *testing.T) {
	each(t, func(h *harness) {
		all := addresses(1030, "company.example")
		h.join(now.Add(-day), all...)
		h.send(now, allUnknown(all[:206]...))
		h.want(all[0], subscribers.Suppressed)
		h.want(all[205], subscribers.Suppressed)
		h.comesBack(now, h.jobOf(all[206]), unknown)
		h.want(all[0], subscribers.Active)
		h.want(all[206], subscribers.Active)
	})
}
