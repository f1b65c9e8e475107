package mailer

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/idna"

	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/mailer/letter"
	"dailytip/subscribers"
	"dailytip/tips"
	"dailytip/verp"
)

// letters keeps what was composed, for each content and language.
type letters struct {
	mu   sync.RWMutex
	made map[letterKey]*letter.Merge
}

type letterKey struct {
	newsletter string
	content    int64
	language   string
}

// keptLetters bounds the memory: some editions under way in all languages.
const keptLetters = 128

// get composes what isn't kept. Who needs it too meanwhile waits.
func (s *letters) get(k letterKey, compose func() (*letter.Merge, error)) (*letter.Merge, error) {
	s.mu.RLock()
	kept := s.made[k]
	s.mu.RUnlock()
	if kept != nil {
		return kept, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if l := s.made[k]; l != nil {
		return l, nil
	}
	l, err := compose()
	if err != nil {
		return nil, err
	}
	if s.made == nil || len(s.made) >= keptLetters {
		s.made = map[letterKey]*letter.Merge{}
	}
	s.made[k] = l
	return l, nil
}

// compose writes a job's mail.
func (m *Mailer) compose(ctx context.Context, x *message) error {
	n, ok := m.newsletters[x.job.Newsletter]
	if !ok {
		return fmt.Errorf("the newsletter %q isn't in the configuration any more; put it back, or let what waits of it expire", x.job.Newsletter)
	}
	l, err := m.merge(ctx, n, &x.job)
	if err != nil {
		return err
	}
	from := l.From()
	r := letter.Recipient{Email: string(x.job.Email), Name: x.job.Name, Date: x.job.OpenedAt, ReturnPath: from}
	m.fill(&r, n, x)
	if m.ReturnDomain != "" {
		r.ReturnPath = m.Tags.ReturnPath(verp.Mail(x.job.Key), x.job.OpenedAt, m.ReturnDomain)
	}
	b := x.bytes
	if b.data, err = l.Append(b.data[:0], r); err != nil {
		// Is it this reader, or would it be the same for everyone?
		r.Email, r.Name = from, ""
		if _, all := l.Append(nil, r); all != nil {
			return all
		}
		return unfitError{err}
	}
	if m.Sign != nil {
		if b.data, err = m.Sign(b.data, from); err != nil {
			return err
		}
	}
	x.from, x.language = r.ReturnPath, l.Language()
	return nil
}

// fill sets a mail's Message-ID and the links that are its reader's own. They
// share one piece of memory.
func (m *Mailer) fill(r *letter.Recipient, n *Newsletter, x *message) {
	b := appendMessageID(x.bytes.text[:0], m.Tags, x.job.Key, x.job.OpenedAt, r.ReturnPath)
	id := len(b)
	own := x.job.Subscription != 0 && hasLinks(x.job.Kind)
	if own && m.ReturnDomain != "" {
		r.UnsubscribeMailto = m.Tags.UnsubscribeAddress(x.job.Subscription, m.ReturnDomain)
	}
	if own {
		b = m.appendLink(b, n, "/u/", subscribers.UnsubscribeLink, x)
	}
	leave := len(b)
	if own {
		b = m.appendLink(b, n, "/preferences/", subscribers.PreferencesLink, x)
	}
	preferences := len(b)
	if x.job.Key.Notice == 0 {
		path := "/vote/" + strconv.FormatInt(x.job.Key.Edition, 36) + "/"
		b = m.appendLink(b, n, path, subscribers.VoteLink(x.job.Key.Edition), x)
	}
	useful := len(b)
	if vote := b[preferences:useful]; len(vote) > 0 {
		b = append(b, "/yes"...)
		useful = len(b)
		b = append(append(b, vote...), "/no"...)
	}
	x.bytes.text = b
	text := string(b)
	r.MessageID, r.UnsubscribeURL, r.PreferencesURL = text[:id], text[id:leave], text[leave:preferences]
	r.UsefulURL, r.UselessURL = text[preferences:useful], text[useful:]
}

// hasLinks tells which mails carry their reader's own links, to leave and to the
// settings. Other notices don't: they may reach somebody who never asked for them.
func hasLinks(kind string) bool {
	switch kind {
	case "", ledger.Welcome, ledger.Known, ledger.Resend:
		return true
	}
	return false
}

func (m *Mailer) appendLink(b []byte, n *Newsletter, path string, purpose subscribers.Purpose, x *message) []byte {
	return m.Tokens.Append(append(append(b, n.BaseURL...), path...), purpose, x.job.Subscription)
}

// unfitError is about one reader's own values: the others' mails are composed
// all the same.
type unfitError struct{ error }

func (e unfitError) Unwrap() error { return e.error }

// unreadError means that the ledger couldn't be read, which says nothing about
// the mail.
type unreadError struct{ error }

func (e unreadError) Unwrap() error { return e.error }

// merge composes what the job's readers share, once for all of them. A notice has one
// reader.
func (m *Mailer) merge(ctx context.Context, n *Newsletter, job *ledger.Job) (*letter.Merge, error) {
	compose := func() (*letter.Merge, error) {
		l, err := m.letter(ctx, n, job)
		if err != nil {
			return nil, err
		}
		return l.Merge()
	}
	if job.Kind != "" {
		return compose()
	}
	return m.letters.get(letterKey{n.ID, job.Content, job.Language}, compose)
}

// letter composes what the job's readers share.
func (m *Mailer) letter(ctx context.Context, n *Newsletter, job *ledger.Job) (*letter.Letter, error) {
	switch job.Kind {
	case "":
		c, err := m.content(ctx, n, job.Content)
		if err != nil {
			return nil, err
		}
		return m.inLanguage(n, c, job.Language)
	case ledger.Confirm, ledger.Welcome, ledger.Known, ledger.Account:
		return letter.ComposeNotice(n.Newsletter, m.noticeOf(ctx, n, job))
	case ledger.Resend:
		c, err := m.content(ctx, n, job.Content)
		if err != nil {
			return nil, err
		}
		return letter.ComposeNotice(n.Newsletter, letter.Notice{Kind: letter.Resend, Language: job.Language, Content: c})
	case ledger.Proof:
		return m.proof(ctx, n, job)
	case ledger.Alert:
		subject, text, _ := strings.Cut(job.Detail, "\n")
		return letter.ComposeNotice(n.Newsletter, letter.Notice{Kind: letter.Alert, Subject: subject, Text: text})
	}
	return nil, fmt.Errorf("a notice of the unknown kind %q", job.Kind)
}

// noticeOf is the notice that answers what a person did on the site: they signed up,
// confirmed, or asked what we know of them.
func (m *Mailer) noticeOf(ctx context.Context, n *Newsletter, job *ledger.Job) letter.Notice {
	notice := letter.Notice{Language: job.Language}
	switch job.Kind {
	case ledger.Confirm:
		notice.Kind = letter.Confirm
		notice.ConfirmURL = n.BaseURL + "/confirm/" + m.Tokens.Make(subscribers.ConfirmLink, job.Subscription)
	case ledger.Known:
		notice.Kind, notice.PreferencesURL = letter.Known, m.preferences(n, job)
	case ledger.Account:
		notice.Kind, notice.AccountURL = letter.Account, m.account(n, job)
	case ledger.Welcome:
		notice.Kind = letter.Welcome
		if m.NextDue == nil {
			break
		}
		if due := m.NextDue(ctx, job.Subscription); !due.IsZero() {
			notice.NextDate, notice.NextTime = due.Format(time.DateOnly), due.Format("15:04")
		}
	}
	return notice
}

// preferences is the address of the reader's own settings.
func (m *Mailer) preferences(n *Newsletter, job *ledger.Job) string {
	return n.BaseURL + "/preferences/" + m.Tokens.Make(subscribers.PreferencesLink, job.Subscription)
}

// account is the address that opens, once, all that we know of the reader.
func (m *Mailer) account(n *Newsletter, job *ledger.Job) string {
	number, err := strconv.ParseInt(job.Detail, 10, 64)
	if err != nil {
		return "" // nothing that we wrote; composing says that the address is missing
	}
	return n.BaseURL + "/open/" + m.Tokens.Make(subscribers.AccountLink, number)
}

// content reads what an edition sends, from the ledger's copy and never from
// the library: all readers get the same, whatever was edited since.
func (m *Mailer) content(ctx context.Context, n *Newsletter, id int64) (letter.Content, error) {
	c, err := m.Editions.ReadContent(ctx, id)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return letter.Content{}, err
	case err != nil:
		return letter.Content{}, unreadError{err}
	}
	content, err := LetterContent(c)
	if err != nil {
		return content, err
	}
	return m.withPages(ctx, n, content)
}

