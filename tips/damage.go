package tips

import (
	"fmt"
	"strings"
)

// partKind is what stands on some lines, as far as damage to it goes.
type partKind int

const (
	partTitle partKind = iota
	partBody
	partMindmap
	partTranslation
)

// part is a stretch of lines from first to last, inclusive.
type part struct {
	first, last int
	kind        partKind
	name        string // a translation's language
}

// partsOf gives the stretches of the file that a fragment was put together from.
func partsOf(f fragment, kind partKind, name string) []part {
	var parts []part
	for _, line := range f.lines {
		if line == 0 {
			continue
		}
		if n := len(parts); n > 0 && parts[n-1].last+1 == line {
			parts[n-1].last = line
			continue
		}
		parts = append(parts, part{line, line, kind, name})
	}
	return parts
}

// damaged says whether characters are lost on lines first to last.
func (r *reader) damaged(first, last int) bool {
	for _, d := range r.damage {
		if d.Line >= first && d.Line <= last {
			return true
		}
	}
	return false
}

// damagedField says whether a key's value is damaged, so that it isn't used.
func (r *reader) damagedField(f field) bool { return r.damaged(f.line, f.last) }

// reportDamage turns what Repair couldn't restore into faults, one for each
// line, that say what it costs.
func (r *reader) reportDamage() {
	for i := 0; i < len(r.damage); {
		j := i + 1
		for j < len(r.damage) && r.damage[j].Line == r.damage[i].Line {
			j++
		}
		r.reportLine(r.damage[i], j-i-1)
		i = j
	}
}

func (r *reader) reportLine(d Damage, more int) {
	severity, cost := r.cost(d.Line)
	others := ""
	if more > 0 {
		others = fmt.Sprintf(" (and %d more on this line)", more)
	}
	r.fault(severity, RuleDamagedText, d.Line, d.Column, damageMessage, clip(d.Text, maxVisible), others, cost)
}

const damageMessage = "a wrong decoding damaged this text, and “%s”%s can't be restored: bytes are gone; %s. Put in the right text from its source"

// cost says what damage on a line leads to.
func (r *reader) cost(line int) (Severity, string) {
	for _, p := range r.parts {
		if line < p.first || line > p.last {
			continue
		}
		switch p.kind {
		case partTitle, partBody:
			r.withheld = true
			return Error, "the tip is withheld"
		case partMindmap:
			return Error, "the mind map is left out"
		case partTranslation:
			if p.name == "" {
				return Error, "the translation is withheld"
			}
			return Error, "the " + p.name + " translation is withheld"
		}
	}
	for _, f := range r.fields {
		if line >= f.line && line <= f.last {
			if strings.EqualFold(f.key, "title") {
				r.withheld = true
				return Error, "the tip is withheld"
			}
			return Warning, fmt.Sprintf("%q is left out", f.key)
		}
	}
	return Note, "it isn't sent"
}
