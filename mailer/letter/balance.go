package letter

import (
	"fmt"
	"slices"
	"strings"
)

// checkBalance looks in a template's source for elements that are never
// closed, or closed and never opened, in each branch of its actions. It asks
// more than HTML does: also a <p> or <td> has to be closed, because that is
// where a forgotten one would break a mail.
func checkBalance(text string) []Fault {
	b := balance{}
	for _, e := range scanMarkup(text) {
		switch e.kind {
		case opens:
			b.open = append(b.open, e)
			b.deny(e)
		case stands:
			b.deny(e)
		case closes:
			b.closed(e)
		case action:
			b.action(e)
		}
	}
	for _, e := range b.open {
		b.fault(e.line, "<%s> is never closed", e.name)
	}
	return b.faults
}

// denied elements do nothing in a mail, or harm it: some mail programs keep
// them and others don't, they fetch what its readers haven't asked for, or they
// lead its links elsewhere.
var denied = [...]string{
	"script", "template", "base", "link",
	"iframe", "frame", "frameset", "object", "embed", "applet",
	"form", "input", "button", "select", "textarea",
	"video", "audio", "svg", "canvas",
}

func (b *balance) deny(e event) {
	if slices.Contains(denied[:], e.name) || strings.HasPrefix(e.name, "meta ") {
		b.fault(e.line, "mail programs drop <%s>; leave it out", e.name)
	}
}

// balance follows the elements that are open.
type balance struct {
	open   []event
	frames []frame
	faults []Fault
}

// frame is an action that isn't ended yet.
type frame struct {
	event
	start []event // open where it begins
	first []event // open at the end of its first branch
	elses bool    // the first branch has ended
}

func (b *balance) fault(line int, format string, args ...any) {
	b.faults = append(b.faults, Fault{line, fmt.Sprintf(format, args...)})
}

// closed ends the innermost element of that name, and those left open in it.
func (b *balance) closed(e event) {
	at := len(b.open) - 1
	for at >= 0 && b.open[at].name != e.name {
		at--
	}
	if at < 0 {
		b.fault(e.line, "</%s> closes nothing", e.name)
		return
	}
	for _, left := range b.open[at+1:] {
		b.fault(left.line, "<%s> isn't closed before the </%s> on line %d", left.name, e.name, e.line)
	}
	b.open = b.open[:at:at]
}

func (b *balance) action(e event) {
	if e.name != "else" && e.name != "end" {
		b.frames = append(b.frames, frame{event: e, start: slices.Clone(b.open)})
		if e.name == "define" {
			b.open = nil // it stands elsewhere
		}
		return
	}
	if len(b.frames) == 0 {
		return // the template's parser says so
	}
	f := &b.frames[len(b.frames)-1]
	want := f.start
	if f.name == "define" {
		want = nil
	}
	switch {
	case f.elses:
		want = f.first
	case e.name == "else" && (f.name == "if" || f.name == "with"):
		f.first, f.elses, want = slices.Clone(b.open), true, b.open
	}
	if !sameElements(b.open, want) {
		b.fault(f.line, "the elements open after {{%s}} and its {{end}} depend on which branch is taken: %s or %s", f.name, elements(b.open), elements(want))
		b.open = slices.Clone(want)
	}
	if e.name == "else" {
		b.open = slices.Clone(f.start)
		return
	}
	if f.name == "define" {
		b.open = slices.Clone(f.start)
	}
	b.frames = b.frames[:len(b.frames)-1]
}

func sameElements(a, b []event) bool {
	return slices.EqualFunc(a, b, func(x, y event) bool { return x.name == y.name })
}

func elements(open []event) string {
	if len(open) == 0 {
		return "none"
	}
	var names []string
	for _, e := range open[max(0, len(open)-3):] {
		names = append(names, "<"+e.name+">")
	}
	return strings.Join(names, "")
}

func sortFaults(faults []Fault) []Fault {
	slices.SortStableFunc(faults, func(a, b Fault) int { return a.Line - b.Line })
	return slices.Compact(faults)
}
