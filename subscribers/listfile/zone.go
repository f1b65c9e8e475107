package listfile

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"dailytip/subscribers"
	"dailytip/zone"
)

// readZone is what was read of a cell.
type readZone struct {
	name, note string
	err        error
}

// zone is [parseZone] of what a file says, whose readers share a few zones: to look
// whether there is one takes a file of the machine's.
func (f *File) zone(s string) (name, note string, err error) {
	z, known := f.zones[s]
	if !known {
		z.name, z.note, z.err = parseZone(s)
		if len(f.zones) < mostZones {
			f.zones[s] = z
		}
	}
	return z.name, z.note, z.err
}

// mostZones is how many zones of a file are remembered. Lists have far fewer; what a
// wrong column holds mustn't fill the memory.
const mostZones = 1000

// parseZone reads a time zone as people and programs write it: IANA's names in any
// case, a city, an offset such as GMT+8, the names of Windows' menu such as (UTC+01:00)
// Berlin. note says what the operator should know of how it was read.
func parseZone(s string) (name, note string, err error) {
	s = strings.TrimSpace(s)
	// What is taken everywhere is, and what is refused everywhere for being an
	// abbreviation. GMT and UTC are themselves.
	if name, err = subscribers.ParseZone(s); err == nil || zone.Instead(s) != "" {
		return name, "", err
	}
	prefix, place := offset(s)
	if prefix != nil && place == "" {
		return fixed(*prefix, s)
	}
	if prefix == nil {
		place = s
	}
	for _, candidate := range candidates(place) {
		if zone.Check(candidate) == nil && (prefix == nil || keeps(candidate, *prefix)) {
			return candidate, "", nil
		}
	}
	if prefix != nil {
		return "", "", fmt.Errorf("time zone %q is unknown: no place that we know by this name keeps that time; write an IANA name such as Europe/Berlin", s)
	}
	return "", "", err
}

var offsetForm = regexp.MustCompile(`^\(?\s*(?:UTC|GMT)\s*(?:([+\-−–±])\s*(\d{1,2})(?::?(\d\d))?)?\s*\)?\s*(.*)$`)

// offset takes the offset from UTC off the front, in minutes; nil: there's none.
func offset(s string) (minutes *int, rest string) {
	m := offsetForm.FindStringSubmatch(strings.ToUpper(s))
	if m == nil {
		return nil, s
	}
	hours, _ := strconv.Atoi(m[2])
	rest = s[len(s)-len(m[4]):]
	more, _ := strconv.Atoi(m[3])
	total := hours*60 + more
	if m[1] != "+" && m[1] != "±" {
		total = -total
	}
	return &total, rest
}

// fixed is the zone whose clock is always as far from UTC.
func fixed(minutes int, s string) (name, note string, err error) {
	hours := minutes / 60
	switch place, odd := oddOffsets[minutes]; {
	case minutes == 0:
		return "UTC", "", nil
	case odd:
		return "", "", fmt.Errorf("time zone %q is an offset without a zone of its own; write the place, such as %s", s, place)
	case minutes%60 != 0 || hours < -12 || hours > 14:
		return "", "", fmt.Errorf("time zone %q is an offset that no clock keeps; write an IANA name such as Europe/Berlin", s)
	}
	name = fmt.Sprintf("Etc/GMT%+d", -hours) // POSIX counts westwards
	return name, fmt.Sprintf("%q is read as %s, which is always that far from UTC, summer and winter; a place such as Europe/Berlin would follow its clock", s, name), nil
}

// oddOffsets are those with half hours, and a place that keeps each.
var oddOffsets = map[int]string{
	-570: "Pacific/Marquesas", -210: "America/St_Johns", 210: "Asia/Tehran", 270: "Asia/Kabul", 330: "Asia/Kolkata", 345: "Asia/Kathmandu",
	390: "Asia/Yangon", 525: "Australia/Eucla", 570: "Australia/Darwin", 630: "Australia/Lord_Howe", 765: "Pacific/Chatham",
}

// candidates are the names that a place may have with IANA, likeliest first. Menus
// list several cities for one zone.
func candidates(place string) []string {
	if windows, ok := menuZones[strings.ToLower(strings.TrimSpace(place))]; ok {
		return []string{windows}
	}
	place, _, _ = strings.Cut(place, " (") // Europe/Berlin (CET)
	var all []string
	for city := range strings.SplitSeq(place, ",") {
		tidy := ianaCase(strings.TrimSpace(city))
		all = append(all, tidy, strings.ToUpper(tidy))
		if strings.Contains(tidy, "/") {
			continue
		}
		for _, continent := range []string{"Europe", "America", "Asia", "Africa", "Australia", "Pacific", "Atlantic", "Indian"} {
			all = append(all, continent+"/"+tidy)
		}
	}
	return all
}

