package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestByKeyboard subscribes, mends a mistake, confirms and comes to the settings
// by nothing but keys, and sees at each step where it is.
func TestByKeyboard(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	j := &journey{traveller: travellers[0], lang: "en", address: "keys@example.org", zone: time.UTC}
	j.guest = newGuest(s, person{languages: "en-GB,en", zone: "UTC", script: true})
	j.axe, j.prefix, j.turn = needAxe(t), "keys", -1

	j.open(s.base + "/")
	opened := time.Now()
	j.tabTo(".skip")
	j.keys(kb.Enter) // past what stands on every page
	j.tabTo("#email")
	j.keys("keys@example") // which no browser minds
	j.expect("status of 422")
	j.load(422, "send a bad address", chromedp.KeyEvent(kb.Enter))
	j.says("page.fault.heading", nil)
	j.says("page.fault.email", nil)
	j.look("a fault")
	if at := j.focus(); at != "email" {
		t.Errorf("the cursor is at %q, and not in the field with the fault", at)
	}
	j.do("write over it", chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	j.keys(j.address)
	j.enter()
	if strings.Contains(j.text("main"), "One more click") { // it took less than three seconds
		j.look("once more")
		time.Sleep(time.Until(opened.Add(3100 * time.Millisecond)))
		j.tabTo("#subscribe")
		j.enter()
	}
	j.says("page.subscribe.sent_heading", nil)

	j.open(j.link(s.mail(j.address), "/confirm/"))
	j.tabTo("main button")
	j.enter()
	j.says("page.confirm.done_heading", nil)
	j.tabTo("#again")
	j.tabTo("#settings")
	j.enter()
	j.wantAllReached()
	j.tabTo("#day-SUN")
	j.keys(" ")
	j.tabTo("#save")
	j.enter()
	j.says("page.settings.saved", nil)
	if j.checked("#day-SUN") {
		t.Error("Sunday is still there")
	}
	s.end(j.address)
}

// keys presses keys, wherever the focus is.
func (g *guest) keys(keys string) {
	g.Helper()
	g.do(fmt.Sprintf("press %q", keys), chromedp.KeyEvent(keys))
}

// enter presses Enter on what leads to another page.
func (g *guest) enter() {
	g.Helper()
	g.load(200, "press Enter", chromedp.KeyEvent(kb.Enter))
}

func (g *guest) checked(selector string) bool {
	g.Helper()
	return eval[bool](g, fmt.Sprintf("document.querySelector(%q).checked", selector))
}

// focus names the element with the focus: its id, or what it is and says.
func (g *guest) focus() string {
	g.Helper()
	return eval[string](g, `(e => !e || e === document.body ? '' : e.id || e.localName + ' ' + e.textContent.trim())(document.activeElement)`)
}

// seen tells what is wrong with how the focus shows; "": nothing is.
const seen = `(e => {
	const box = e.getBoundingClientRect(), style = getComputedStyle(e);
	if (box.width < 1 || box.height < 1 || box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth) return 'out of sight';
	if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) return 'without an outline';
	return '';
})(document.activeElement)`

// tabTo presses the Tab key until an element has the focus, and wants to see
// each stop on the way.
func (g *guest) tabTo(selector string) {
	g.Helper()
	var way []string
	for range 100 {
		g.keys(kb.Tab)
		at := g.focus()
		way = append(way, at)
		if at == "" {
			continue // the browser's own controls
		}
		if fault := eval[string](g, seen); fault != "" {
			g.Errorf("the focus on %q is %s", at, fault)
		}
		if eval[bool](g, fmt.Sprintf("document.activeElement.matches(%q)", selector)) {
			return
		}
	}
	g.Fatalf("the Tab key doesn't come to %s: %q", selector, way)
}

// reachable is what the Tab key should come to, in this order: of a group of
// radio buttons only the chosen one.
const reachable = `[...document.querySelectorAll('a[href], button, input, select, summary')].filter(e =>
	e.checkVisibility() && e.type !== 'hidden' && e.tabIndex >= 0 && !(e.type === 'radio' && !e.checked)).map(e => e.id || e.localName + ' ' + e.textContent.trim())`

// wantAllReached wants the Tab key to come to every control of a page, in order.
// Some have parts that are stops of their own, such as hours and minutes.
func (g *guest) wantAllReached() {
	g.Helper()
	want := eval[[]string](g, reachable)
	var way []string
	for range 3 * len(want) {
		g.keys(kb.Tab)
		at := g.focus()
		if at == "" {
			break
		}
		if fault := eval[string](g, seen); fault != "" {
			g.Errorf("the focus on %q is %s", at, fault)
		}
		way = append(way, at)
	}
	if way = slices.Compact(way); !slices.Equal(way, want) {
		g.Errorf("the Tab key comes to\n%q, want\n%q", way, want)
	}
}
