package letter

import (
	"bytes"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Merge is the mail merge of a letter: its message compiled to bytes, with merge
// fields for what is the recipient's own. It is safe for use by several goroutines.
//
// In headers a value may have any length. In bodies it may not: another length
// would move every later line break of quoted-printable, and all of base64. So
// a document is made for links of the lengths that two recipients have in common,
// and another for other lengths; ours all end in a token of one length, so that
// one does for all. Who fits no document, such as a reader whose name the template
// shows, gets a message composed for them alone, and so does the first reader: a
// notice has no other.
type Merge struct {
	letter    *Letter
	documents atomic.Pointer[[]*document]

	mu   sync.Mutex // held while a document is made
	seen []shape    // of recipients; the second of a shape gets it a document
}

// maxDocuments bounds the memory: each document is as long as the message.
const maxDocuments = 4

// Merge makes the letter ready for many recipients. It fails when the letter
// itself can't be written, whoever gets it; an error of [Merge.Append] is then
// about its recipient.
func (l *Letter) Merge() (*Merge, error) {
	r := l.nobody()
	if _, err := l.write(r, r.Email, addresses{}); err != nil {
		return nil, fmt.Errorf("prepare the mail merge: %w", err)
	}
	m := &Merge{letter: l}
	m.documents.Store(&[]*document{})
	return m, nil
}

// nobody stands for a recipient while a letter is made ready for all.
func (l *Letter) nobody() Recipient {
	return Recipient{Email: "nobody@example.com", MessageID: "merge@example.com", Date: time.Unix(0, 0).UTC()}
}

// Append appends the whole message for r to dst: the same bytes as
// [Letter.Message] gives. On an error, which names r's field at fault, dst
// comes back as it was.
func (m *Merge) Append(dst []byte, r Recipient) ([]byte, error) {
	dst, _, err := m.append(dst, &r)
	return dst, err
}

// append also says whether a document was enough.
func (m *Merge) append(dst []byte, r *Recipient) (_ []byte, merged bool, err error) {
	to, err := r.check()
	if err != nil {
		return dst, false, fmt.Errorf("write message: %w", err)
	}
	a := m.letter.addresses(*r)
	if s := m.documentFor(r, to, &a); s != nil {
		return s.append(dst, r, to, &a), true, nil
	}
	data, err := m.letter.write(*r, to, a)
	if err != nil {
		return dst, false, fmt.Errorf("write message: %w", err)
	}
	return append(dst, data...), false, nil
}

// Language is the one that the letter's text is written in.
func (m *Merge) Language() string { return m.letter.Language }

// From is the address in the mail's From field. Its domain is the one to sign for,
// and bounces go to it where they have no domain of their own.
func (m *Merge) From() string { return m.letter.sender.Address }

// documentFor is the document that fits a recipient; nil when there is none.
func (m *Merge) documentFor(r *Recipient, to string, a *addresses) *document {
	if m.letter.Personal && r.Name != "" {
		return nil
	}
	all := *m.documents.Load()
	s := fitting(all, a)
	if s == nil && len(all) < maxDocuments {
		s = m.makeDocument(r, to, a)
	}
	if s == nil || !s.possible() {
		return nil
	}
	return s
}

func fitting(all []*document, a *addresses) *document {
	for _, s := range all {
		if s.shape.fits(a) {
			return s
		}
	}
	return nil
}

func (m *Merge) makeDocument(r *Recipient, to string, a *addresses) *document {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := *m.documents.Load()
	if s := fitting(all, a); s != nil {
		return s
	}
	shape := shapeOf(a)
	if !slices.Contains(m.seen, shape) {
		if len(m.seen) < maxDocuments {
			m.seen = append(m.seen, shape)
		}
		return nil
	}
	want, err := m.letter.write(*r, to, *a)
	if err != nil {
		return nil // Append writes it again and says why
	}
	s, err := m.letter.compile(shape)
	if err != nil || !bytes.Equal(s.append(nil, r, to, a), want) {
		// Addresses too short to be found again, or a template that does with
		// them what no document can follow: such readers' messages are composed one by one.
		s = &document{shape: shape}
	}
	all = append(slices.Clip(all), s)
	m.documents.Store(&all)
	return s
}
