package scheduler

import (
	"bytes"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// Entry is one date of a plan as a calendar file shows it.
type Entry struct {
	Date    Date
	Title   string // one line
	Text    string // its lines end in \n; "" for none
	Link    string // an absolute address; anything else is left out
	Exclude bool   // there is no edition: the event is shown as tentative
}

// File is a plan as a calendar file.
type File struct {
	Newsletter string // its id
	Title      string // what readers call it
	Host       string // makes the UIDs ours alone: the host of base_url
	Entries    []Entry
}

// ICalendar writes an iCalendar file (RFC 5545) of whole-day events, as Google
// Calendar and Thunderbird take it. A date's UID is always the same: who reads
// the file again finds a changed tip in the same event, never a second one.
func (f File) ICalendar(now time.Time) []byte {
	var c contentLines
	c.add("BEGIN", "VCALENDAR")
	c.add("VERSION", "2.0")
	c.add("PRODID", "-//dailytip//plan//EN")
	c.add("CALSCALE", "GREGORIAN")
	c.text("NAME", f.Title) // RFC 7986 §5.1; the next line is the same for older programs
	c.text("X-WR-CALNAME", f.Title)
	c.add("REFRESH-INTERVAL;VALUE=DURATION", "PT6H") // RFC 7986 §5.7
	c.add("X-PUBLISHED-TTL", "PT6H")
	for _, e := range f.Entries {
		c.event(f, e, now)
	}
	c.add("END", "VCALENDAR")
	return c.b.Bytes()
}

func (c *contentLines) event(f File, e Entry, now time.Time) {
	c.add("BEGIN", "VEVENT")
	c.add("UID", e.Date.String()+"."+f.Newsletter+"@"+f.Host)
	// There is no METHOD, so this says when the event was last looked up
	// (§3.8.7.2).
	c.add("DTSTAMP", now.UTC().Format("20060102T150405Z"))
	c.add("DTSTART;VALUE=DATE", e.Date.t.Format("20060102"))
	c.add("DTEND;VALUE=DATE", e.Date.Add(1).t.Format("20060102")) // not included (§3.6.1)
	c.text("SUMMARY", e.Title)
	if e.Text != "" {
		c.text("DESCRIPTION", strings.TrimRight(e.Text, "\n"))
	}
	if u, err := url.Parse(e.Link); err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
		c.add("URL", u.String()) // a URI: percent-encoded, without escapes
	}
	status := "CONFIRMED"
	if e.Exclude {
		status = "TENTATIVE"
	}
	c.add("STATUS", status)
	c.add("TRANSP", "TRANSPARENT") // the operator isn't busy all day
	c.add("END", "VEVENT")
}

// contentLines are the lines of a calendar file.
type contentLines struct{ b bytes.Buffer }

// most is how many octets a line may have without its end (RFC 5545 §3.1).
const most = 75

// add writes a line, folded where it's too long, and never within a character:
// programs exist that decode before they unfold.
func (c *contentLines) add(name, value string) {
	line, room := name+":"+value, most
	for len(line) > room {
		cut := room
		for cut > 1 && !utf8.RuneStart(line[cut]) {
			cut--
		}
		c.b.WriteString(line[:cut] + "\r\n ")
		line, room = line[cut:], most-1
	}
	c.b.WriteString(line + "\r\n")
}

var escapeText = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

// text writes a property of the type TEXT (§3.3.11).
func (c *contentLines) text(name, value string) {
	value = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f {
			return -1 // controls have no place in a calendar file
		}
		return r
	}, strings.ToValidUTF8(value, "\uFFFD"))
	c.add(name, escapeText.Replace(value))
}
