package e2e

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// person is who sits before the browser.
type person struct {
	languages string // that the browser asks for, the best first
	zone      string // of their clock
	script    bool
	phone     bool
}

// guest is a person in a tab of their own.
type guest struct {
	*testing.T
	person
	site   *site
	ctx    context.Context //nolint:containedctx // chromedp keeps the tab in its context
	host   string          // the only one that may be asked
	prefix string          // of the names of pictures
	axe    string          // axe-core's script; "": it isn't asked
	turn   int             // at every third step axe-core is asked: 0, 1 or 2; -1: at each
	steps  int

	mu     sync.Mutex
	faults []string
	pass   []string // parts of console messages that are as they should be
}

// newGuest opens a tab. What goes wrong in it fails the test at its end.
func newGuest(s *site, p person) *guest {
	s.Helper()
	ctx, leave, err := needBrowser(s.T).Guest()
	if err != nil {
		s.Fatal(err)
	}
	base, err := url.Parse(s.base)
	if err != nil {
		s.Fatal(err)
	}
	g := &guest{T: s.T, person: p, site: s, ctx: ctx, host: base.Host}
	s.Cleanup(func() {
		leave()
		g.mu.Lock()
		defer g.mu.Unlock()
		for _, fault := range slices.Compact(g.faults) {
			s.Error(fault)
		}
	})
	if err := chromedp.Listen(ctx, g.notice); err != nil {
		s.Fatal(err)
	}
	call(g, audits.Enable, cdp.Empty{})
	call(g, network.Enable, network.EnableParams{})
	call(g, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: p.zone})
	agent := call(g, browser.GetVersion, cdp.Empty{}).UserAgent
	call(g, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: agent, AcceptLanguage: p.languages})
	call(g, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !p.script})
	call(g, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	g.view(g.width(), false)
	return g
}

// call sends a command of the browser's protocol.
func call[P, R any](g *guest, command cdp.Command[P, R], params P) R {
	g.Helper()
	result, err := chromedp.Call(g.ctx, command, params)
	if err != nil {
		g.Fatalf("%s: %v", command.Method, err)
	}
	return result
}

// notice remembers what shouldn't happen in a tab.
func (g *guest) notice(event any) {
	fault := ""
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		// The browser's own pictures for fields are data:.
		if u, err := url.Parse(e.Request.URL); err != nil || u.Host != g.host && u.Scheme != "data" {
			fault = "a request to " + e.Request.URL
		}
	case *log.EventEntryAdded:
		fault = fmt.Sprintf("the browser says: %s: %s %s", e.Entry.Level, e.Entry.Text, e.Entry.URL)
	case *runtime.EventConsoleAPICalled:
		fault = fmt.Sprintf("the console says: %s: %v", e.Type, e.Args)
	case *runtime.EventExceptionThrown:
		fault = "a script failed: " + e.ExceptionDetails.Text
	case *audits.EventIssueAdded:
		fault = fmt.Sprintf("the browser has an issue: %s: %+v", e.Issue.Code, issue(e.Issue.Details))
	}
	if fault == "" {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if !slices.ContainsFunc(g.pass, func(part string) bool { return strings.Contains(fault, part) }) {
		g.faults = append(g.faults, fault)
	}
}

// issue is what an issue is about.
func issue(d *audits.InspectorIssueDetails) any {
	switch {
	case d.ContentSecurityPolicyIssueDetails != nil:
		return *d.ContentSecurityPolicyIssueDetails
	case d.GenericIssueDetails != nil:
		return *d.GenericIssueDetails
	}
	return *d
}

// expect lets a message of the browser pass that is as it should be.
func (g *guest) expect(part string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pass = append(g.pass, part)
}

// within bounds what a tab is asked to do.
func (g *guest) within() (context.Context, context.CancelFunc) {
	return context.WithTimeout(g.ctx, patience)
}

// do carries out actions in the tab.
func (g *guest) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	g.Helper()
	ctx, cancel := g.within()
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		g.Fatalf("%s: %v\n%s", what, err, g.text("html"))
	}
}

// load carries out actions that bring another page, which must have a status.
func (g *guest) load(status int, what string, actions ...chromedp.Action[chromedp.Void]) {
	g.Helper()
	ctx, cancel := g.within()
	defer cancel()
	answer, err := chromedp.RunResponse(ctx, actions...)
	if err != nil {
		g.Fatalf("%s: %v\n%s", what, err, g.text("html"))
	}
	if answer == nil || int(answer.Status) != status {
		g.Fatalf("%s: %+v, want %d", what, answer, status)
	}
}

// open goes to an address, which answers with a status: 200 unless given.
func (g *guest) open(address string, status ...int64) {
	g.Helper()
	ctx, cancel := g.within()
	defer cancel()
	answer, err := chromedp.Run(ctx, chromedp.NavigateResponse(address))
	if status = append(status, 200); err != nil || answer == nil || answer.Status != status[0] {
		g.Fatalf("open %s: %+v %v", address, answer, err)
	}
}

// press clicks on what leads to another page.
func (g *guest) press(selector string) {
	g.Helper()
	g.load(200, "press "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// typeIn writes into a field, key by key.
func (g *guest) typeIn(selector, text string) {
	g.Helper()
	g.do("type into "+selector, chromedp.SendKeys(chromedp.CSS(selector), text))
}

// set puts a value into a field whose keys depend on the browser's own language.
func (g *guest) set(selector, value string) {
	g.Helper()
	g.do("set "+selector, chromedp.SetValue(chromedp.CSS(selector), value))
}

// value is that of a field.
func (g *guest) value(selector string) string {
	g.Helper()
	return eval[string](g, fmt.Sprintf("document.querySelector(%q).value", selector))
}

// text is what a person reads in an element, with single blanks.
func (g *guest) text(selector string) string {
	g.Helper()
	return strings.Join(strings.Fields(eval[string](g, fmt.Sprintf("document.querySelector(%q)?.innerText ?? ''", selector))), " ")
}

// eval evaluates a script, as a debugger can where a page can't.
func eval[T any](g *guest, script string) T {
	g.Helper()
	ctx, cancel := g.within()
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		g.Fatalf("%.200s: %v", script, err)
	}
	return value
}

// wantNoTraces says that the site has left nothing in the browser.
func (g *guest) wantNoTraces() {
	g.Helper()
	if cookies := call(g, network.GetCookies, network.GetCookiesParams{}).Cookies; len(cookies) > 0 {
		g.Errorf("the site set %d cookies", len(cookies))
	}
	if kept := eval[int](g, "localStorage.length + sessionStorage.length"); kept != 0 {
		g.Errorf("the site keeps %d values in the browser", kept)
	}
}
