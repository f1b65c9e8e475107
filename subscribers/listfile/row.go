package listfile

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"dailytip/subscribers"
)

// rowParser reads one row, and keeps what is wrong with it.
type rowParser struct {
	file  *File
	cells map[string]string // by what they mean; of several the first that isn't empty
	flags []flag
	row   *Row
	// keepsOut are the faults in what keeps somebody out, which nobody may guess; others
	// don't matter of who is kept out anyway.
	keepsOut, others []Finding
}

// parseRow reads a record. Of who left or is suppressed only the address, the
// newsletter and that must be right: whatever else is wrong, they are kept out. A name
// or a date that can't be kept costs nobody their place: it's left out.
func (f *File) parseRow(row *Row, fields []string) {
	p := rowParser{file: f, row: row, cells: map[string]string{}}
	if fields = withoutEmptyEnd(fields, len(f.header.names)); len(fields) > len(f.header.names) {
		row.Err, row.About = fmt.Errorf("%d fields, but the header names %d; quote a field that holds a separator", len(fields), len(f.header.names)), "columns"
		return
	}
	for i, value := range fields {
		p.cell(f.header.names[i], f.header.meanings[i], value)
	}
	p.who()
	p.past()
	p.wishes()
	faults := p.keepsOut
	if !row.Request.Imported.Ended() {
		faults = append(faults, p.others...)
	}
	if len(faults) > 0 {
		row.Err, row.About = errors.New(joined(faults)), faults[0].About
	}
}

// cell keeps what a cell says.
func (p *rowParser) cell(column, meaning, value string) {
	if meaning == "" {
		return
	}
	_, says := flagStates[meaning]
	says = says || meaning == colState
	if !utf8.ValidString(value) || strings.ContainsRune(value, utf8.RuneError) {
		fault := fmt.Errorf("%s holds a character that can't be read; save the file as UTF-8, or name its charset with --charset", column)
		if says || slices.Contains([]string{colEmail, colNewsletter, colSuppressedAt}, meaning) {
			p.must("characters", fault)
		} else {
			p.should("characters", fault)
		}
		return
	}
	value = unguard(strings.TrimSpace(value))
	if p.cells[meaning] == "" {
		p.cells[meaning] = value
	}
	if says && value != "" && !p.file.header.ours {
		p.flags = append(p.flags, flag{column, meaning, value})
	}
}

func (p *rowParser) note(about, format string, args ...any) {
	p.row.Notes = append(p.row.Notes, Finding{about, fmt.Sprintf(format, args...)})
}

// must keeps a fault that costs the row, whoever it is.
func (p *rowParser) must(about string, err error) {
	if err != nil {
		p.keepsOut = append(p.keepsOut, Finding{about, err.Error()})
	}
}

// should keeps a fault that costs the row, unless its person is kept out.
func (p *rowParser) should(about string, err error) {
	if err != nil {
		p.others = append(p.others, Finding{about, err.Error()})
	}
}

// who reads whose row it is.
func (p *rowParser) who() {
	r := &p.row.Request
	someone, err := parsePerson(p.cells[colEmail])
	p.must("address", err)
	r.Address = someone.address
	named, ids := p.cells[colNewsletter], p.file.options.Newsletters
	if _, known := parseTruth(named); known && !slices.Contains(ids, named) { // whether, and not which
		p.flags = append(p.flags, flag{colNewsletter, colSubscribed, named})
		named = ""
	}
	if named != "" || !p.file.header.ours || p.cells[colState] != string(subscribers.Suppressed) {
		r.Newsletter, err = subscribers.PickNewsletter(named, ids)
		p.must("newsletter", err)
	} // else they are suppressed, and have no place anywhere
	for _, d := range r.Address.Doubts() {
		p.note(d.About, "%s", d.Text)
	}
	called := cmp.Or(p.cells[colName], strings.TrimSpace(p.cells[colFirstName]+" "+p.cells[colLastName]), someone.name)
	if r.Preferences.Name, err = subscribers.ParseName(called); err != nil {
		p.note("name", "%v; %s is taken without a name", err, r.Address)
	}
}

// wishes reads the preferences.
func (p *rowParser) wishes() {
	r := &p.row.Request
	w := &r.Preferences
	var err error
	var note string
	w.Language, err = parseLanguage(p.cells[colLanguage])
	p.should("language", err)
	w.Timezone, note, err = p.file.zone(p.cells[colTimezone])
	p.should("time zone", err)
	if note != "" {
		p.note("time zone", "%s: %s", r.Address, note)
	}
	w.SendAt, err = subscribers.ParseSendAt(p.cells[colSendAt])
	p.should("send_at", err)
	w.Days, err = subscribers.ParseDays(p.cells[colDays])
	p.should("days", err)
	w.Cadence, err = subscribers.ParseCadence(p.cells[colCadence])
	p.should("cadence", err)
	if digest, _ := parseTruth(p.cells[colWeekly]); digest {
		w.Cadence = subscribers.Weekly
	}
	r.CourseTip = p.cells[colCourseTip]
}