// withPages is [WithPages] from the ledger at hand.
func (m *Mailer) withPages(ctx context.Context, n *Newsletter, c letter.Content) (letter.Content, error) {
	c, err := WithPages(ctx, m.Editions, n.Newsletter, c)
	if err != nil {
		return c, unreadError{err}
	}
	return c, nil
}

// inLanguage composes a letter in a reader's language, or, when that text can't
// be sent, in the newsletter's own.
func (m *Mailer) inLanguage(n *Newsletter, c letter.Content, language string) (*letter.Letter, error) {
	l, err := letter.Compose(n.Newsletter, c, language)
	if err == nil || language == "" {
		return l, err
	}
	own, ownErr := letter.Compose(n.Newsletter, c, "")
	if ownErr != nil {
		return nil, err
	}
	m.Log.Error("a translation can't be composed; its readers get the newsletter's own language", "newsletter", n.ID, "date", c.LocalDate, "language", language, "error", err)
	return own, nil
}

// LetterContent turns a content of the ledger into what a letter is composed
// from.
func LetterContent(c editions.Content) (letter.Content, error) {
	out := letter.Content{Edition: c.Edition, LocalDate: c.LocalDate}
	if tip, course := strings.CutPrefix(c.Choice, editions.Course("")); course {
		out.Page = tip // it has no date that its readers share
	}
	for _, item := range c.Items {
		var t tips.Tip
		if err := json.Unmarshal(item.Body, &t); err != nil {
			return out, fmt.Errorf("read the copy of tip %s: %w", item.Tip, err)
		}
		out.Tips = append(out.Tips, t)
	}
	return out, nil
}

// MessageID is a mail's Message-ID without its brackets (RFC 5322 §3.6.4): its tag,
// the same on every attempt and on every node, so that a mail that was sent twice can
// be known by it, and one that comes back.
func MessageID(tags *verp.Tags, k ledger.Key, opened time.Time, from string) string {
	return string(appendMessageID(nil, tags, k, opened, from))
}

func appendMessageID(b []byte, tags *verp.Tags, k ledger.Key, opened time.Time, from string) []byte {
	_, domain, _ := strings.Cut(from, "@")
	if !isPlainDomain(domain) {
		if ascii, err := idna.Lookup.ToASCII(domain); err == nil {
			domain = ascii
		}
	}
	return append(append(tags.Append(b, verp.Mail(k), opened), '@'), domain...)
}

// isPlainDomain knows a domain that is in its ASCII form already; to convert one
// takes longer than the rest of a Message-ID.
func isPlainDomain(domain string) bool {
	for i := range len(domain) {
		if c := domain[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' {
			return false
		}
	}
	return domain != ""
}
