package mailtest_test

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"dailytip/test/mailtest"
)

//go:embed measure.js
var measure string

var (
	widths = []int{320, 375, 700}
	// zoomed windows are half as wide: 200 % zoom.
	zoomed = []int{160, 188, 350}
)

// The browser is started once, at first need.
var (
	chromium = sync.OnceValues(func() (b *mailtest.Browser, err error) {
		if b, err = mailtest.StartBrowser(); err == nil {
			closeBrowser = b.Close
		}
		return b, err
	})
	closeBrowser = func() {}
)

func TestMain(m *testing.M) {
	code := m.Run()
	closeBrowser()
	os.Exit(code)
}

// openTabs gives two tabs of the one browser, one for each core.
func openTabs(t *testing.T) chan *mailtest.Tab {
	t.Helper()
	axe := needModule(t, "axe-core/axe.min.js")
	browser, err := chromium()
	if errors.Is(err, mailtest.ErrNoBrowser) {
		missing(t, "Chromium is missing")
	}
	if err != nil {
		t.Fatal(err)
	}
	tabs := make(chan *mailtest.Tab, 2)
	for range cap(tabs) {
		tab, err := browser.NewTab(axe)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(tab.Close)
		tabs <- tab
	}
	return tabs
}

// TestMailsInChromium shows mails at every width, light and dark, at 200 % zoom,
// without pictures and without style elements.
func TestMailsInChromium(t *testing.T) {
	t.Parallel()
	lookAtAll(t, sample(t))
}

// lookAtAll gives which of axe-core's rules found something.
func lookAtAll(t *testing.T, mails []mailtest.Mail) (seen map[string]bool) {
	t.Helper()
	tabs := openTabs(t)
	e := &eye{spared: map[string]string{}, seen: map[string]bool{}}
	for _, a := range readAccepted(t).Axe {
		e.spared[a.Rule] = a.Reason
	}
	t.Run("mails", func(t *testing.T) {
		for _, m := range mails {
			t.Run(m.Name, func(t *testing.T) {
				t.Parallel()
				tab := <-tabs
				defer func() { tabs <- tab }()
				e.lookAt(t, tab, m)
			})
		}
	})
	return e.seen
}

// eye looks at mails and remembers which of axe-core's rules were spared.
type eye struct {
	spared map[string]string // rule → reason

	mu   sync.Mutex
	seen map[string]bool
}

func (e *eye) lookAt(t *testing.T, tab *mailtest.Tab, m mailtest.Mail) {
	t.Helper()
	show := func(pictures bool) {
		t.Helper()
		if err := tab.Show(m, pictures); err != nil {
			t.Fatal(err)
		}
	}
	if strings.Contains(m.HTML, "<img") {
		show(false)
		for _, width := range widths {
			lies(t, tab, "without pictures, ", mailtest.View{Width: width})
		}
	}
	show(true)
	var blank []string
	if err := tab.Run("[...document.images].filter(i => !i.naturalWidth).map(i => i.src)", &blank); err != nil || len(blank) > 0 {
		t.Errorf("pictures that don't show: %q %v", blank, err)
	}
	for _, width := range slices.Concat(widths, zoomed) {
		lies(t, tab, "", mailtest.View{Width: width})
	}
	for _, width := range widths {
		lies(t, tab, "", mailtest.View{Width: width, Dark: true})
	}
	// Both colour schemes in both layouts; 375 px has the layout of 320 px.
	for _, v := range []mailtest.View{{Width: 320}, {Width: 700}, {Width: 320, Dark: true}, {Width: 700, Dark: true}} {
		e.reads(t, tab, v)
	}
	// Gmail drops style elements for accounts at other providers.
	var left int
	if err := tab.Run("document.querySelectorAll('style').forEach(e => e.remove()), document.styleSheets.length", &left); err != nil || left != 0 {
		t.Fatalf("take the style elements out: %d are left, %v", left, err)
	}
	for _, width := range widths {
		lies(t, tab, "without style elements, ", mailtest.View{Width: width})
	}
}

