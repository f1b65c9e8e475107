package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Widths in CSS pixels.
const (
	narrow = 320
	phone  = 390
	desk   = 1200
)

// width is that of the person's window.
func (p person) width() int64 {
	if p.phone {
		return phone
	}
	return desk
}

// view sets the window's width and the colour scheme.
func (g *guest) view(width int64, dark bool) { g.Helper(); g.viewAll(width, 900, dark) }

func (g *guest) viewAll(width, height int64, dark bool) {
	g.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	call(g, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1})
	call(g, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
}

// sideways tells how far a page is wider than its window, in pixels.
const sideways = `Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - document.documentElement.clientWidth`

// look looks at the page of a step: in the person's width and a narrow one, and
// when it's their turn with axe-core. It takes pictures when they are asked for.
func (g *guest) look(step string) {
	g.Helper()
	g.steps++
	for _, width := range []int64{narrow, g.width()} {
		g.view(width, false)
		if wider := eval[int](g, sideways); wider > 0 {
			g.Errorf("%s: %d px of %d to scroll sideways", step, wider, width)
		}
	}
	for _, dark := range []bool{false, true} {
		if g.axe != "" && (g.turn < 0 || g.steps%len(travellers) == g.turn) {
			g.view(g.width(), dark)
			g.judge(step, dark)
		}
		if *shots != "" {
			g.picture(step, phone, dark)
			g.picture(step, desk, dark)
		}
	}
	g.view(g.width(), false)
}

// axeRun runs every rule that axe-core has switched on, and target-size, which
// it leaves off. What it can't decide about colours counts as well.
const axeRun = `axe.run(document, {preload: false, rules: {'target-size': {enabled: true}}}).then(r =>
	JSON.stringify([...r.violations, ...r.incomplete.filter(i => i.id === 'color-contrast')]))`

// judge says what axe-core finds.
func (g *guest) judge(step string, dark bool) {
	g.Helper()
	if !eval[bool](g, "'axe' in window") {
		eval[bool](g, g.axe+"\ntrue")
	}
	var found []struct {
		ID, Impact, Help string
		Nodes            []struct{ HTML, FailureSummary string }
	}
	if err := json.Unmarshal([]byte(eval[string](g, axeRun)), &found); err != nil {
		g.Fatal(err)
	}
	for _, f := range found {
		for _, n := range f.Nodes {
			g.Errorf("%s, dark %v: %s (%s): %s: %.200s: %s", step, dark, f.ID, f.Impact, f.Help, n.HTML, strings.Join(strings.Fields(n.FailureSummary), " "))
		}
	}
}

// picture writes a picture of the whole page.
func (g *guest) picture(step string, width int64, dark bool) {
	g.Helper()
	g.view(width, dark)
	g.viewAll(width, eval[int64](g, "document.documentElement.scrollHeight"), dark)
	ctx, cancel := g.within()
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		g.Fatal(err)
	}
	scheme := map[bool]string{false: "light", true: "dark"}[dark]
	name := fmt.Sprintf("%s-%02d-%s-%d-%s.png", g.prefix, g.steps, strings.ReplaceAll(step, " ", "-"), width, scheme)
	if err := os.MkdirAll(*shots, 0o755); err != nil {
		g.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*shots, name), png, 0o600); err != nil {
		g.Fatal(err)
	}
}
