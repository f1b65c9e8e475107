package tips

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// MaxFileSize is the largest tip file we read, in bytes. Above it markdown can
// be made to take seconds, and no tip of a page needs it.
const MaxFileSize = 256 << 10

// Tip is one markdown file with front matter. It survives JSON: the ledger
// copies it when an edition is opened.
type Tip struct {
	ID   string `json:"id"`   // unique in its library; NFC
	Path string `json:"path"` // slash-separated, relative to the library's root

	Title string `json:"title"` // one line, never empty in a library
	// Written is the title with its markup, see [TitleHTML]; "": it has none.
	Written string   `json:"written_title,omitempty"`
	Emoji   string   `json:"emoji,omitempty"`  // "" for none
	Tags    []string `json:"tags,omitempty"`   // in the order written, without repeats
	Link    string   `json:"link,omitempty"`   // http or https, else ""
	Source  string   `json:"source,omitempty"` // given name, else the link's host without "www."
	Author  string   `json:"author,omitempty"` // several are joined by ", "

	// Language of Title and Body as a BCP 47 tag; "" means the newsletter's own.
	Language string `json:"language,omitempty"`

	Created  time.Time `json:"created,omitzero"`  // zero: not given
	Modified time.Time `json:"modified,omitzero"` // zero: not given
	// Pin is the only day on which the tip is sent: "2026-12-24", or "12-24" for
	// each year; "": any day.
	Pin string `json:"pin,omitempty"`
	// Date is the day that date: names, "2026-12-24". Until it's over the tip is
	// sent on no other; then it's when the tip was written.
	Date string `json:"date,omitempty"`
	// NotBefore and Expires are when the tip may be sent first, and when no more.
	NotBefore Moment `json:"not_before,omitempty"`
	Expires   Moment `json:"expires,omitempty"`
	Draft     bool   `json:"draft,omitempty"`
	// NeverRendered says that the file's own program makes no page of it, as of a
	// part of others.
	NeverRendered bool `json:"never_rendered,omitempty"`

	Body    string `json:"body"`              // markdown
	Mindmap string `json:"mindmap,omitempty"` // markdown: an image or a nested list; "" for none

	// Links are the other tips of the library that its texts link: what a link names,
	// as [Pages] reads it, and a tip's ID. A library fills them in.
	Links map[string]string `json:"links,omitempty"`

	// Translations are sorted by language, each language once; only those that
	// can be sent are here.
	Translations []Translation `json:"translations,omitempty"`

	// Extra holds front-matter keys that mean nothing to us. Values are what
	// encoding/json can write.
	Extra map[string]any `json:"extra,omitempty"`

	// Digest changes when a byte of the tip's file, or of a translation's file,
	// changes: hex SHA-256.
	Digest string `json:"digest"`

	at *origin // where the parts stand in the file; nil when the tip wasn't read from one
}

// Translation is a tip's text in another language.
type Translation struct {
	Language string    `json:"language"`                // BCP 47, see the package doc
	Title    string    `json:"title"`                   // the tip's own title when the translation has none
	Written  string    `json:"written_title,omitempty"` // the title with its markup; "": it has none
	Body     string    `json:"body"`                    // markdown, never empty
	Mindmap  string    `json:"mindmap,omitempty"`
	Modified time.Time `json:"modified,omitzero"` // zero: not given
	// Links are those of the translation's own file; nil: the tip's hold for it.
	Links map[string]string `json:"links,omitempty"`
	// NotBefore and Expires are those of the translation's own file.
	NotBefore Moment `json:"not_before,omitempty"`
	Expires   Moment `json:"expires,omitempty"`

	at *origin
}

// In returns the translation for exactly this language tag.
func (t Tip) In(language string) (Translation, bool) {
	for _, tr := range t.Translations {
		if strings.EqualFold(tr.Language, language) {
			return tr, true
		}
	}
	return Translation{}, false
}

// Languages are those that a tip can be read in, its original first, each of them once. own
// is the original's when it doesn't say.
func (t *Tip) Languages(own string) []string {
	all := []string{cmp.Or(t.Language, own)}
	for _, tr := range t.Translations {
		if !slices.Contains(all, tr.Language) {
			all = append(all, tr.Language)
		}
	}
	return all
}

// Severity says how much a fault matters.
type Severity int

// Notes are worth knowing and no fault. Warnings are faults; what they concern
// is still sent. Errors withhold a tip or one of its translations.
const (
	Note Severity = iota
	Warning
	Error
)

func (s Severity) String() string {
	switch s {
	case Note:
		return "note"
	case Warning:
		return "warning"
	case Error:
		return "error"
	}
	return fmt.Sprintf("Severity(%d)", int(s))
}

// MarshalText lets JSON show the name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (s *Severity) UnmarshalText(text []byte) error {
	for _, known := range []Severity{Note, Warning, Error} {
		if string(text) == known.String() {
			*s = known
			return nil
		}
	}
	return fmt.Errorf("read severity: %q is none of note, warning, error", text)
}

// Fault is one thing wrong (or worth a note) in a library.
type Fault struct {
	Path     string   `json:"path"`             // relative to the library's root
	Line     int      `json:"line,omitempty"`   // from 1; 0: the file or folder can't be read
	Column   int      `json:"column,omitempty"` // in characters from 1; 0: unknown
	Rule     string   `json:"rule"`             // one of the Rule constants
	Severity Severity `json:"severity"`
	Message  string   `json:"message"` // what is wrong and what to do
}

// String gives "path:line:column: message", leaving out what is unknown.
func (f Fault) String() string {
	var b strings.Builder
	b.WriteString(f.Path)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d", f.Line)
		if f.Column > 0 {
			fmt.Fprintf(&b, ":%d", f.Column)
		}
	}
	b.WriteString(": ")
	b.WriteString(f.Message)
	return b.String()
}

// In returns the fault with its path below the library's folder.
func (f Fault) In(folder string) Fault {
	f.Path = filepath.Join(folder, filepath.FromSlash(f.Path))
	return f
}

func compareFaults(a, b Fault) int {
	if c := strings.Compare(a.Path, b.Path); c != 0 {
		return c
	}
	if a.Line != b.Line {
		return a.Line - b.Line
	}
	if a.Column != b.Column {
		return a.Column - b.Column
	}
	return strings.Compare(a.Rule+a.Message, b.Rule+b.Message)
}
