package sitetest_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dailytip/subscribers"
	"dailytip/test/mailtest"
)

// missing ends a test that needs what isn't there: a failure where CI is set.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is missing; scripts/setup-test-deps installs it", what)
	}
	t.Skipf("SKIPPED: %s is missing; scripts/setup-test-deps installs it", what)
}

// languages are those in which every page is looked at: short words, no blanks,
// from right to left.
var languages = []string{"en", "zh-CN", "ar"}

// pages are all that the program has to show. Those that change something come
// last.
func (s *site) pages() []visit {
	var all []visit
	each := func(name, path string) {
		for _, lang := range languages {
			glue := "?"
			if strings.Contains(path, "?") {
				glue = "&"
			}
			all = append(all, visit{name: name + ", " + lang, path: path + glue + "lang=" + lang, unseen: lang == "zh-CN"})
		}
	}
	date := func(days int) string { return today.AddDate(0, 0, days).Format(time.DateOnly) }
	each("the start", "/")
	all = append(all, visit{name: "the form for other sites", path: "/embed"})
	each("past tips", "/archive")
	each("past tips of one", "/archive/management")
	each("older past tips", "/archive/management?page=1")
	each("past tips about something", "/archive?tag=meetings")
	each("found", "/archive?q=ask")
	each("nothing found", "/archive/management?q=zzzz")
	each("an edition", "/archive/management/"+date(-3))
	each("the first edition", "/archive/management/"+date(-47))
	each("a tip of a course", "/archive/course/"+s.tips("library")[0].ID)
	each("nothing there", "/nowhere")
	gallery := s.tips("gallery")
	for i, tip := range gallery {
		seen := slices.Contains([]string{"arabic", "chinese", "constructs", "deep-map", "details-and-headings", "long-words", "pictures", "table"}, tip.ID)
		all = append(all, visit{name: "an edition: " + tip.ID, path: "/archive/gallery/" + date(i+1-len(gallery)), unseen: !seen})
	}
	for about, path := range s.vote {
		all = append(all, visit{name: "a vote on " + about, path: path})
	}
	for _, name := range []string{"pending", "active", "zh-cn", "ar", "paused", "left", "bounced"} {
		unseen := name == "zh-cn" || name == "bounced"
		all = append(all,
			visit{name: "confirm, " + name, path: s.link("confirm", subscribers.ConfirmLink, name), unseen: unseen},
			visit{name: "leave, " + name, path: s.link("u", subscribers.UnsubscribeLink, name), unseen: unseen},
			visit{name: "settings, " + name, path: s.settings(name), unseen: unseen})
	}
	for _, name := range []string{"active", "zh-cn", "ar", "left", "paused"} {
		link, page, used := s.account(name)
		all = append(all, visit{name: "open, " + name, path: link}, visit{name: "account, " + name, path: page}, visit{name: "used, " + name, path: used, unseen: true})
	}
	all = append(all, s.forms()...)
	all = append(all, visit{name: "a bad link", path: "/u/x"}, visit{name: "a bad vote", path: "/vote/1/x"})
	for about, path := range s.vote {
		all = append(all, visit{name: "voted on " + about, path: path, form: url.Values{"tip": {"0"}, "useful": {"yes"}}})
	}
	for _, name := range []string{"pending", "left", "active"} {
		all = append(all, visit{name: "confirmed, " + name, path: s.link("confirm", subscribers.ConfirmLink, name), form: url.Values{"again": {"1"}}})
	}
	for _, name := range []string{"again", "zh-cn", "ar"} {
		all = append(all, visit{name: "gone, " + name, path: s.link("u", subscribers.UnsubscribeLink, name), form: url.Values{}})
	}
	return all
}

// settings is the path of a reader's settings.
func (s *site) settings(name string) string {
	return s.link("preferences", subscribers.PreferencesLink, name)
}

// account is the path of a link to all that is held on a reader, that of the page
// which another one has opened, and that other one.
func (s *site) account(name string) (link, page, used string) {
	now := time.Now()
	var made [2]subscribers.Account
	s.must(s.db.Write(s.t.Context(), func(tx *sql.Tx) (err error) {
		for i := range made {
			if made[i], err = s.list.NewAccount(s.t.Context(), tx, now, s.readers[name].Subscription); err != nil {
				return err
			}
		}
		_, err = s.list.OpenAccount(s.t.Context(), tx, now, made[1].ID)
		return err
	}))
	tokens := s.list.Tokens()
	return "/open/" + tokens.Make(subscribers.AccountLink, made[0].ID), "/account/" + tokens.Make(subscribers.AccountPage, made[1].ID),
		"/open/" + tokens.Make(subscribers.AccountLink, made[1].ID)
}

