package tips

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"
)

// LintOptions are what Lint can't know from the tips.
type LintOptions struct {
	Today string // local date, YYYY-MM-DD; "" leaves out the rule about past dates
}

// Lint returns all that is wrong with a library, or worth a note: the faults
// found while loading it, and those that its tips show. It is sorted by place.
// Titles and dates are compared among tips that aren't drafts.
func Lint(all []Tip, loadFaults []Fault, o LintOptions) []Fault {
	l := &linter{faults: slices.Clone(loadFaults), today: o.Today, titles: make(map[string]string), dates: make(map[string]string)}
	inOrder := slices.Clone(all)
	slices.SortStableFunc(inOrder, func(a, b Tip) int { return strings.Compare(a.Path, b.Path) })
	found := make([][]Fault, len(inOrder))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, t := range inOrder {
		group.Go(func() error {
			found[i] = lintSafely(t)
			return nil
		})
	}
	_ = group.Wait() // what is wrong is in found
	unsourced := fewSources(inOrder)
	if unsourced.Message != "" {
		l.faults = append(l.faults, unsourced)
	}
	for i, t := range inOrder {
		for _, f := range found[i] {
			if f.Rule != RuleMissingLink || unsourced.Message == "" {
				l.faults = append(l.faults, f)
			}
		}
		if !t.Draft {
			l.unique(t)
		}
	}
	slices.SortFunc(l.faults, compareFaults)
	return slices.CompactFunc(l.faults, func(a, b Fault) bool {
		return a.Path == b.Path && a.Line == b.Line && a.Column == b.Column && a.Rule == b.Rule && a.Message == b.Message
	})
}

// lintSafely looks at one tip. A panic in one of the parsers we use is its fault: no tip
// may stop the daemon.
func lintSafely(t Tip) []Fault {
	l := &linter{}
	func() {
		defer func() {
			if p := recover(); p != nil {
				place{linter: l, path: t.Path}.warn(RuleTooComplex, 0, 0, "lint failed: %v; simplify the markup", p)
			}
		}()
		l.tip(t)
	}()
	return l.faults
}

// fewSources is a note in the place of a warning for each tip, where hardly any names a
// source: they are notes of their author's own. It's empty where a source is usual.
func fewSources(all []Tip) Fault {
	const few, usual = 10, 10 // tips, and percent of them
	with, without, first := 0, 0, ""
	for _, t := range all {
		switch {
		case t.NeverRendered:
		case t.Link != "" || t.at != nil && t.at.badLink:
			with++
		default:
			if without++; without == 1 {
				first = t.Path
			}
		}
	}
	if without < few || 100*with >= usual*(with+without) {
		return Fault{}
	}
	return Fault{
		Path: first, Line: 1, Rule: RuleMissingLink, Severity: Note,
		Message: fmt.Sprintf("%d of %d tips, such as this one, name no source; where the words are another's, write “link:” with their address", without, with+without),
	}
}

// HasFaults says whether any is more than a note.
func HasFaults(faults []Fault) bool {
	return slices.ContainsFunc(faults, func(f Fault) bool { return f.Severity > Note })
}

type linter struct {
	faults   []Fault
	relative []relativeLink // of the text at hand
	today    string
	titles   map[string]string // folded title → path of the first tip
	dates    map[string]string // pinned date → path of the first tip
}

func (l *linter) tip(t Tip) {
	if t.NeverRendered {
		return // it's a part of others, or leads to another
	}
	if t.at == nil {
		t.at = &origin{path: t.Path, body: fragment{text: t.Body}, mindmap: fragment{text: t.Mindmap}}
	}
	in := place{linter: l, path: t.Path, draft: t.Draft, links: t.Links}
	in.title(t.Title, t.at.titleLine)
	if t.Title == "" {
		in.must(RuleMissingTitle, messageMissingTitle)
	}
	switch {
	case t.Link == "" && !t.at.badLink:
		in.warn(RuleMissingLink, 1, 0, "the tip has no source; write “link:” with its address")
	case t.Link != "" && !isWebLink(t.Link):
		in.warn(RuleBadLink, t.at.keys["link"], 0, "%s", badLinkMessage(t.Link))
	}
	if isBlank(t.Body) {
		in.must(RuleEmptyBody, messageEmptyBody)
	}
	in.body(t.at.body, t.Body)
	in.markup(t.at.mindmap)
	for _, tr := range t.Translations {
		l.translation(t, tr)
	}
}

