package tips

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// applyPublication takes a key that says when a tip may be sent, or whether. It
// returns false for any other.
func (r *reader) applyPublication(f field) bool {
	t := &r.tip
	key, ok := publicationKey(f.key)
	if ok && !single(&f) {
		r.notOne(f)
		return true
	}
	switch key {
	case "date":
		r.date(f)
	case "pin":
		r.pin(f)
	case "publishdate":
		r.moment(f, &t.NotBefore)
	case "expirydate":
		r.moment(f, &t.Expires)
	case "draft":
		r.flag(f, true)
	case "publish":
		r.flag(f, false)
	case "render":
		t.NeverRendered = t.NeverRendered || isNo(f.text)
		r.extra(f)
	case "redirectto": // a page that only leads to another
		t.NeverRendered = t.NeverRendered || f.text != "" || f.isList
		r.extra(f)
	case "published":
		// Obsidian's web clipper writes a date here, Jekyll yes or no.
		if _, ok := parseMoment(f.text); ok {
			r.moment(f, &t.NotBefore)
			return true
		}
		r.flag(f, false)
	case "status":
		t.Draft = t.Draft || unpublished[plainKey(f.text)]
		r.extra(f)
	case "headless":
		t.NeverRendered = t.NeverRendered || isYes(f.text)
		r.extra(f)
	case "build":
		t.NeverRendered = t.NeverRendered || slices.Contains([]string{"never", "link", "false"}, strings.ToLower(inGroup(f.value, "render")))
		r.extra(f)
	case "permalink":
		t.NeverRendered = t.NeverRendered || strings.EqualFold(f.text, "false") // Eleventy
		r.extra(f)
	default:
		return false
	}
	return true
}

func (r *reader) extra(f field) {
	if r.tip.Extra == nil {
		r.tip.Extra = make(map[string]any)
	}
	r.tip.Extra[f.key] = f.value
}

// inGroup is the text of a key in a group of the front matter, or "".
func inGroup(group any, key string) string {
	values, _ := group.(map[string]any)
	for k, v := range values {
		if strings.EqualFold(k, key) {
			text, _ := scalarText(v)
			return text
		}
	}
	return ""
}

// date is a day to come, to which it pins the tip, or a past one, on which the
// tip was written; which of them, the calendar knows. With a time of day it's
// what Jekyll and Hugo mean: the tip isn't sent before.
func (r *reader) date(f field) {
	text := strings.TrimSpace(f.text)
	if text == "" {
		return
	}
	r.at.keys["date"] = f.line
	if day, plain := parsePin(text); plain {
		switch {
		case day == "":
			// Sent on any day, a tip for a certain day would be a blunder.
			r.withhold(RuleInvalidDate, f.line, 0, "there is no day %s; write date: YYYY-MM-DD or MM-DD", clip(text, 40))
		case len(day) == len("12-24"):
			if r.tip.Pin == "" {
				r.tip.Pin = day
				r.at.keys["pin"] = f.line
			}
		default:
			r.tip.Date = day
		}
		return
	}
	m, ok := parseMoment(text)
	switch {
	case !ok:
		r.unreadable(f)
	case m.IsDate():
		r.tip.Date = string(m)
	default:
		r.later(m)
	}
}

// pin takes the only day on which the tip is sent.
func (r *reader) pin(f field) {
	text := strings.TrimSpace(f.text)
	if text == "" {
		return
	}
	r.at.keys["pin"] = f.line
	day, _ := parsePin(text)
	if m, ok := parseMoment(text); day == "" && ok && m.IsDate() {
		day = string(m)
	}
	if day == "" {
		r.withhold(RuleInvalidDate, f.line, 0, "pin: %q is no day; write pin: YYYY-MM-DD, or MM-DD for every year", clip(text, 40))
		return
	}
	r.tip.Pin = day
}

// moment takes an instant before which, or after which, the tip isn't sent.
func (r *reader) moment(f field, to *Moment) {
	if strings.TrimSpace(f.text) == "" {
		return
	}
	m, ok := parseMoment(f.text)
	switch {
	case !ok:
		r.unreadable(f)
	case to == &r.tip.NotBefore:
		r.later(m)
	default:
		*to = m
	}
}

// later moves the moment before which the tip isn't sent: of several, the last
// counts.
func (r *reader) later(m Moment) {
	if r.tip.NotBefore == "" || m.Time().After(r.tip.NotBefore.Time()) {
		r.tip.NotBefore = m
	}
}

// unreadable keeps a tip back that is to be sent at a time that nobody can read:
// too early is worse than late.
func (r *reader) unreadable(f field) {
	r.tip.Draft = true
	r.fault(Warning, RuleInvalidDate, f.line, 0, "%s: %q isn't a date, so the tip is taken as a draft; write it as 2026-12-24 or 2026-12-24T08:00:00Z", f.key, clip(f.text, 40))
}

// flag reads draft (or published, its opposite). What is neither yes nor no
// keeps the tip back: to send a draft is worse than to wait.
func (r *reader) flag(f field, draftWhen bool) {
	switch {
	case isYes(f.text):
		r.tip.Draft = r.tip.Draft || draftWhen
	case isNo(f.text):
		r.tip.Draft = r.tip.Draft || !draftWhen
	case strings.TrimSpace(f.text) == "":
	default:
		r.tip.Draft = true
		r.fault(Warning, RuleInvalidValue, f.line, 0, "%s: %q is neither true nor false, so the tip is taken as a draft; write true or false", f.key, clip(f.text, 40))
	}
}

func isYes(s string) bool {
	return slices.Contains([]string{"true", "yes", "on", "1", "y"}, strings.ToLower(strings.TrimSpace(s)))
}

func isNo(s string) bool {
	return slices.Contains([]string{"false", "no", "off", "0", "n"}, strings.ToLower(strings.TrimSpace(s)))
}

// published takes what the file's name and folder tell, and fills in when the
// tip was written.
func (r *reader) published() {
	t := &r.tip
	if t.NeverRendered || inFolder(t.Path, isDraftFolder) {
		t.Draft = true
	}
	name := strings.TrimSuffix(path.Base(t.Path), path.Ext(t.Path))
	if day, _, ok := jekyllFile(name); ok && r.at.keys["date"] == 0 {
		// Jekyll publishes a post on the date of its name, unless it has another.
		r.later(Moment(day.Format(time.DateOnly)))
	}
	if !t.Created.IsZero() {
		return
	}
	t.Created = Moment(t.Date).Time()
	if t.Date == "" {
		t.Created = t.NotBefore.Time()
	}
}

var writtenPin = regexp.MustCompile(`(?i)^["']?(date|pin)["']?\s*[:=]\s*["']?(\d[\d-]*)["']?\s*$`)

// guessPin looks for the day to which broken front matter pins its tip, to say
// so on that day.
func (r *reader) guessPin(lines []string) {
	for _, l := range lines[:min(len(lines), 50)] {
		m := writtenPin.FindStringSubmatch(l)
		if m == nil {
			continue
		}
		day, _ := parsePin(m[2])
		if strings.EqualFold(m[1], "date") && len(day) == len(time.DateOnly) {
			r.tip.Date = day
		} else if day != "" {
			r.tip.Pin = day
		}
	}
}
