package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"dailytip/inbox"
	"dailytip/test/daemontest"
)

// A mail's size is that of the bytes that the program hands to a relay, header
// and all. A tip is written so that its mail comes out at the size wanted; up to
// ten KB the newsletter has a small template of its own, since the one that comes
// with the program has more than that by itself.

// message is a tip whose mail has a size, and the mail as it was sent.
type message struct {
	tip      string
	template string // "": the program's own
	data     []byte // as sent to one reader, CRLF line ends
	text     string // the parts, decoded
	html     string
}

const smallTemplate = `<!doctype html>
<html lang="{{.Lang}}" dir="{{.Dir}}"><head><meta charset="utf-8"><title>{{.Title}}</title></head>
<body>{{.Card}}
<p><a href="{{.Unsubscribe}}">Unsubscribe</a></p>
</body></html>
`

var words = strings.Fields(`before you answer say in your own words what you heard and ask whether that is what was meant
	most quarrels in a team end there because the second half of a sentence was never listened to`)

// tipOf writes a tip of so many words.
func tipOf(n int) string {
	var b strings.Builder
	b.WriteString("---\ntitle: Say it back first\nlink: https://example.com/article\ncreated: 2026-01-01T00:00:00Z\n---\n\nSay")
	for i := range n {
		switch {
		case i%60 == 59:
			b.WriteString(".\n\nThen")
		case i%12 == 11:
			b.WriteString(", and")
		}
		b.WriteString(" " + words[i%len(words)])
	}
	b.WriteString(".\n")
	return b.String()
}

// mailOf finds the tip whose mail has so many KB (of 1024 bytes).
func (b *bench) mailOf(ctx context.Context, kB int) (*message, error) {
	if m := b.mails[kB]; m != nil {
		return m, nil
	}
	m := &message{}
	if kB <= 10 {
		m.template = smallTemplate
	}
	words, each := 0, 15.0 // a word's bytes, in both parts
	for range 8 {
		if err := b.compose(ctx, m, words); err != nil {
			return nil, err
		}
		off := kB<<10 - len(m.data)
		if off >= 0 && off <= kB<<10/100 {
			break
		}
		if words > 0 && off > 0 {
			each = max(1, each*0.9) // more of them fit than we thought
		}
		words = max(0, words+int(math.Floor(float64(off)/each)))
	}
	if off := kB<<10 - len(m.data); off < 0 || off > kB<<10/50 {
		return nil, fmt.Errorf("the mail nearest to %d KB has %d bytes", kB, len(m.data))
	}
	b.mails[kB] = m
	return m, m.split()
}

// compose has the program send a tip of so many words to one reader, and keeps
// the bytes.
func (b *bench) compose(ctx context.Context, m *message, words int) (err error) {
	box, err := inbox.New(inbox.Options{TLS: inbox.NoTLS})
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	var server sync.WaitGroup
	var failed error
	server.Go(func() { failed = box.Run(running) })
	defer func() {
		stop()
		server.Wait()
		err = errors.Join(err, failed)
	}()
	m.tip = tipOf(words)
	dir, err := b.folder()
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	in, err := m.install(daemontest.Options{Program: b.program, Dir: dir, Relays: relayAt(box.Port(), 1, 1, "")})
	if err != nil {
		return err
	}
	if err := in.Fill(ctx, 1, false); err != nil {
		return err
	}
	if _, err := in.Run(ctx, []string{"send"}); err != nil {
		return err
	}
	m.data = box.Messages()[0].Data
	say("a tip of %d words makes a mail of %d bytes", words, len(m.data))
	return nil
}

// install writes an installation that sends this mail.
func (m *message) install(o daemontest.Options) (*daemontest.Installation, error) {
	o.Tip = m.tip
	o.Newsletter = "schedule: \"0 7 * * *\"\n"
	if m.template != "" {
		o.Newsletter += "template: small.html\n"
	}
	if err := os.WriteFile(filepath.Join(o.Dir, "small.html"), []byte(smallTemplate), 0o600); err != nil {
		return nil, err
	}
	return daemontest.Install(o)
}

// relayAt is the configuration of a relay on the loopback interface.
func relayAt(port, connections, inFlight int, more string) string {
	return fmt.Sprintf("- {host: 127.0.0.1, port: %d, tls: none, connections: %d, in_flight: %d%s}", port, connections, inFlight, more)
}

// split decodes the mail's two parts, for those who write it anew.
func (m *message) split() error {
	parsed, err := mail.ReadMessage(bytes.NewReader(m.data))
	if err != nil {
		return err
	}
	_, params, err := mime.ParseMediaType(parsed.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	r := multipart.NewReader(parsed.Body, params["boundary"])
	for _, into := range []*string{&m.text, &m.html} {
		p, err := r.NextRawPart()
		if err != nil {
			return fmt.Errorf("take the mail apart: %w", err)
		}
		text, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			return fmt.Errorf("take the mail apart: %w", err)
		}
		*into = string(text)
	}
	return nil
}
