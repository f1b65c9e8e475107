package subscribers

import (
	"strings"
	"testing"

	"dailytip/store/storetest"
)

// What a page looks for is found by an index, however long the list is.
func TestPagesUseTheirIndexes(t *testing.T) {
	db := storetest.SQLite(t)
	for text, index := range map[string]string{
		sqlEditionBounces: "bounces_edition (edition=?)",
		sqlHeldDomains:    "bounces_held",
		sqlCountLeft:      "subscription_events_kind (newsletter=? AND kind=? AND at>? AND at<?)",
		sqlGrowth:         "COVERING INDEX bounces_newsletter (newsletter=? AND at>? AND at<?)",
		sqlReturned:       "COVERING INDEX bounces_newsletter (newsletter=? AND at>?)",
	} {
		if plan := strings.Join(storetest.Plan(t, db, text), "\n"); !strings.Contains(plan, index) {
			t.Errorf("it doesn't use %s:\n%s", index, plan)
		}
	}
}