// forms are what comes of the forms, first of those that change nothing.
func (s *site) forms() []visit {
	stamp := s.list.Tokens().NewFormToken(time.Now().Add(-time.Minute))
	leave := s.link("u", subscribers.UnsubscribeLink, "zh-cn")
	_, account, _ := s.account("active")
	_, arabic, _ := s.account("ar")
	_, last, _ := s.account("paused")
	return []visit{
		{name: "subscribe with faults", path: "/subscribe", form: url.Values{"email": {"x"}, "name": {"a\x00"}, "timezone": {"Mars"}}},
		{name: "subscribe with faults, ar", path: "/subscribe?lang=ar", form: url.Values{"email": {""}, "newsletter": {"none"}}},
		{name: "subscribe like a machine", path: "/subscribe", form: url.Values{"email": {"new@example.com"}, "newsletter": {"management"}}},
		{name: "subscribed", path: "/subscribe", form: url.Values{"email": {"new@example.com"}, "newsletter": {"management"}, "stamp": {stamp}}},
		{name: "settings with faults", path: s.settings("active"), form: url.Values{"cadence": {"daily"}, "days": {""}, "send_at": {"25:00"}}},
		{name: "pause with a fault", path: s.settings("ar"), form: url.Values{"do": {"pause"}, "until": {"yesterday"}}},
		{name: "confirm with a fault", path: s.link("confirm", subscribers.ConfirmLink, "pending"), form: url.Values{"name": {"a\x00"}}},
		{name: "a link is mailed", path: s.settings("active"), form: url.Values{"do": {"account"}}},
		{name: "a link is mailed, ar", path: s.settings("ar"), form: url.Values{"do": {"account"}}},
		{name: "name saved", path: account, form: url.Values{"do": {"name"}, "name": {"Ana"}}},
		{name: "name with a fault, ar", path: arabic, form: url.Values{"do": {"name"}, "name": {"a\x00"}}},
		{name: "erase?", path: account, form: url.Values{"do": {"erase"}}},
		{name: "settings saved", path: s.settings("active"), form: url.Values{"language": {"en"}}},
		{name: "the latest once more", path: s.settings("active"), form: url.Values{"do": {"again"}}},
		{name: "another newsletter", path: account, form: url.Values{"do": {"join"}, "newsletter": {"gallery"}}},
		{name: "paused now", path: s.settings("ar"), form: url.Values{"do": {"pause"}, "weeks": {"2"}}},
		{name: "resumed", path: s.settings("ar"), form: url.Values{"do": {"resume"}}},
		{name: "weekly instead", path: leave + "/less", form: url.Values{"do": {"weekly"}}},
		{name: "a pause instead", path: leave + "/less", form: url.Values{"do": {"pause"}}},
		{name: "left", path: leave, form: url.Values{}},
		{name: "left because", path: leave + "/reason", form: url.Values{"reason": {"moved"}}},
		{name: "back again", path: leave + "/undo", form: url.Values{}},
		{name: "erased", path: last, form: url.Values{"do": {"forget"}}},
	}
}

// A page that can't be anybody's name for a file.
var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

// rules are html-validate's own. Our files need no digest in the page: their
// addresses have one. A title is as long as its tip's, <br/> is a way to write
// <br>, several days may be
// ticked or none, and no element but a region with a role can
// be scrolled by who can't see it.
const rules = `{"extends": ["html-validate:recommended", "html-validate:document"], "rules": {
	"require-sri": ["error", {"target": "crossorigin"}],
	"long-title": "off",
	"void-style": "off",
	"form-dup-name": "off",
	"prefer-native-element": ["error", {"exclude": ["region"]}]
}}`

// TestPages looks at every page of the real program.
func TestPages(t *testing.T) {
	s := start(t)
	t.Run("in Chromium", func(t *testing.T) { lookAt(t, s, false) })
	t.Run("valid", func(t *testing.T) { validate(t, s) }) // presses the buttons too
}

