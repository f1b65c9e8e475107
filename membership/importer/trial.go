package importer

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strings"

	"dailytip/subscribers"
	"dailytip/subscribers/listfile"
)

// trial is what an import would do, by kind.
type trial struct {
	kinds []*Kind
	seed  maphash.Seed
	seen  map[uint64]subscribers.State // places that an earlier row would have changed
}

func newTrial() trial {
	return trial{[]*Kind{}, maphash.MakeSeed(), map[uint64]subscribers.State{}}
}

// Kind is the rows that would come to the same.
type Kind struct {
	What     string   `json:"what"`
	Rows     int      `json:"rows"`
	Examples []string `json:"examples"`
}

// mostExamples is how many rows of a kind are shown.
const mostExamples = 3

func (t *trial) add(what, example string) {
	i := slices.IndexFunc(t.kinds, func(k *Kind) bool { return k.What == what })
	if i < 0 {
		i = len(t.kinds)
		t.kinds = append(t.kinds, &Kind{What: what})
	}
	k := t.kinds[i]
	if k.Rows++; len(k.Examples) < mostExamples {
		k.Examples = append(k.Examples, example)
	}
}

// findings counts what is wrong with a row, or is told of it.
func (t *trial) findings(file string, row listfile.Row) {
	if row.Err != nil {
		t.add("refused: "+row.About, fmt.Sprintf("%s:%d: %v", file, row.Line, row.Err))
		return
	}
	for _, note := range row.Notes {
		t.add("taken, with a note: "+note.About, fmt.Sprintf("%s:%d: %s", file, row.Line, note.Text))
	}
}

// outcome counts what would become of a row. What an earlier one did was taken back,
// so it's remembered here.
func (t *trial) outcome(file string, line int, r subscribers.Request, added subscribers.Added) subscribers.Added {
	place := maphash.String(t.seed, r.Newsletter+"\x00"+r.Address.Key())
	if state, twice := t.seen[place]; twice {
		added.Result, added.State = subscribers.Unchanged, state
	}
	switch added.Result {
	case subscribers.Created, subscribers.Confirmed, subscribers.Ended:
		t.seen[place] = added.State
	}
	t.add(whatWould(r, added), fmt.Sprintf("%s:%d: %s", file, line, inShort(r)))
	return added
}

// whatWould says what would become of a row.
func whatWould(r subscribers.Request, added subscribers.Added) string {
	switch added.Result {
	case subscribers.Created:
		switch {
		case added.State == subscribers.Pending && r.Consent == subscribers.ByOperator:
			return "added, pending: a mail asks them to confirm"
		case added.State == subscribers.Unsubscribed || added.State == subscribers.Suppressed:
			return fmt.Sprintf("added as %s: they get no mail", added.State)
		}
		return "added, " + string(added.State)
	case subscribers.Confirmed:
		return "pending here, " + string(added.State) + " then"
	case subscribers.Ended:
		return "here, " + string(added.State) + " then, as the file says"
	case subscribers.Left:
		return "not revived: they left, or were erased"
	case subscribers.Barred:
		return "not revived: they are suppressed"
	}
	return "here already, and unchanged"
}

// inShort is a row's person as import understood it.
func inShort(r subscribers.Request) string {
	p := r.Preferences
	parts := []string{p.Name, p.Language, p.Timezone, p.SendAt, p.Days.String()}
	if p.Cadence == subscribers.Weekly {
		parts = append(parts, string(p.Cadence))
	}
	if !r.Imported.CreatedAt.IsZero() {
		parts = append(parts, "since "+r.Imported.CreatedAt.Format("2006-01-02"))
	}
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	if len(parts) == 0 {
		return string(r.Address)
	}
	return string(r.Address) + " (" + strings.Join(parts, ", ") + ")"
}
