package admintest

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"dailytip/credential"
	"dailytip/test/daemontest"
	"dailytip/test/freeport"
	"dailytip/test/mailtest"
)

// patience is how long something may take that must come: it only costs when it doesn't.
const patience = 3 * time.Minute

var shots = flag.String("shots", "", "write pictures of each page into this `folder`")

// The program is built and the browser started once, at first need.
var (
	programs daemontest.Programs
	chromium = sync.OnceValues(func() (b *mailtest.Browser, err error) {
		if b, err = mailtest.StartBrowser(); err == nil {
			closeBrowser = b.Close
		}
		return b, err
	})
	closeBrowser = func() {}
)

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	closeBrowser()
	os.Exit(code)
}

// missing is for what can't be installed everywhere; where all must run it's a failure.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is missing", what)
	}
	t.Skipf("%s isn't here; make deps installs it", what)
}

const password = "four words that differ"

// house is a daemon with a person in each role, who are called as it is.
type house struct {
	*testing.T
	base   string // http://127.0.0.1:port
	in     *daemontest.Installation
	daemon *daemontest.Daemon

	elsewhere string // a server whose pages people go to as well, as the base is; "": there is none
}

// newHouse has three readers and a relay that is down, so that there is something to see.
func newHouse(t *testing.T) *house {
	t.Helper()
	return furnish(t, "127.0.0.1:1", 3, nil)
}

// furnish makes a house with a relay, at host:port, and so many readers, to whom it
// sends; change may make something else of it.
func furnish(t *testing.T, relay string, readers int, change func(*daemontest.Options)) *house {
	t.Helper()
	host, relayPort, err := net.SplitHostPort(relay)
	if err != nil {
		t.Fatal(err)
	}
	program, err := programs.Plain()
	if err != nil {
		t.Fatal(err)
	}
	hash, err := credential.Make(password)
	if err != nil {
		t.Fatal(err)
	}
	port, err := freeport.Find()
	if err != nil {
		t.Fatal(err)
	}
	var people strings.Builder
	for _, role := range []string{"viewer", "editor", "operator"} {
		fmt.Fprintf(&people, "\n    - {name: %[1]s, password_hash: '%[2]s', role: %[1]s}", role, hash)
	}
	o := daemontest.Options{
		Program: program, Dir: t.TempDir(), Listen: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)),
		Relays: fmt.Sprintf("- {host: %s, port: %s, tls: none}", host, relayPort), Top: "admin:\n  people:" + people.String(),
	}
	if change != nil {
		change(&o)
	}
	in, err := daemontest.Install(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := in.Fill(t.Context(), readers, true); err != nil {
		t.Fatal(err)
	}
	h := &house{T: t, in: in, base: "http://127.0.0.1:" + strconv.Itoa(port)}
	// The test's context ends before its tabs are closed, which ask the daemon by themselves.
	if h.daemon, err = in.Serve(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = h.daemon.Kill()
		if t.Failed() {
			t.Logf("the daemon's log:\n%s", h.daemon.Log())
		}
	})
	if _, err := in.Run(t.Context(), []string{"send", "--newsletter", "management", "--wait", "0s"}, 0, 1, 4, 5); err != nil {
		t.Fatal(err)
	}
	return h
}

// desk is where somebody sits: a tab with cookies of its own.
type desk struct {
	*house
	ctx context.Context //nolint:containedctx // chromedp keeps the tab in its context
	axe string

	mu     sync.Mutex
	faults []string
}

func (h *house) desk() *desk {
	h.Helper()
	browser, err := chromium()
	if errors.Is(err, mailtest.ErrNoBrowser) {
		missing(h.T, "Chromium")
	}
	if err != nil {
		h.Fatal(err)
	}
	script, err := os.ReadFile(filepath.Join("..", "mailtest", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		missing(h.T, "axe-core")
	}
	ctx, leave, err := browser.Guest()
	if err != nil {
		h.Fatal(err)
	}
	d := &desk{house: h, ctx: ctx, axe: string(script)}
	h.Cleanup(func() {
		leave()
		d.mu.Lock()
		defer d.mu.Unlock()
		for _, fault := range d.faults {
			h.Error(fault)
		}
	})
	if err := chromedp.Listen(ctx, d.notice); err != nil {
		h.Fatal(err)
	}
	call(d, network.Enable, network.EnableParams{})
	call(d, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	return d
}

// refusedText is what the browser says of an answer that refuses something.
var refusedText = regexp.MustCompile(`status of (4\d\d|502)`)

// notice remembers what shouldn't happen in a tab: a request to another host, and what
// the browser says against a page, but that it was refused, which tests ask for.
func (d *desk) notice(event any) {
	fault := ""
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		// The browser draws its own fields for dates with pictures that it has.
		if !strings.HasPrefix(e.Request.URL, d.base+"/") && !strings.HasPrefix(e.Request.URL, "data:") && !d.isElsewhere(e.Request.URL, e.DocumentURL) {
			fault = "a request to " + e.Request.URL
		}
	case *log.EventEntryAdded:
		// A page that isn't ours may ask for what isn't to be had; one of ours can't, for
		// the request alone is a fault.
		theirs := d.isElsewhere(e.Entry.URL) || d.elsewhere != "" && strings.Contains(e.Entry.Text, "ERR_NAME_NOT_RESOLVED")
		if !theirs && !refusedText.MatchString(e.Entry.Text) {
			fault = fmt.Sprintf("the browser says: %s: %s %s", e.Entry.Level, e.Entry.Text, e.Entry.URL)
		}
	}
	if fault != "" {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.faults = append(d.faults, fault)
	}
}

// isElsewhere tells whether something is of a page that isn't ours.
func (d *desk) isElsewhere(addresses ...string) bool {
	return d.elsewhere != "" && slices.ContainsFunc(addresses, func(a string) bool { return strings.HasPrefix(a, d.elsewhere+"/") })
}

// call sends a command of the browser's protocol.
func call[P, R any](d *desk, command cdp.Command[P, R], params P) R {
	d.Helper()
	result, err := chromedp.Call(d.ctx, command, params)
	if err != nil {
		d.Fatalf("%s: %v", command.Method, err)
	}
	return result
}

// eval evaluates a script, as a debugger can where a page can't.
func eval[T any](d *desk, script string) T {
	d.Helper()
	ctx, cancel := context.WithTimeout(d.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		d.Fatalf("%.200s: %v", script, err)
	}
	return value
}

// text is what a person reads in an element, with single blanks.
func (d *desk) text(selector string) string {
	d.Helper()
	return strings.Join(strings.Fields(eval[string](d, fmt.Sprintf("document.querySelector(%q)?.innerText ?? ''", selector))), " ")
}

// open goes to a path, which answers with a status.
func (d *desk) open(path string, status int64) {
	d.Helper()
	ctx, cancel := context.WithTimeout(d.ctx, patience)
	defer cancel()
	answer, err := chromedp.Run(ctx, chromedp.NavigateResponse(d.base+path))
	if err != nil || answer == nil || answer.Status != status {
		d.Fatalf("open %s: %+v %v\n%s", path, answer, err, d.text("body"))
	}
}

// await waits until a script says true.
func (d *desk) await(script string) {
	d.Helper()
	for end := time.Now().Add(patience); !eval[bool](d, script); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			d.Fatalf("it never comes to be that %s\n%s", script, d.text("body"))
		}
	}
}