func (l *linter) translation(t Tip, tr Translation) {
	if tr.at == nil {
		tr.at = &origin{path: t.Path, body: fragment{text: tr.Body}, mindmap: fragment{text: tr.Mindmap}}
	}
	in := place{linter: l, path: tr.at.path, links: t.LinksOf(tr)}
	line := tr.at.line
	if tr.Title == "" || tr.at.noTitle {
		in.warn(RuleUntitled, line, 0, "the %s translation has no title, so its mail shows the tip's; write one into <summary>, or “title:” in its file", tr.Language)
	} else {
		in.title(tr.Title, max(line, tr.at.titleLine))
	}
	if _, ok := canonicalLanguage(tr.Language); !ok {
		in.warn(RuleLanguage, line, 0, "%q is no language tag; write one such as es or zh-CN", tr.Language)
	}
	if !tr.Modified.IsZero() && !t.Modified.IsZero() && tr.Modified.Before(t.Modified) {
		in.warn(RuleOutdated, line, 0, "the %s translation is of %s, and the tip was changed on %s; check it, and set its date",
			tr.Language, tr.Modified.Format("2006-01-02"), t.Modified.Format("2006-01-02"))
	}
	in.body(tr.at.body, tr.Body)
	in.markup(tr.at.mindmap)
}

// unique checks what only one tip should have.
func (l *linter) unique(t Tip) {
	in := place{linter: l, path: t.Path}
	if t.at == nil {
		t.at = &origin{path: t.Path}
	}
	if key := strings.ToLower(t.Title); key != "" {
		if first, taken := l.titles[key]; taken {
			in.warn(RuleDuplicateTitle, t.at.titleLine, 0, "%s has the title %q too; change one, or delete a tip that is there twice", first, clip(t.Title, 60))
		} else {
			l.titles[key] = t.Path
		}
	}
	l.pinned(in, t)
}

// pinned checks the day that only one tip should have. A date: that is over pins
// nothing: it's when the tip was written.
func (l *linter) pinned(in place, t Tip) {
	day, line := t.Pin, t.at.keys["pin"]
	if day == "" && t.Date != "" && l.today != "" && t.Date >= l.today {
		day, line = t.Date, t.at.keys["date"]
	}
	if day == "" {
		return
	}
	if len(day) == len("2006-01-02") && l.today != "" && day < l.today {
		in.warn(RuleDatePast, line, 0, "the tip is pinned to %s, which is over, and so is never sent; give another date, or delete “pin:” to let it go out on any day", day)
	}
	if first, taken := l.dates[day]; taken {
		in.warn(RuleDateTaken, line, 0, "%s is pinned to %s too; give one of them another date", first, day)
		return
	}
	l.dates[day] = t.Path
}

// place is where a fault is reported.
type place struct {
	*linter
	path  string
	draft bool
	links map[string]string // see [Tip.Links]
}

func (p place) warn(rule string, line, column int, format string, args ...any) {
	r := reader{path: p.path}
	r.fault(Warning, rule, line, column, format, args...)
	p.linter.faults = append(p.linter.faults, r.faults...)
}

// must reports what withholds a tip; a draft may still lack it.
func (p place) must(rule, message string) {
	severity := Error
	if p.draft {
		severity = Note
	}
	p.linter.faults = append(p.linter.faults, Fault{Path: p.path, Line: 1, Rule: rule, Severity: severity, Message: message})
}

func (p place) title(title string, line int) {
	if n := utf8.RuneCountInString(title); n > maxTitle {
		p.warn(RuleLongTitle, line, 0, "the title has %d characters, and mail programs cut subjects; use at most %d", n, maxTitle)
	}
}

func (p place) body(f fragment, markdown string) {
	if n, long := isLong(markdown); long {
		line, _ := f.position(0)
		p.warn(RuleLongBody, line, 0, "the text has %d words; a tip is read in a minute, so use at most %d", n, maxWords)
	}
	p.markup(f)
}
