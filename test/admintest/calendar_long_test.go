//go:build long

package admintest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"

	"dailytip/library"
	"dailytip/test/daemontest"
)

// calendarHouse sends the starter library each day, some of whose tips are damaged or
// have their date, with the keys that follow in a newsletter.
func calendarHouse(t *testing.T, keys string) *house {
	t.Helper()
	return furnish(t, "127.0.0.1:1", 3, func(o *daemontest.Options) {
		o.Newsletter = "schedule: \"0 7 * * *\"\ntimezone: UTC\nwhen_empty: stop\n" + keys
		dir := filepath.Join(o.Dir, "library")
		if err := os.CopyFS(dir, library.Files); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "no-source.md"), []byte("---\ntitle: A tip without a source\ncreated: 2020-01-01\n---\nNobody knows where it's from. [Here](elsewhere.md) neither.\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	})
}

// rows are the dates of the calendar from the first that can be changed on.
func (d *desk) rows() []string {
	d.Helper()
	return strings.Split(eval[string](d, `[...document.querySelectorAll(".day.moves")].map(r => r.id).join(" ")`), " ")
}

// tip is what a date gets, as a person reads it.
func (d *desk) tip(date string) string {
	d.Helper()
	return d.text(`[id="` + date + `"] .what .tip`)
}

// told waits for the page to say what was done.
func (d *desk) told(want string) {
	d.Helper()
	d.await(`document.readyState === "complete" && document.querySelector("[role=status]")?.innerText.startsWith(` + quoted(want) + `)`)
}

// point is the middle of an element.
type point struct{ X, Y float64 }

func (d *desk) middle(selector string) point {
	d.Helper()
	return eval[point](d, `(() => { const r = document.querySelector(`+quoted(selector)+`).getBoundingClientRect(); return {X: r.x + r.width / 2, Y: r.y + r.height / 2} })()`)
}

func row(date, part string) string { return `[id='` + date + `'] ` + part }

// An editor plans by keyboard, by mouse, by touch and by the forms, and takes each back.
func TestCalendar(t *testing.T) {
	h := calendarHouse(t, "")
	d := h.desk()
	d.signIn("editor", password, 200)
	d.open("/admin/calendar", 200)
	dates := d.rows()
	if len(dates) < 8 {
		t.Fatalf("the dates are %q", dates)
	}
	one, two, three := dates[0], dates[1], dates[2]
	before := []string{d.tip(one), d.tip(two), d.tip(three)}
	stands := func(how string, want ...int) {
		t.Helper()
		got := []string{d.tip(one), d.tip(two), d.tip(three)}
		wanted := []string{before[want[0]], before[want[1]], before[want[2]]}
		if !slices.Equal(got, wanted) {
			t.Fatalf("%s: %q, want %q", how, got, wanted)
		}
	}
	d.look("calendar")
	for _, width := range []int64{360, 1280} { // today and tomorrow stand below their dates
		d.view(width, 900, false)
		if off := eval[[]int](d, `[...document.querySelectorAll(".today")].map(e => {
			const left = e => { const r = document.createRange(); r.selectNodeContents(e); return r.getBoundingClientRect().left }
			return Math.round(left(e) - left(e.closest(".day").querySelector("time")))
		})`); !slices.Equal(off, []int{0, 0}) {
			t.Errorf("%d px: today and tomorrow stand %v px beside their dates", width, off)
		}
	}
	d.view(1280, 900, false)

	// By keyboard: the arrow of a date, and the one that the focus is on then.
	eval[bool](d, `document.querySelector("`+row(one, ".step:last-of-type")+`").focus(), true`)
	d.typeKeys(200, "\r")
	d.told("The two dates have changed places.")
	stands("moved by one", 1, 0, 2)
	d.await(`document.activeElement.matches("` + row(two, ".step:last-of-type") + `")`)
	d.typeKeys(200, "\r")
	d.told("The two dates have changed places.")
	stands("moved by two", 1, 2, 0)
	d.undo()
	stands("taken back", 1, 0, 2)

	// By mouse: the first date's title is dragged to the third.
	d.open("/admin/calendar", 200)
	d.leads(200, func() { d.drag(row(one, ".tip"), row(three, ".why"), false) })
	d.told("The two dates have changed places.")
	stands("dragged", 2, 0, 1)
	d.look("calendar after a drag")
	d.undo()
	stands("taken back", 1, 0, 2)

	// By touch: the handle, on a phone.
	d.view(360, 900, false)
	d.open("/admin/calendar", 200)
	eval[bool](d, `document.getElementById("`+one+`").scrollIntoView({block: "start"}), true`)
	d.leads(200, func() { d.drag(row(two, ".handle"), row(one, ".what"), true) })
	d.told("The two dates have changed places.")
	stands("dragged by touch", 0, 1, 2)
	d.view(1280, 900, false)

	// By a form: a date is given a tip, and skipped.
	d.open("/admin/calendar", 200)
	eval[bool](d, `document.querySelector("`+row(one, ".change summary")+`").focus(), true`)
	d.typeKeys(0, "\r\tThank the person who brings you bad news")
	d.look("calendar forms")
	d.typeKeys(200, "\r")
	d.told("The tip is pinned to that date.")
	if got := d.tip(one); !strings.HasSuffix(got, "Thank the person who brings you bad news") || d.text(row(one, ".why")) != "pinned" {
		t.Errorf("a pinned date has %q, %q", got, d.text(row(one, ".why")))
	}
	d.click(row(one, "form.buttons button"))
	d.told("The date is skipped")
	if got := d.text(row(one, ".why")); got != "skipped" {
		t.Errorf("a skipped date is %q", got)
	}
	// Escape closes what is open, and a drag that is let go of beside the dates does nothing.
	eval[bool](d, `document.querySelector("`+row(one, ".change summary")+`").click(), true`)
	d.typeKeys(0, "\x1b")
	d.await(`!document.querySelector(".plan details[open]")`)
	d.drag(row(two, ".tip"), "h1", false)
	if d.text("[role=status]") == "" || eval[bool](d, `!!document.querySelector(".ghost, .dragged")`) {
		t.Error("a drag to nowhere did something")
	}
}

// undo takes the last change back.
func (d *desk) undo() {
	d.Helper()
	d.click(".undo button")
	d.told("It’s as it was before.")
}

// click presses a button that brings another page.
func (d *desk) click(selector string) {
	d.Helper()
	d.leads(200, func() { eval[bool](d, `document.querySelector(`+quoted(selector)+`).click(), true`) })
}

// drag drags from the middle of an element to that of another, by mouse or by touch.
func (d *desk) drag(from, to string, touch bool) {
	d.Helper()
	a, b := d.middle(from), d.middle(to)
	move := func(kind input.DispatchMouseEventType, touched input.DispatchTouchEventType, at point) {
		if !touch {
			call(d, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: at.X, Y: at.Y, Button: input.MouseButtonLeft, Buttons: 1, ClickCount: 1})
			return
		}
		p := input.DispatchTouchEventParams{Type: touched, TouchPoints: []*input.TouchPoint{}}
		if touched != input.DispatchTouchEventTypeTouchEnd {
			p.TouchPoints = append(p.TouchPoints, &input.TouchPoint{X: at.X, Y: at.Y})
		}
		call(d, input.DispatchTouchEvent, p)
	}
	move(input.DispatchMouseEventTypeMousePressed, input.DispatchTouchEventTypeTouchStart, a)
	for i := range 5 {
		part := float64(i+1) / 5
		move(input.DispatchMouseEventTypeMouseMoved, input.DispatchTouchEventTypeTouchMove, point{a.X + (b.X-a.X)*part, a.Y + (b.Y-a.Y)*part})
	}
	move(input.DispatchMouseEventTypeMouseReleased, input.DispatchTouchEventTypeTouchEnd, b)
}

// Where texts need an approval an editor gives it here; who only looks is shown no
// form, and refused.
func TestCalendarApprovals(t *testing.T) {
	h := calendarHouse(t, "approve: true\n")
	d := h.desk()
	d.signIn("editor", password, 200)
	d.open("/admin/calendar", 200)
	date := d.rows()[0]
	if got := d.text(row(date, ".why")); !strings.HasPrefix(got, "not approved yet") {
		t.Fatalf("the first date is %q", got)
	}
	d.look("calendar with approvals")
	eval[bool](d, `document.querySelector("`+row(date, ".why button")+`").focus(), true`)
	d.typeKeys(200, "\r")
	d.told("The tip is approved as it is.")
	if got := d.text(row(date, ".why")); got != "the next one approved" {
		t.Errorf("afterwards it's %q", got)
	}

	d = h.desk()
	d.signIn("viewer", password, 200)
	d.open("/admin/calendar#"+date, 200)
	if n := eval[int](d, `document.querySelectorAll("main form, main button, main script").length`); n > 0 {
		t.Errorf("a viewer is shown %d forms", n)
	}
	d.look("calendar of a viewer")
	d.leads(403, func() {
		eval[bool](d, `(() => { const f = document.createElement("form"); f.method = "post"; f.action = "/admin/calendar/skip"; document.body.append(f); f.submit(); return true })()`)
	})
}
