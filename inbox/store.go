package inbox

import (
	"bytes"
	"context"
	"maps"
	"mime"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"time"
)

// Message is a message as it was received.
type Message struct {
	// Seq numbers the messages from 1, in the order of arrival.
	Seq int
	// From and To are the envelope's addresses, not the header's.
	From string
	To   []string
	// Data are the bytes between DATA and the dot, dot-stuffing undone.
	// Don't change them.
	Data     []byte
	Received time.Time
	// Subject and MessageID are read from the header; the id without brackets.
	Subject, MessageID string
	// User is who logged in; "": nobody.
	User string
	// TLS: the connection was encrypted. UTF8: sent with SMTPUTF8.
	TLS, UTF8 bool
	// Conn is the number of the connection, from 1.
	Conn int
}

// readHeader fills in what lists show. A header that can't be read leaves
// them empty: the page must still show the message.
func (m *Message) readHeader() {
	h, err := mail.ReadMessage(bytes.NewReader(m.Data))
	if err != nil {
		return
	}
	m.MessageID = strings.Trim(strings.TrimSpace(h.Header.Get("Message-Id")), "<>")
	m.Subject = h.Header.Get("Subject")
	if s, err := new(mime.WordDecoder).DecodeHeader(m.Subject); err == nil {
		m.Subject = s
	}
}

// maxIDs bounds the memory of Counts: about 100 bytes each.
const maxIDs = 1_000_000

// store keeps the newest messages and wakes those who wait for more.
type store struct {
	mu      sync.Mutex
	max     int
	total   int
	kept    []Message // a ring once it is full: oldest at total % max
	ids     map[string]int
	changed chan struct{} // closed and replaced at each change
}

func newStore(limit int) *store {
	return &store{max: limit, ids: map[string]int{}, changed: make(chan struct{})}
}

func (s *store) add(m Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.kept) < s.max {
		s.kept = append(s.kept, m)
	} else {
		s.kept[s.total%s.max] = m
	}
	s.total++
	s.kept[(s.total-1)%s.max].Seq = s.total
	if _, known := s.ids[m.MessageID]; m.MessageID != "" && (known || len(s.ids) < maxIDs) {
		s.ids[m.MessageID]++
	}
	close(s.changed)
	s.changed = make(chan struct{})
}

// Messages gives the messages kept, oldest first.
func (s *Server) Messages() []Message {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	if len(s.store.kept) < s.store.max {
		return slices.Clone(s.store.kept)
	}
	i := s.store.total % s.store.max
	return slices.Concat(s.store.kept[i:], s.store.kept[:i])
}

// Message gives one message by its number; false when there is none or it was
// dropped for newer ones.
func (s *Server) Message(seq int) (Message, bool) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	if seq < 1 || seq > s.store.total || seq <= s.store.total-len(s.store.kept) {
		return Message{}, false
	}
	return s.store.kept[(seq-1)%s.store.max], true
}

// Received is the number of messages taken since the start.
func (s *Server) Received() int {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	return s.store.total
}

// Dropped is how many of them had to go because there were more than
// Options.Max.
func (s *Server) Dropped() int {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	return s.store.total - len(s.store.kept)
}

// Counts says how often each Message-ID was received since the start, dropped
// messages included: 2 is a duplicate. At most a million ids are remembered.
func (s *Server) Counts() map[string]int {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	return maps.Clone(s.store.ids)
}

// Wait blocks until n messages were received since the start, or gives the
// context's error.
func (s *Server) Wait(ctx context.Context, n int) error {
	for {
		s.store.mu.Lock()
		total, changed := s.store.total, s.store.changed
		s.store.mu.Unlock()
		if total >= n {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