// widths are those in which each page is looked at, in CSS pixels.
var widths = []int64{360, 768, 1280, 1600}

// look looks at a page in each width, light and dark; axe-core does so on a phone when
// it's dark and on a desk when it's light.
func (d *desk) look(name string) {
	d.Helper()
	for _, dark := range []bool{false, true} {
		for _, width := range widths {
			d.view(width, 900, dark)
			if wider := eval[int](d, "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - document.documentElement.clientWidth"); wider > 0 {
				d.Errorf("%s: %d px of %d to scroll sideways", name, wider, width)
			}
			if width == widths[0] {
				for _, what := range eval[[]string](d, `[...document.querySelectorAll(".scroll")].filter(e => e.scrollWidth > e.clientWidth).map(e => e.innerText.slice(0, 100))`) {
					d.Errorf("%s: on a phone this is to be scrolled sideways: %s", name, what)
				}
				if order := d.tabOrder(); !slices.IsSorted(order) {
					d.Errorf("%s: on a phone the header's links stand at %v px by the keyboard", name, order)
				}
			}
			if dark && width == widths[0] || !dark && width == widths[2] {
				d.judge(name, width, dark)
			}
			if width == widths[0] || width == widths[2] {
				d.picture(name, width, dark)
			}
		}
	}
	d.view(widths[2], 900, false)
}

// tabOrder is how far below the top what the keyboard comes to in the header stands, as long
// as the menu is folded in.
func (d *desk) tabOrder() []int {
	d.Helper()
	return eval[[]int](d, `[...document.querySelectorAll(".top a, .top button")].filter(e => e.checkVisibility()).map(e => Math.round(e.getBoundingClientRect().bottom / 8))`)
}

func (d *desk) view(width, height int64, dark bool) {
	d.Helper()
	scheme := map[bool]string{false: "light", true: "dark"}[dark]
	call(d, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1})
	call(d, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
}

// judge says what axe-core finds, by every rule that it has switched on and target-size.
// What it can't decide about colours counts as well, but for what lies over other text or
// under it, as a panel and a box that stays in sight do, and for a single digit.
func (d *desk) judge(name string, width int64, dark bool) {
	d.Helper()
	if !eval[bool](d, "'axe' in window") {
		eval[bool](d, d.axe+"\ntrue")
	}
	var found []struct {
		ID, Help string
		Nodes    []struct{ HTML, FailureSummary string }
	}
	text := eval[string](d, `axe.run(document, {preload: false, rules: {'target-size': {enabled: true}}}).then(r =>
		JSON.stringify([...r.violations, ...r.incomplete.filter(i => i.id === 'color-contrast').map(i =>
			({...i, nodes: i.nodes.filter(n => !n.any.some(c => ['bgOverlap', 'elmPartiallyObscured', 'elmPartiallyObscuring', 'shortTextContent'].includes(c.data?.messageKey)))}))]))`)
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		d.Fatal(err)
	}
	for _, f := range found {
		for _, n := range f.Nodes {
			d.Errorf("%s, %d px, dark %t: %s: %s: %.200s: %s", name, width, dark, f.ID, f.Help, n.HTML, strings.Join(strings.Fields(n.FailureSummary), " "))
		}
	}
}

// picture writes a picture of the whole page, when pictures are asked for.
func (d *desk) picture(name string, width int64, dark bool) {
	d.Helper()
	if *shots == "" {
		return
	}
	d.view(width, max(400, eval[int64](d, "document.documentElement.scrollHeight")), dark)
	png, err := chromedp.Run(d.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.MkdirAll(*shots, 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(*shots, fmt.Sprintf("%s-%d-%s.png", strings.ReplaceAll(name, " ", "-"), width, map[bool]string{false: "light", true: "dark"}[dark])), png, 0o600)
	}
	if err != nil {
		d.Fatal(err)
	}
}
