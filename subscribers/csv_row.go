package subscribers

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// parseRow reads a record. Of who left or is suppressed only the address and the
// newsletter must be right: whatever else is wrong, they are kept out. A name that
// can't be kept costs nobody their place: notice says that it's left out.
func parseRow(header, record []string, newsletters []string) (q Request, notice, err error) {
	if len(record) > len(header) {
		return Request{}, nil, fmt.Errorf("%d fields, but the header names %d; quote a field that holds a separator", len(record), len(header))
	}
	field := map[string]string{}
	for i, value := range record {
		if !utf8.ValidString(value) {
			return Request{}, nil, fmt.Errorf("%s isn't valid UTF-8; save the file as UTF-8", header[i])
		}
		field[header[i]] = unguard(strings.TrimSpace(value))
	}
	var who [3]error
	q.Address, who[0] = ParseAddress(field["email"])
	q.Newsletter, who[1] = PickNewsletter(field["newsletter"], newsletters)
	var past, wishes error
	q.Imported, who[2], past = parseImported(field)
	q.CourseTip = field["course_tip"]
	q.Preferences, wishes = parsePreferences(field)
	if q.Preferences.Name, err = ParseName(field["name"]); err != nil {
		notice = fmt.Errorf("%w; %s is taken without a name", err, q.Address)
	}
	if q.Imported.ended() {
		return q, notice, oneLine(who[:]...)
	}
	return q, notice, oneLine(append(who[:], wishes, past)...)
}

func parsePreferences(field map[string]string) (p Preferences, err error) {
	var faults [5]error
	p.Language, faults[0] = ParseLanguage(field["language"])
	p.Timezone, faults[1] = ParseZone(field["timezone"])
	p.SendAt, faults[2] = ParseSendAt(field["send_at"])
	p.Days, faults[3] = ParseDays(field["days"])
	p.Cadence, faults[4] = ParseCadence(field["cadence"])
	return p, oneLine(faults[:]...)
}

// parseImported reads the columns that an export adds. state is a fault in what keeps
// somebody out, which nobody may guess; rest are the other faults.
func parseImported(field map[string]string) (p Imported, state, rest error) {
	p.Source, p.Consent, p.SuppressedReason = field["source"], field["consent"], field["suppressed_reason"]
	var keptOut [2]error
	var faults [5]error
	p.State, keptOut[0] = parseState("state", field, Active, Pending, Paused, Unsubscribed, Suppressed)
	p.SuppressedAt, keptOut[1] = parseInstant("suppressed_at", field)
	p.Before, faults[0] = parseState("state_before", field, Active, Pending, Paused, Unsubscribed)
	p.CreatedAt, faults[1] = parseInstant("created_at", field)
	p.ConfirmedAt, faults[2] = parseInstant("confirmed_at", field)
	p.PausedUntil, faults[3] = parseInstant("paused_until", field)
	p.LeftAt, faults[4] = parseInstant("left_at", field)
	return p, oneLine(keptOut[:]...), oneLine(faults[:]...)
}

func parseInstant(column string, field map[string]string) (time.Time, error) {
	if field[column] == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, field[column])
	if err != nil || at.UnixMilli() <= 0 {
		return time.Time{}, fmt.Errorf("%s %q is no instant; write it like 2026-11-28T07:00:00Z", column, field[column])
	}
	return at.UTC(), nil
}

func parseState(column string, field map[string]string, allowed ...State) (State, error) {
	s := State(strings.ToLower(field[column]))
	if s == "" || slices.Contains(allowed, s) {
		return s, nil
	}
	names := make([]string, len(allowed))
	for i, a := range allowed {
		names[i] = string(a)
	}
	return "", fmt.Errorf("%s %q is unknown; write one of %s, or nothing", column, field[column], strings.Join(names, ", "))
}

// PickNewsletter finds the newsletter that somebody means: the one named, or
// the only one there is when none is.
func PickNewsletter(name string, newsletters []string) (string, error) {
	switch {
	case name == "" && len(newsletters) == 1:
		return newsletters[0], nil
	case name == "":
		return "", fmt.Errorf("no newsletter is named; write one of %s", strings.Join(newsletters, ", "))
	case !slices.Contains(newsletters, name):
		return "", fmt.Errorf("newsletter %q is unknown; write one of %s", name, strings.Join(newsletters, ", "))
	}
	return name, nil
}

// oneLine joins the faults of a row, so that each row is one line of a report.
func oneLine(faults ...error) error {
	var said []string
	for _, err := range faults {
		if err != nil {
			said = append(said, err.Error())
		}
	}
	if len(said) == 0 {
		return nil
	}
	return errors.New(strings.Join(said, "; "))
}