// instant reads a date. One that can't be read is left out.
func (p *rowParser) instant(meaning string) time.Time {
	at, err := parseInstant(meaning, p.cells[meaning])
	if err != nil {
		p.note("date", "%s: %v; it's left out", p.row.Request.Address, err)
	}
	return at
}

// past reads where somebody stands, and the proof of their consent.
func (p *rowParser) past() {
	past := &p.row.Request.Imported
	var err error
	past.SuppressedAt, err = parseInstant(colSuppressedAt, p.cells[colSuppressedAt])
	p.must("state", err)
	past.Before, err = parseState(colStateBefore, p.cells[colStateBefore])
	p.should("state", err)
	past.PausedUntil, err = parseInstant(colPausedUntil, p.cells[colPausedUntil])
	p.should("date", err)
	past.CreatedAt, past.ConfirmedAt, past.LeftAt = p.instant(colCreatedAt), p.instant(colConfirmedAt), p.instant(colLeftAt)
	past.Source, past.Consent, past.SuppressedReason = p.cells[colSource], p.cells[colConsent], p.cells[colSuppressedReason]
	if p.file.header.ours {
		past.State, err = parseState(colState, p.cells[colState])
		p.must("state", err)
		return
	}
	p.states(past)
	past.State = cmp.Or(past.State, p.file.state)
	if !past.LeftAt.IsZero() && stricter(subscribers.Unsubscribed, past.State) {
		past.State = subscribers.Unsubscribed
	}
	if _, err := parseInstant(colLeftAt, p.cells[colLeftAt]); !past.Ended() {
		p.must("state", err) // they left, it seems, and nothing else in the row says so
	}
	past.Source = cmp.Or(past.Source, elsewhere(past.CreatedAt, p.cells[colCreatedIP]))
	past.Consent = cmp.Or(past.Consent, elsewhere(past.ConfirmedAt, p.cells[colConfirmedIP]))
}

// flag is a cell that says yes or no of a state, or is a state.
type flag struct{ column, meaning, value string }

// states reads the cells that say a state, each in its own way. The strictest counts.
func (p *rowParser) states(past *subscribers.Imported) {
	for _, f := range p.flags {
		state, err := f.state()
		p.must("state", err)
		switch {
		case state == subscribers.Suppressed && past.State == subscribers.Unsubscribed, state == subscribers.Unsubscribed && past.State == subscribers.Suppressed:
			past.State, past.Before = subscribers.Suppressed, subscribers.Unsubscribed
		case stricter(state, past.State):
			past.State = state
		}
		if state == subscribers.Suppressed && past.SuppressedReason == "" && f.value != string(state) {
			past.SuppressedReason = f.column + ": " + f.value
		}
	}
}

// state is what a cell says.
func (f flag) state() (subscribers.State, error) {
	if f.meaning == colState {
		return parseState(f.column, f.value)
	}
	yes, known := parseTruth(f.value)
	if at, err := parseInstant(f.column, f.value); !known && err == nil { // since when
		yes, known = !at.IsZero(), true
	}
	switch says := flagStates[f.meaning]; {
	case f.meaning == colConsent && !known: // how they did
		return "", nil
	case !known:
		return "", fmt.Errorf(`%s %q is neither yes nor no (--map "%s=" leaves the column alone)`, f.column, f.value, f.column)
	case yes == says.when:
		return says.state, nil
	}
	return "", nil
}

// flagStates are what columns of yes and no mean when they say the one that counts.
var flagStates = map[string]struct {
	when  bool
	state subscribers.State
}{
	colConfirmed:   {false, subscribers.Pending},
	colConsent:     {false, subscribers.Unsubscribed},
	colUnsubscribe: {true, subscribers.Unsubscribed},
	colSubscribed:  {false, subscribers.Unsubscribed},
	colDead:        {true, subscribers.Suppressed},
}

// elsewhere says how somebody signed up or confirmed with another program, "" when
// nothing is known of it.
func elsewhere(at time.Time, ip string) string {
	if _, err := netip.ParseAddr(ip); err == nil {
		return "elsewhere, from " + ip
	}
	if at.IsZero() {
		return ""
	}
	return "elsewhere"
}

// joined writes the faults of a row, so that each row is one line of a report.
func joined(faults []Finding) string {
	said := make([]string, len(faults))
	for i, f := range faults {
		said[i] = f.Text
	}
	return strings.Join(said, "; ")
}