// validate has html-validate read every page.
func validate(t *testing.T, s *site) {
	checker, err := filepath.Abs(filepath.Join(root, "test", "mailtest", "node_modules", "html-validate", "bin", "html-validate.mjs"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(checker); err != nil {
		missing(t, "html-validate")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		missing(t, "node")
	}
	dir := t.TempDir()
	names := map[string]visit{}
	for i, p := range s.pages() {
		status, kind, body := s.fetch(p)
		if status >= 500 || !strings.HasPrefix(kind, "text/html") {
			t.Errorf("%s (%s): %d %s\n%s", p.name, p.path, status, kind, body)
			continue
		}
		file := filepath.Join(dir, fmt.Sprintf("%03d-%s.html", i, notInNames.ReplaceAllString(strings.ToLower(p.name), "-")))
		names[file] = p
		if err := os.WriteFile(file, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, ".htmlvalidate.json"), []byte(rules), 0o600); err != nil {
		t.Fatal(err)
	}
	// Into a file: node would cut off what doesn't go into a pipe at once.
	report, err := os.Create(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	check := exec.Command(node, checker, "--formatter", "json", dir)
	check.Dir, check.Stdout, check.Stderr = dir, report, os.Stderr
	var exit *exec.ExitError
	if err := check.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	out, err := os.ReadFile(report.Name())
	if err != nil {
		t.Fatal(err)
	}
	var found []struct {
		FilePath string
		Messages []struct {
			RuleID, Message string
			Line            int
		}
	}
	if err := json.Unmarshal(out, &found); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	said := map[string]int{}
	for _, file := range found {
		for _, m := range file.Messages {
			if said[m.RuleID+m.Message]++; said[m.RuleID+m.Message] < 4 {
				text, _ := os.ReadFile(file.FilePath)
				lines := strings.Split(string(text), "\n")
				t.Errorf("%s: %s: %s\n\t%.300s", names[file.FilePath].name, m.RuleID, m.Message, lines[min(m.Line, len(lines))-1])
			}
		}
	}
	if len(names) < 60 {
		t.Errorf("%d pages, that can't be all", len(names))
	}
	t.Logf("%d pages", len(names))
}

// finding is one of axe-core's.
type finding struct {
	ID, Impact, Help string
	Nodes            []struct{ HTML, FailureSummary string }
}

// axe runs every rule that axe-core has switched on, and target-size, which it
// leaves off; or those alone that depend on how a page is looked at. What it can't
// decide about colours counts as well, but for arrows, which are no text, for what
// a table's frame cuts off until it's scrolled, and for the arrow that is drawn
// into a menu.
const axe = `axe.run(document, {preload: false, %s}).then(r => {
	const open = r.incomplete.filter(i => i.id === 'color-contrast');
	for (const i of open) i.nodes = i.nodes.filter(n => !n.any.every(c => {
		const why = c.data && c.data.messageKey;
		return ['nonBmp', 'elmPartiallyObscured', 'elmPartiallyObscuring'].includes(why) || why === 'bgGradient' && n.html.startsWith('<select');
	}));
	return [...r.violations, ...open];
})`

// pageLook is a window, and what axe-core looks for in it.
type pageLook struct {
	mailtest.View
	rules string
}

// The looks at a page, and what to look for.
var looks = []pageLook{
	{mailtest.View{Width: 320}, `rules: {'target-size': {enabled: true}}`},
	{mailtest.View{Width: 1200, Dark: true}, `runOnly: ['color-contrast', 'target-size', 'link-in-text-block']`},
}

// sideways tells how far a page is wider than its window, in pixels.
const sideways = `Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - document.documentElement.clientWidth`

// lookAt shows every page on a phone or on a desk, by turns, or on both: axe-core
// finds nothing, and nothing has to be scrolled sideways.
func lookAt(t *testing.T, s *site, both bool) {
	script, err := os.ReadFile(filepath.Join(root, "test", "mailtest", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		missing(t, "axe-core")
	}
	browser, err := mailtest.StartBrowser()
	if errors.Is(err, mailtest.ErrNoBrowser) {
		missing(t, "Chromium")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer browser.Close()
	type sight struct {
		visit
		looks []pageLook
	}
	work := make(chan sight)
	var tabs sync.WaitGroup
	for range 2 { // one for each core
		tab, err := browser.NewVisitor(string(script))
		if err != nil {
			t.Fatal(err)
		}
		tabs.Go(func() {
			for p := range work {
				look(t, tab, s.url, p.visit, p.looks)
			}
		})
	}
	for i, p := range s.pages() {
		if p.form != nil || p.unseen {
			continue
		}
		if both {
			work <- sight{p, looks}
		} else {
			work <- sight{p, looks[i%2 : i%2+1]}
		}
	}
	close(work)
	tabs.Wait()
}

func look(t *testing.T, tab *mailtest.Tab, base string, p visit, looks []pageLook) {
	t.Helper()
	if err := tab.Visit(base + p.path); err != nil {
		t.Error(err)
		return
	}
	for _, v := range looks {
		if err := tab.Look(v.View); err != nil {
			t.Error(err)
			return
		}
		var wider int
		if err := tab.Run(sideways, &wider); err != nil || wider > 0 {
			t.Errorf("%s, %s: %d px to scroll sideways, %v", p.name, v, wider, err)
		}
		var found []finding
		if err := tab.Run(fmt.Sprintf(axe, v.rules), &found); err != nil {
			t.Error(err)
			return
		}
		for _, f := range found {
			for _, n := range f.Nodes[:min(3, len(f.Nodes))] {
				t.Errorf("%s, %s: %s (%s): %s: %.200s: %s", p.name, v, f.ID, f.Impact, f.Help, n.HTML, strings.Join(strings.Fields(n.FailureSummary), " "))
			}
		}
	}
}
