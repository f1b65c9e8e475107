package scheduler

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/subscribers"
)

// world are readers in zones from the first to the last on earth, with days,
// hours and cadences that make dates come out of order.
var world = []string{
	"Pacific/Kiritimati 00:00 TUE,THU", "Pacific/Kiritimati", "Pacific/Apia", "Pacific/Chatham 06:45", "Pacific/Auckland 00:00 FRI weekly",
	"Australia/Lord_Howe 02:15", "Asia/Tokyo - MON,WED", "Asia/Kathmandu", "Asia/Kolkata - - weekly", "Africa/Cairo 00:00",
	"Europe/Berlin 02:30", "-", "- - SUN weekly", "America/St_Johns 23:59", "America/New_York 01:30",
	"America/Los_Angeles - - weekly", "Pacific/Marquesas", "Pacific/Honolulu 23:00 MON", "Pacific/Honolulu 23:30 THU weekly", "Pacific/Pago_Pago 23:45",
}

// TestPlanIsWhatIsSent (P8, P1, P2): the plan of the first day is what some
// weeks of ticks send, through changes of the clocks and restarts, to everybody
// once for each of their dates.
func TestPlanIsWhatIsSent(t *testing.T) {
	planIsSent(t, []weeks{
		// SQLite in Go is slow under the race detector.
		{"30 2 1-31/2 * *", "2026-11-03 12:00", 80, storetest.SQLite},
		{"0 7 * * *", "2026-11-04 12:00", 150, storetest.Postgres},
	})
}

// weeks are a time in which a newsletter is sent.
type weeks struct {
	expr, end string
	least     int // deliveries
	open      func(testing.TB) *store.DB
}

func planIsSent(t *testing.T, all []weeks) {
	t.Helper()
	for _, tt := range all {
		t.Run(tt.expr, func(t *testing.T) {
			t.Parallel()
			var entries []string
			for i := range 30 {
				entries = append(entries, fmt.Sprintf("t%02d", i))
			}
			entries = append(entries, "thanks date: 11-25", "once date: 2026-11-12", "only pin: 2026-11-13", "written date: 2025-03-01",
				"later publishDate: 2026-10-28T10:00:00Z", "latest date: 2026-11-04 23:30:00 +0900", "over expiryDate: 2026-11-05", "never publishDate: 2030-01-01")
			h := newHarness(t, tt.open(t), Newsletter{
				Rule: rule(t, tt.expr), Order: Shuffle, DefaultZone: zone(t, "America/New_York"),
				Skips: []Skip{skip(t, "2026-11-26..2026-11-28"), skip(t, "2026-11-11")},
			}, library(t, entries...))
			// The last clock on earth has just passed the sending time of the day
			// before, so that the plan holds all that is to come.
			start, end := utc(t, "2026-10-12 10:50"), utc(t, tt.end)
			for _, prefs := range world {
				h.reader(start, prefs)
			}
			for date, tip := range map[string]string{"2026-10-20": "t07", "2026-11-02": "", "2026-11-11": "t09", "2026-11-21": "t11"} {
				if err := h.editions.Pin(t.Context(), start, "management", date, tip, nil); err != nil {
					t.Fatal(err)
				}
			}
			planned := map[string]string{}
			calendar, err := h.s.Calendar(t.Context(), h.n(), start)
			if err != nil {
				t.Fatal(err)
			}
			for _, choice := range calendar.Plan(h.n().Upcoming(start), 60) {
				planned[choice.Date.String()] = choice.Tip.ID
			}
			h.live(start, end)
			h.checkAgainst(planned, start, end)
			if sent := len(h.deliveries()); sent < tt.least {
				h.Errorf("only %d deliveries", sent)
			}
		})
	}
}

// live ticks, mostly each hour and a half, with a restart now and then and
// small outages within the grace.
func (h *harness) live(start, end time.Time) {
	h.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	for now := start; !now.After(end); {
		h.tick(now)
		step := 90 * time.Minute
		switch random.IntN(100) {
		case 0:
			h.restart()
		case 1:
			step = 4 * time.Hour
		}
		now = now.Add(step)
	}
	h.tick(end)
}

// checkAgainst computes from the plan what each reader should have got, and
// compares.
func (h *harness) checkAgainst(planned map[string]string, start, end time.Time) {
	h.Helper()
	history, err := h.editions.History(h.Context(), "management")
	if err != nil {
		h.Fatal(err)
	}
	for _, sent := range history {
		if planned[sent.LocalDate] != sent.Tip {
			h.Errorf("%s: planned %q, sent %q", sent.LocalDate, planned[sent.LocalDate], sent.Tip)
		}
	}
	got := map[string]int{}
	for _, r := range h.deliveries() {
		got[r.date+" "+r.reader+" "+r.tips]++
		if late := r.opened.Sub(r.due); late < 0 || late > 5*time.Hour {
			h.Errorf("%s of %s was due %s and opened %s", r.date, r.reader, r.due, r.opened)
		}
	}
	total := 0
	for i, prefs := range world {
		name := fmt.Sprintf("r%d", i+1)
		s := h.n().Schedule(h.subscription(name).Slot)
		for date, due := s.next(start); !due.After(end); date, due = s.next(due) {
			want := planned[date.String()]
			if s.Cadence == subscribers.Weekly {
				var week []string
				for day := date.Add(-6); !day.After(date); day = day.Add(1) {
					if tip := planned[day.String()]; tip != "" {
						week = append(week, tip)
					}
				}
				want = strings.Join(week, "+")
			}
			if want == "" {
				continue
			}
			total++
			if key := date.String() + " " + name + " " + want; got[key] != 1 {
				h.Errorf("%s (%s) got %d of %q", name, prefs, got[key], key)
			}
		}
	}
	if sent := len(h.deliveries()); sent != total {
		h.Errorf("%d deliveries, want %d", sent, total)
	}
}
