package editions_test

import (
	"errors"
	"fmt"
	"testing"

	"dailytip/editions"
)

// Several dates change together or not at all: none when one of them isn't as it was
// seen, or is on its way.
func TestReplan(t *testing.T) {
	each(t, func(h *harness) {
		pin := func(tip string) editions.Choice { return editions.Choice{Reason: "pin", Tip: tip} }
		skip, none := editions.Choice{Reason: "skip"}, editions.Choice{}
		change := func(date string, from, to editions.Choice) editions.Replanned {
			return editions.Replanned{LocalDate: date, From: from, To: to}
		}
		replan := func(want error, dates ...editions.Replanned) {
			h.Helper()
			if err := h.editions.Replan(h.Context(), now, "management", dates); !errors.Is(err, want) {
				h.Errorf("%v: %v, want %v", dates, err, want)
			}
		}
		stands := func(want ...string) {
			h.Helper()
			pins, err := h.editions.Pins(h.Context(), "management")
			same(h, "the pins", pins, err, func(c editions.Choice) string { return fmt.Sprintf("%s:%s:%s", c.LocalDate[8:], c.Reason, c.Tip) }, want...)
		}
		replan(nil, change("2026-12-02", none, pin("a")), change("2026-12-01", none, pin("b")))
		stands("01:pin:b", "02:pin:a")
		replan(editions.ErrChanged, change("2026-12-01", pin("b"), skip), change("2026-12-02", none, pin("c")))
		replan(editions.ErrChanged, change("2026-12-03", none, skip), change("2026-12-02", pin("other"), none))
		stands("01:pin:b", "02:pin:a")
		swapped := change("2026-12-01", pin("b"), skip)
		replan(nil, swapped, change("2026-12-02", pin("a"), none))
		stands("01:skip:")
		replan(nil, swapped.Back())
		stands("01:pin:b")
		h.down("2026-12-02", editions.Daily, "a")
		replan(editions.ErrOpened, change("2026-12-01", pin("b"), none), change("2026-12-02", none, skip))
		replan(editions.ErrOpened, change("2026-12-01", pin("b"), none), change("2026-12-02", none, none))
		stands("01:pin:b")
	})
}