// lies says what lies wrong in a view.
func lies(t *testing.T, tab *mailtest.Tab, how string, v mailtest.View) {
	t.Helper()
	var faults []string
	if err := look(tab, v, measure, &faults); err != nil {
		t.Fatal(err)
	}
	report(t, how+v.String(), faults)
}

// finding is one of axe-core's.
type finding struct {
	ID, Impact, Help string
	Nodes            []struct {
		HTML, FailureSummary string
	}
}

// axe runs every rule that axe-core has switched on, and target-size, which it
// leaves off. What it can't decide about colours counts as well.
const axe = `axe.run(document, {preload: false, rules: {'target-size': {enabled: true}}}).then(r =>
	[...r.violations, ...r.incomplete.filter(i => i.id === 'color-contrast').map(i => ({...i,
		nodes: i.nodes.filter(n => !document.querySelector(n.target[0])?.closest('[tabindex="0"]'))})).filter(i => i.nodes.length > 0)])`

// reads says what axe-core finds in a view.
func (e *eye) reads(t *testing.T, tab *mailtest.Tab, v mailtest.View) {
	t.Helper()
	var found []finding
	if err := look(tab, v, axe, &found); err != nil {
		t.Fatal(err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	found = slices.DeleteFunc(found, func(f finding) bool {
		_, ok := e.spared[f.ID]
		e.seen[f.ID] = true
		return ok
	})
	report(t, "axe, "+v.String(), sentences(found))
}

func sentences(found []finding) []string {
	var faults []string
	for _, f := range found {
		for _, node := range f.Nodes {
			faults = append(faults, fmt.Sprintf("%s (%s): %s: %.200s: %s", f.ID, f.Impact, f.Help, node.HTML,
				strings.Join(strings.Fields(node.FailureSummary), " ")))
		}
	}
	return faults
}

func look(tab *mailtest.Tab, v mailtest.View, script string, into any) error {
	if err := tab.Look(v); err != nil {
		return err
	}
	return tab.Run(script, into)
}

func report(t *testing.T, where string, faults []string) {
	t.Helper()
	for i, fault := range faults {
		if i == 5 && os.Getenv("MAILTEST_ALL") == "" {
			t.Errorf("%s: and %d more (MAILTEST_ALL=1 shows them)", where, len(faults)-i)
			return
		}
		t.Errorf("%s: %s", where, fault)
	}
}

// TestChromiumFinds shows that the test above can fail.
func TestChromiumFinds(t *testing.T) {
	tab := <-openTabs(t)
	bad := `<!DOCTYPE html><html lang="en"><head><title>Bad</title></head><body style="background:#fff">` +
		`<p style="color:#999;font-size:12px">Faint and small</p><div style="width:500px">wide</div>` +
		`<p style="width:80px;white-space:nowrap">These words leave their box</p><p>one</p><p>two</p><img src="https://example.com/a.png"></body></html>`
	if err := tab.Show(mailtest.Mail{HTML: bad}, true); err != nil {
		t.Fatal(err)
	}
	var faults []string
	if err := look(tab, mailtest.View{Width: 320}, measure, &faults); err != nil {
		t.Fatal(err)
	}
	var found []finding
	if err := look(tab, mailtest.View{Width: 320}, axe, &found); err != nil {
		t.Fatal(err)
	}
	all := strings.Join(append(faults, sentences(found)...), "\n")
	for _, want := range []string{
		"scrolls sideways: HTML is 2408", "12px small", "of its 80px wide", "outside of the article", "<img> \"\" reaches from", "color-contrast", "image-alt",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("it doesn't find %q in\n%s", want, all)
		}
	}
	if err := tab.Show(mailtest.Mail{HTML: `<!DOCTYPE html><link rel="stylesheet" href="https://example.com/a.css">`}, true); err == nil {
		t.Error("a mail may load a style sheet")
	}
}