// ianaCase writes a name as IANA does: words with a capital, but for a few.
func ianaCase(s string) string {
	var b strings.Builder
	word := ""
	flush := func() {
		w := strings.ToLower(word)
		if own, ok := ownCase[w]; ok {
			b.WriteString(own)
		} else if w != "" {
			b.WriteString(strings.ToUpper(w[:1]) + w[1:])
		}
		word = ""
	}
	for i := range len(s) {
		switch c := s[i]; c {
		case ' ', '_', '/', '-', '+':
			flush()
			if c == ' ' {
				c = '_'
			}
			b.WriteByte(c)
		default:
			word += string(c)
		}
	}
	flush()
	return b.String()
}

// ownCase are the words of IANA's names that aren't written like the others.
var ownCase = func() map[string]string {
	words := map[string]string{}
	for word := range strings.FieldsSeq("of es au GMT GMT0 UTC UCT NZ US GB PRC ROC ROK ACT LHI NSW IN McMurdo DumontDUrville ComodRivadavia DeNoronha EasterIsland BajaNorte BajaSur") {
		words[strings.ToLower(word)] = word
	}
	return words
}()

// keeps tells whether a zone's clock is that far from UTC in winter or in summer.
func keeps(name string, minutes int) bool {
	where, err := time.LoadLocation(name)
	if err != nil {
		return false
	}
	for _, month := range []time.Month{time.January, time.July} {
		if _, seconds := time.Date(2026, month, 1, 12, 0, 0, 0, where).Zone(); seconds == minutes*60 {
			return true
		}
	}
	return false
}

// menuZones are the names of the menus of Windows, Outlook and web forms that aren't
// cities, with the place that each stands for (Unicode CLDR, windowsZones).
var menuZones = map[string]string{
	"eastern time (us & canada)": "America/New_York", "eastern time": "America/New_York", "eastern standard time": "America/New_York", "us eastern": "America/New_York",
	"central time (us & canada)": "America/Chicago", "central time": "America/Chicago", "central standard time": "America/Chicago", "us central": "America/Chicago",
	"mountain time (us & canada)": "America/Denver", "mountain time": "America/Denver", "mountain standard time": "America/Denver", "us mountain": "America/Denver",
	"pacific time (us & canada)": "America/Los_Angeles", "pacific time": "America/Los_Angeles", "pacific standard time": "America/Los_Angeles", "us pacific": "America/Los_Angeles",
	"arizona": "America/Phoenix", "us mountain standard time": "America/Phoenix", "alaska": "America/Anchorage", "alaskan standard time": "America/Anchorage",
	"hawaii": "Pacific/Honolulu", "hawaiian standard time": "Pacific/Honolulu", "atlantic time (canada)": "America/Halifax", "newfoundland": "America/St_Johns",
	"brasilia": "America/Sao_Paulo", "e. south america standard time": "America/Sao_Paulo",
	"gmt standard time": "Europe/London", "greenwich standard time": "Atlantic/Reykjavik",
	"w. europe standard time": "Europe/Berlin", "romance standard time": "Europe/Paris", "central europe standard time": "Europe/Budapest",
	"central european standard time": "Europe/Warsaw", "e. europe standard time": "Europe/Chisinau", "gtb standard time": "Europe/Bucharest", "fle standard time": "Europe/Kyiv",
	"russian standard time": "Europe/Moscow", "turkey standard time": "Europe/Istanbul", "israel standard time": "Asia/Jerusalem",
	"south africa standard time": "Africa/Johannesburg", "egypt standard time": "Africa/Cairo", "arabian standard time": "Asia/Dubai",
	"india standard time": "Asia/Kolkata", "china standard time": "Asia/Shanghai", "singapore standard time": "Asia/Singapore", "tokyo standard time": "Asia/Tokyo",
	"korea standard time": "Asia/Seoul", "taipei standard time": "Asia/Taipei", "se asia standard time": "Asia/Bangkok",
	"aus eastern standard time": "Australia/Sydney", "e. australia standard time": "Australia/Brisbane", "w. australia standard time": "Australia/Perth",
	"new zealand standard time": "Pacific/Auckland",
	"beijing":                   "Asia/Shanghai", "mumbai": "Asia/Kolkata", "new delhi": "Asia/Kolkata", "chennai": "Asia/Kolkata", "osaka": "Asia/Tokyo",
}
