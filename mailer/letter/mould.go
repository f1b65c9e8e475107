package letter

import (
	"fmt"
	"time"
)

// Mould is a letter compiled to bytes with gaps for what is the recipient's
// own. It is safe for use by several goroutines.
type Mould struct{ letter *Letter }

// Mould makes the letter ready for many recipients. It fails when the letter
// itself can't be written, whoever gets it; an error of [Mould.Append] is then
// about its recipient.
func (l *Letter) Mould() (*Mould, error) {
	nobody := Recipient{Email: l.sender.Address, MessageID: "mould@example.com", Date: time.Unix(0, 0)}
	if _, err := l.Message(nobody); err != nil {
		return nil, fmt.Errorf("make mould: %w", err)
	}
	return &Mould{l}, nil
}

// Append appends the whole message for r to dst: the same bytes as
// [Letter.Message] gives. On an error, which names r's field at fault, dst
// comes back as it was.
func (m *Mould) Append(dst []byte, r Recipient) ([]byte, error) {
	data, err := m.letter.Message(r)
	if err != nil {
		return dst, err
	}
	return append(dst, data...), nil
}

// Language is the one that the letter's text is written in.
func (m *Mould) Language() string { return m.letter.Language }
