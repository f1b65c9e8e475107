package letter

import (
	"bytes"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Mould is a letter compiled to bytes with gaps for what is the recipient's
// own. It is safe for use by several goroutines.
//
// In headers a value may have any length. In bodies it may not: another length
// would move every later line break of quoted-printable, and all of base64. So
// a splice is made for links of the lengths that two recipients have in common,
// and another for other lengths; ours all end in a token of one length, so that
// one does for all. Whom no splice can serve, such as a reader whose name the
// template shows, gets a message composed for them alone, and so does whoever is
// the first: a notice has but one reader.
type Mould struct {
	letter  *Letter
	splices atomic.Pointer[[]*splice]

	mu   sync.Mutex // held while a splice is made
	seen []shape    // of recipients; the second of a shape gets it a splice
}

// maxSplices bounds the memory: each splice is as long as the message.
const maxSplices = 4

// Mould makes the letter ready for many recipients. It fails when the letter
// itself can't be written, whoever gets it; an error of [Mould.Append] is then
// about its recipient.
func (l *Letter) Mould() (*Mould, error) {
	r := l.nobody()
	if _, err := l.write(r, r.Email, addresses{}); err != nil {
		return nil, fmt.Errorf("make mould: %w", err)
	}
	m := &Mould{letter: l}
	m.splices.Store(&[]*splice{})
	return m, nil
}

// nobody stands for a recipient while a letter is made ready for all.
func (l *Letter) nobody() Recipient {
	return Recipient{Email: "nobody@example.com", MessageID: "mould@example.com", Date: time.Unix(0, 0).UTC()}
}

// Append appends the whole message for r to dst: the same bytes as
// [Letter.Message] gives. On an error, which names r's field at fault, dst
// comes back as it was.
func (m *Mould) Append(dst []byte, r Recipient) ([]byte, error) {
	dst, _, err := m.append(dst, &r)
	return dst, err
}

// append also says whether a splice was enough.
func (m *Mould) append(dst []byte, r *Recipient) (_ []byte, spliced bool, err error) {
	to, err := r.check()
	if err != nil {
		return dst, false, fmt.Errorf("write message: %w", err)
	}
	a := m.letter.addresses(*r)
	if s := m.spliceFor(r, to, &a); s != nil {
		return s.append(dst, r, to, &a), true, nil
	}
	data, err := m.letter.write(*r, to, a)
	if err != nil {
		return dst, false, fmt.Errorf("write message: %w", err)
	}
	return append(dst, data...), false, nil
}

// Language is the one that the letter's text is written in.
func (m *Mould) Language() string { return m.letter.Language }

// spliceFor is the splice that fits a recipient; nil when there is none.
func (m *Mould) spliceFor(r *Recipient, to string, a *addresses) *splice {
	if m.letter.Personal && r.Name != "" {
		return nil
	}
	all := *m.splices.Load()
	s := fitting(all, a)
	if s == nil && len(all) < maxSplices {
		s = m.makeSplice(r, to, a)
	}
	if s == nil || !s.possible() {
		return nil
	}
	return s
}

func fitting(all []*splice, a *addresses) *splice {
	for _, s := range all {
		if s.shape.fits(a) {
			return s
		}
	}
	return nil
}

func (m *Mould) makeSplice(r *Recipient, to string, a *addresses) *splice {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := *m.splices.Load()
	if s := fitting(all, a); s != nil {
		return s
	}
	shape := shapeOf(a)
	if !slices.Contains(m.seen, shape) {
		if len(m.seen) < maxSplices {
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
		// them what no splice can follow: this shape goes the long way for good.
		s = &splice{shape: shape}
	}
	all = append(slices.Clip(all), s)
	m.splices.Store(&all)
	return s
}
