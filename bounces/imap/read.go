package imap

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"dailytip/bounces"
	"dailytip/bounces/intake"
)

const (
	mostStep    = 20                  // messages that are asked for at a time
	mostMessage = 256 << 10           // bytes that are asked for of a message: a report says early what it has to say
	oldest      = 30 * 24 * time.Hour // of messages that were there before the mailbox was first read
	mostTries   = 4                   // of a message, before it's passed over
)

// pass is one look into the mailbox.
type pass struct {
	*Mailbox
	c    *imapclient.Client
	now  time.Time
	at   position
	uids []imap.UID // still to be read, in their order
}

// Read looks at every message that has come since the last time. It returns when
// there is none any more, or with the first fault that keeps it from going on; what
// was read by then is noted.
func (m *Mailbox) Read(ctx context.Context, now time.Time) error {
	c, err := m.login(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	p := &pass{Mailbox: m, c: c, now: now}
	if err := p.begin(ctx); err != nil {
		return cause(ctx, err)
	}
	for len(p.uids) > 0 {
		if err := p.read(ctx); err != nil {
			return cause(ctx, err)
		}
	}
	_ = c.Logout().Wait() // all is read; how the server says goodbye doesn't matter
	return nil
}

// begin opens the folder and finds out what is new in it.
func (p *pass) begin(ctx context.Context) error {
	if err := p.makeMoveTo(); err != nil {
		return err
	}
	folder, err := p.open(p.c)
	if err != nil {
		return err
	}
	if p.at, err = p.position(ctx); err != nil {
		return err
	}
	var since time.Time
	first := p.at.validity != folder.UIDValidity // never read, or made anew
	if first {
		p.at = position{validity: folder.UIDValidity}
		since = p.now.Add(-oldest)
	}
	if folder.NumMessages > 0 && (folder.UIDNext == 0 || folder.UIDNext > p.at.last+1) {
		found, err := p.c.UIDSearch(&imap.SearchCriteria{UID: []imap.UIDSet{{{Start: p.at.last + 1}}}, Since: since}, nil).Wait()
		if err != nil {
			return fmt.Errorf("look for new messages in %s: %w", p, err)
		}
		p.uids = found.AllUIDs()
	}
	slices.Sort(p.uids)
	// N:* always finds the last message, whatever its number (RFC 9051 §9, seq-range).
	p.uids = slices.DeleteFunc(p.uids, func(uid imap.UID) bool { return uid <= p.at.last })
	if first && len(p.uids) == 0 {
		p.at.last = max(folder.UIDNext, 1) - 1
		return p.note(ctx, p.at)
	}
	return nil
}

// open opens the folder, for reading only unless something is to be moved.
func (m *Mailbox) open(c *imapclient.Client) (*imap.SelectData, error) {
	if m.o.MoveTo != "" && !c.Caps().Has(imap.CapMove) && !c.Caps().Has(imap.CapUIDPlus) {
		return nil, errors.New("the server knows neither MOVE nor UIDPLUS, without which moving a message may remove others; take move_to: out")
	}
	folder, err := c.Select(m.o.Folder, &imap.SelectOptions{ReadOnly: m.o.MoveTo == ""}).Wait()
	if err != nil {
		return nil, fmt.Errorf("open the folder %s: %w", m.o.Folder, err)
	}
	return folder, nil
}

// makeMoveTo makes the folder for bounces when there is none.
func (p *pass) makeMoveTo() error {
	if p.o.MoveTo == "" {
		return nil
	}
	if _, err := p.c.Status(p.o.MoveTo, &imap.StatusOptions{NumMessages: true}).Wait(); !refused(err) {
		return err
	}
	if err := p.c.Create(p.o.MoveTo, nil).Wait(); err != nil {
		return fmt.Errorf("make the folder %s: %w", p.o.MoveTo, err)
	}
	return nil
}

// message is one that was asked for.
type message struct {
	uid imap.UID
	raw []byte
}

// read reads the next step of messages, and takes them in their order.
func (p *pass) read(ctx context.Context) error {
	asked := p.uids[:min(p.step, len(p.uids))]
	messages, err := p.fetch(asked)
	if err != nil {
		if len(asked) > 1 {
			p.step = 1 // until it's known which one it is
			if refused(err) {
				return nil // the connection is still good
			}
			return fmt.Errorf("read messages of %s: %w", p, err)
		}
		return p.failed(ctx, asked[0], fmt.Errorf("read message %d of %s: %w", asked[0], p, err))
	}
	p.step = min(2*p.step, mostStep)
	var taken imap.UIDSet
	defer func() { p.move(taken) }()
	for _, msg := range messages { // those that are gone by now aren't among them
		known, err := p.take(ctx, msg)
		if err != nil {
			p.passed(msg.uid - 1)
			return p.failed(ctx, msg.uid, fmt.Errorf("take message %d of %s: %w", msg.uid, p, err))
		}
		if known {
			taken.AddNum(msg.uid)
		}
	}
	p.passed(asked[len(asked)-1])
	return p.note(ctx, p.at)
}

// passed goes on behind a message.
func (p *pass) passed(uid imap.UID) {
	p.at.last = max(p.at.last, uid)
	for len(p.uids) > 0 && p.uids[0] <= uid {
		p.uids = p.uids[1:]
	}
}

// fetch asks for messages. PEEK leaves them unseen.
func (p *pass) fetch(uids []imap.UID) ([]message, error) {
	c := p.c.Fetch(imap.UIDSetNum(uids...), &imap.FetchOptions{
		UID:         true,
		BodySection: []*imap.FetchItemBodySection{{Peek: true, Partial: &imap.SectionPartial{Size: mostMessage}}},
	})
	var messages []message
	var broken error
	for data := c.Next(); data != nil; data = c.Next() {
		var msg message
		for item := data.Next(); item != nil; item = data.Next() {
			switch item := item.(type) {
			case imapclient.FetchItemDataUID:
				msg.uid = item.UID
			case imapclient.FetchItemDataBodySection:
				if item.Literal == nil { // NIL: the server can't read it itself
					continue
				}
				var err error
				if msg.raw, err = io.ReadAll(io.LimitReader(item.Literal, mostMessage)); err != nil {
					broken = err
				}
			}
		}
		if slices.Contains(uids, msg.uid) && len(msg.raw) > 0 { // servers also tell of flags that somebody else has changed
			messages = append(messages, msg)
		}
	}
	if err := c.Close(); err != nil {
		return nil, err
	}
	slices.SortFunc(messages, func(a, b message) int { return cmp.Compare(a.uid, b.uid) })
	return messages, broken
}

// take hands one message on. known: it carries a tag of ours.
func (p *pass) take(ctx context.Context, msg message) (known bool, err error) {
	r := intake.Return{Door: "imap", Raw: msg.raw}
	for _, to := range bounces.DeliveredTo(msg.raw) {
		if p.o.Taker.Valid(to) {
			r.Recipient = to
			break
		}
	}
	out, err := p.o.Taker.Take(ctx, p.now, r)
	return out.Known, err
}

// move moves what was taken. That it fails is no reason to stop: the messages have
// been taken.
func (p *pass) move(taken imap.UIDSet) {
	if p.o.MoveTo == "" || len(taken) == 0 {
		return
	}
	if _, err := p.c.Move(taken, p.o.MoveTo).Wait(); err != nil {
		p.o.Log.Warn("bounces that were taken can't be moved, and stay where they are", "mailbox", p.String(), "to", p.o.MoveTo, "error", err)
	}
}

// trouble is a message that couldn't be read or taken.
type trouble struct {
	at    position // the message is the one in it
	tries int
}

// failed counts the tries of one message. When there were enough it's passed over:
// one message must not keep the others from being read. It doesn't count while the
// database is what fails.
func (p *pass) failed(ctx context.Context, uid imap.UID, err error) error {
	if ctx.Err() != nil {
		return err
	}
	if fault := p.note(ctx, p.at); fault != nil {
		return fault
	}
	if at := (position{p.at.validity, uid}); p.stuck.at != at {
		p.stuck = trouble{at: at}
	}
	if p.stuck.tries++; p.stuck.tries < mostTries {
		return err
	}
	p.o.Log.Error("a message can't be read and is passed over; look at it yourself", "mailbox", p.String(), "uid", uint32(uid), "tries", p.stuck.tries, "error", err)
	p.passed(uid)
	return p.note(ctx, p.at)
}
