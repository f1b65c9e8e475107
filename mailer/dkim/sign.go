package dkim

import (
	"bytes"
	"cmp"
	"crypto"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-msgauth/dkim"
	"golang.org/x/net/publicsuffix"
)

// Signer signs mails. It may be used by several goroutines at once.
type Signer struct {
	keys    []*Key
	fitting sync.Map // []*Key by what follows the @ of a sender; senders are the configuration's, so they are few
}

// New returns a signer with these keys. Without keys it signs nothing.
func New(keys []*Key) *Signer {
	s := &Signer{keys: slices.Clone(keys)}
	// All receivers verify RSA and some look at the first signatures only: it
	// stands before Ed25519 (RFC 8463 §3).
	slices.SortStableFunc(s.keys, func(a, b *Key) int { return cmp.Compare(rank(a), rank(b)) })
	return s
}

func rank(k *Key) int {
	if k.Kind() == RSA {
		return 0
	}
	return 1
}

// covered are the fields that a signature protects: what a reader sees, what a
// mail program acts on, how the body is read, and both headers that RFC 8058 §4
// asks for. Each is named once more than the mail has it, and those that it
// doesn't have once: adding one then breaks the signature (RFC 6376 §5.4.2,
// §8.15). Else whoever has one of our mails could send it on with a Reply-To of
// their own, or with another Content-Type that shows another text, and our domain
// would vouch for it.
var covered = []string{
	"From", "Sender", "Reply-To", "Mail-Reply-To", "Mail-Followup-To", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To", "References",
	"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Subscribe", "List-Archive",
	"List-Help", "List-Owner", "List-Post",
	"MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-Disposition",
	"Content-ID", "Content-Description", "Content-Location", "Content-Base", "Content-Language",
	"Auto-Submitted", "Precedence", "Disposition-Notification-To", "Return-Receipt-To", feedbackID,
}

// feedbackID may be added: relays have their own.
const feedbackID = "Feedback-ID"

// life is how long a signature holds: longer than any relay keeps trying (RFC
// 5321 §4.5.4.1 asks for four to five days), and too short for our mail to be
// sent on to strangers for ever (RFC 6376 §3.5, x=).
const life = 7 * 24 * time.Hour

// Sign puts a DKIM-Signature before a mail for each key that fits its sender:
// relaxed/simple, RSA first. from is the address in the mail's From header, for
// that is what DMARC compares with, not the envelope's. See [Signer.Keys] for
// which keys fit; when none does, the mail comes back as it is.
//
// The mail must be complete, with CRLF, and have exactly one From. Like append,
// Sign takes it over: what comes back lies in the same array if there is room.
func (s *Signer) Sign(message []byte, from string) ([]byte, error) {
	keys := s.Keys(from)
	if len(keys) == 0 {
		return message, nil
	}
	fields, err := fieldsToSign(message)
	if err != nil {
		return nil, fmt.Errorf("sign mail: %w", err)
	}
	var signatures []byte
	for _, k := range keys {
		signature, err := k.sign(message, fields)
		if err != nil {
			return nil, fmt.Errorf("sign mail with %s: %w", k.Name(), err)
		}
		signatures = append(signatures, signature...)
	}
	return slices.Insert(message, 0, signatures...), nil
}

// sign makes a signature. Blanks and folds of the header may change on the way,
// those of the body may not: its lines are quoted-printable or base64, where no
// line ends in a blank that a relay would take away, and hashing them as they are
// costs half as much.
func (k *Key) sign(message []byte, fields []string) (string, error) {
	signer, err := dkim.NewSigner(&dkim.SignOptions{
		Domain: k.Domain, Selector: k.Selector, Signer: k.private, Hash: crypto.SHA256,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed,
		BodyCanonicalization:   dkim.CanonicalizationSimple,
		HeaderKeys:             fields,
		Expiration:             time.Now().Add(life), //nolint:forbidigo // as the library does for t=
	})
	if err != nil {
		return "", err
	}
	_, err = signer.Write(message)
	if err = errors.Join(err, signer.Close()); err != nil {
		return "", err
	}
	return signer.Signature(), nil
}

// fieldsToSign is the h= of a mail's signatures.
func fieldsToSign(message []byte) ([]string, error) {
	head, _, found := bytes.Cut(message, []byte("\r\n\r\n"))
	if !found {
		return nil, errors.New("the mail has no empty line after its header")
	}
	if n := bytes.Count(head, []byte("\r\n")); n != bytes.Count(head, []byte("\r")) || n != bytes.Count(head, []byte("\n")) {
		return nil, errors.New("a line of the mail's header has a bare CR or LF")
	}
	count := make([]int, len(covered))
	n := 0
	for line := range bytes.SplitSeq(head, []byte("\r\n")) {
		name, _, _ := bytes.Cut(line, []byte(":")) // a line that goes on begins with a blank, as no name does
		for i, c := range covered {
			if len(c) == len(name) && strings.EqualFold(c, string(name)) {
				count[i]++
				n++
			}
		}
	}
	if count[0] != 1 {
		return nil, fmt.Errorf("the mail has %d From headers; it must have one (RFC 5322 §3.6)", count[0])
	}
	fields := make([]string, 0, n+len(covered))
	for i, name := range covered {
		for range count[i] {
			fields = append(fields, name)
		}
		if name != feedbackID {
			fields = append(fields, name)
		}
	}
	return fields, nil
}

// Keys are the keys that sign for an address, in the order of their signatures:
// those of its very domain; else those of the nearest domain above it, up to the
// organisational one (the name that somebody registered; never .com or .co.uk).
// DMARC counts the latter as aligned unless the domain publishes adkim=s (RFC
// 7489 §3.1.1). They are remembered and must not be changed.
func (s *Signer) Keys(from string) []*Key {
	domain := from[strings.LastIndexByte(from, '@')+1:]
	if keys, found := s.fitting.Load(domain); found {
		return keys.([]*Key)
	}
	keys := s.fit(strings.TrimSuffix(domain, ">"))
	s.fitting.Store(strings.Clone(domain), keys)
	return keys
}

func (s *Signer) fit(domain string) []*Key {
	domain = asciiDomain(domain)
	if domain == "" {
		return nil
	}
	top, err := publicsuffix.EffectiveTLDPlusOne(domain)
	if err != nil {
		top = domain // a suffix itself: nobody above it speaks for it
	}
	for {
		var keys []*Key
		for _, k := range s.keys {
			if k.Domain == domain {
				keys = append(keys, k)
			}
		}
		_, above, found := strings.Cut(domain, ".")
		if len(keys) > 0 || domain == top || !found {
			return keys
		}
		domain = above
	}
}
