package letter

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"time"

	"dailytip/tips"
)

func compose1(t testing.TB, n Newsletter, lang string) *Letter {
	t.Helper()
	l, err := Compose(n, content(load(t, "say-it")), lang)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func htmlOf(t testing.TB, l *Letter, r Recipient) string {
	t.Helper()
	html, err := l.htmlFor(r)
	if err != nil {
		t.Fatal(err)
	}
	return html
}

func message(t testing.TB, l *Letter, r Recipient) (*mail.Message, []byte) {
	t.Helper()
	data, err := l.Message(r)
	if err != nil {
		t.Fatal(err)
	}
	m, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return m, data
}

func TestMessageInGo(t *testing.T) {
	l := compose1(t, newsletter(), "en")
	for _, name := range names {
		r := recipient(7)
		r.Name = name
		m, _ := message(t, l, r)
		to, err := m.Header.AddressList("To")
		if err != nil || len(to) != 1 || to[0].Name != name || to[0].Address != r.Email {
			t.Errorf("To of %q reads as %v, %v", name, to, err)
		}
	}
	m, _ := message(t, l, recipient(7))
	for name, want := range map[string]string{
		"From":                  `Daily Tip <tips@example.com>`,
		"Reply-To":              "<hello@example.com>",
		"Message-Id":            "<1.7.management@example.com>",
		"Date":                  "Mon, 23 Nov 2026 07:00:00 +0000",
		"List-Id":               "Management Tip of the Day <management.tips.example.com>",
		"List-Unsubscribe":      "<https://tips.example.com/u/token7>, <mailto:unsub+token7@example.com>",
		"List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		"List-Archive":          "<https://tips.example.com/archive/management>",
		"List-Help":             "<mailto:hello@example.com?subject=help>",
		"List-Owner":            "<mailto:hello@example.com>",
		"List-Post":             "NO",
		"Precedence":            "bulk",
		"Auto-Submitted":        "auto-generated",
		"Feedback-Id":           "42:en:management:example-com",
		"Content-Language":      "en",
		"Mime-Version":          "1.0",
		"User-Agent":            "",
		"X-Mailer":              "",
		"Bcc":                   "",
	} {
		if got := m.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestOptionalHeadersAndLinks(t *testing.T) {
	n := newsletter()
	n.ArchiveURL, n.HelpURL, n.ReplyTo, n.PostalAddress = "", "https://tips.example.com/help", mail.Address{}, ""
	r := recipient(1)
	r.UnsubscribeMailto, r.PreferencesURL = "", ""
	l := compose1(t, n, "en")
	m, _ := message(t, l, r)
	for name, want := range map[string]string{
		"List-Archive":     "",
		"Reply-To":         "",
		"List-Help":        "<https://tips.example.com/help>",
		"List-Owner":       "<mailto:tips@example.com>",
		"List-Unsubscribe": "<https://tips.example.com/u/token1>",
	} {
		if got := m.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	for _, part := range []string{l.textFor(r), htmlOf(t, l, r)} {
		if !strings.Contains(part, "Unsubscribe") || !strings.Contains(part, r.UnsubscribeURL) {
			t.Errorf("the unsubscribe link is missing:\n%s", part)
		}
		for _, absent := range []string{"Pause", "Read online", "Change time", "Springfield"} {
			if strings.Contains(part, absent) {
				t.Errorf("%q is there without its address", absent)
			}
		}
	}
	r.UnsubscribeURL = ""
	m, _ = message(t, l, r)
	if m.Header.Get("List-Unsubscribe") != "" || m.Header.Get("List-Unsubscribe-Post") != "" {
		t.Error("List-Unsubscribe without an address")
	}
}

func TestEncodings(t *testing.T) {
	for lang, want := range map[string]string{
		"en": "quoted-printable", "es": "quoted-printable", "zh-CN": "base64", "ar": "base64", "hi": "base64",
	} {
		m, _ := message(t, compose1(t, newsletter(), lang), recipient(1))
		_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
		if err != nil {
			t.Fatal(err)
		}
		parts := multipart.NewReader(m.Body, params["boundary"])
		for range 2 {
			p, err := parts.NextRawPart()
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Header.Get("Content-Transfer-Encoding"); got != want {
				t.Errorf("%s: %s, want %s", lang, got, want)
			}
			if want == "quoted-printable" {
				if _, err := io.Copy(io.Discard, quotedprintable.NewReader(p)); err != nil {
					t.Errorf("%s: %v", lang, err)
				}
			}
		}
	}
}

func TestSameRecipientSameBytes(t *testing.T) {
	l := compose1(t, newsletter(), "en")
	_, first := message(t, l, recipient(3))
	_, second := message(t, compose1(t, newsletter(), "en"), recipient(3))
	if !bytes.Equal(first, second) {
		t.Error("a retry would send other bytes")
	}
	var names []string
	for line := range strings.SplitSeq(string(first[:bytes.Index(first, []byte("\r\n\r\n"))]), "\r\n") {
		if name, _, found := strings.Cut(line, ": "); found && line[0] != ' ' {
			names = append(names, name)
		}
	}
	if got, want := strings.Join(names, " "), strings.Join(headerOrder[:], " "); got != strings.Replace(want, "Content-Transfer-Encoding ", "", 1) {
		t.Errorf("the headers stand in the order %s", got)
	}
}

// A long Message-ID stays beside its header's name.
func TestLongMessageID(t *testing.T) {
	r := recipient(1)
	r.MessageID = "1.2@" + strings.Repeat("a", 60) + "." + strings.Repeat("b", 60) + ".example"
	_, data := message(t, compose1(t, newsletter(), "en"), r)
	if !bytes.Contains(data, []byte("\r\nMessage-ID: <"+r.MessageID+">\r\n")) {
		t.Errorf("%s", data[:bytes.Index(data, []byte("\r\n\r\n"))])
	}
}

func TestInternationalAddresses(t *testing.T) {
	l := compose1(t, newsletter(), "en")
	r := recipient(1)
	r.Email = "ana@bücher.example"
	m, _ := message(t, l, r)
	if got := m.Header.Get("To"); got != "<ana@xn--bcher-kva.example>" {
		t.Errorf("To: %s", got)
	}
	r.Email = "jörg@example.org"
	m, _ = message(t, l, r)
	if got := m.Header.Get("To"); got != "<jörg@example.org>" {
		t.Errorf("To: %s, want UTF-8 for a relay with SMTPUTF8", got)
	}
}

func TestRecipientFaults(t *testing.T) {
	l := compose1(t, newsletter(), "en")
	m, err := l.Merge()
	if err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(*Recipient){
		"recipient email":           func(r *Recipient) { r.Email = "a@example.org\r\nBcc: b@example.org" },
		"recipient email \"a\"":     func(r *Recipient) { r.Email = "a" },
		"recipient email \"\"":      func(r *Recipient) { r.Email = "" },
		"no mail address":           func(r *Recipient) { r.Email = "a@example.org, b@example.org" },
		"recipient name has a cont": func(r *Recipient) { r.Name = "Ana\nBcc: b@example.org" },
		"recipient name has a bidi": func(r *Recipient) { r.Name = "Ana \u202Egro.elpmaxe" },
		"recipient email has a bid": func(r *Recipient) { r.Email = "a\u202Eb@example.org" },
		"recipient name is not":     func(r *Recipient) { r.Name = "A\xff" },
		"message id":                func(r *Recipient) { r.MessageID = "<1@example.com>" },
		"message id \"\"":           func(r *Recipient) { r.MessageID = "" },
		"return path":               func(r *Recipient) { r.ReturnPath = "x\r@example.com" },
		"date of the message":       func(r *Recipient) { r.Date = time.Time{} },
		"unsubscribe URL":           func(r *Recipient) { r.UnsubscribeURL = "https://example.com/u/>\r\nX: y" },
		"no http or https":          func(r *Recipient) { r.UnsubscribeURL = "javascript:alert(1)" },
		"preferences URL":           func(r *Recipient) { r.PreferencesURL = "https://example.com/a b" },
		"useful URL":                func(r *Recipient) { r.UsefulURL = "https://example.com/v/>" },
		"useless URL":               func(r *Recipient) { r.UselessURL = "mailto:a@example.com" },
		"unsubscribe address":       func(r *Recipient) { r.UnsubscribeMailto = "not an address" },
	} {
		r := recipient(1)
		spoil(&r)
		if _, err := l.Message(r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error about %q, got %v", want, err)
		}
		if data, err := m.Append([]byte("before"), r); err == nil || !strings.Contains(err.Error(), want) || string(data) != "before" {
			t.Errorf("want an error about %q and nothing else, got %v and %q", want, err, data)
		}
	}
}

func TestNewsletterFaults(t *testing.T) {
	for want, spoil := range map[string]func(*Newsletter){
		"newsletter id":           func(n *Newsletter) { n.ID = "a b" },
		"title has a control":     func(n *Newsletter) { n.Title = "Tip\r\nBcc: x@example.org" },
		"title is empty":          func(n *Newsletter) { n.Title = " " },
		"newsletter from":         func(n *Newsletter) { n.From = mail.Address{} },
		"from name":               func(n *Newsletter) { n.From.Name = "A\x00" },
		"newsletter reply-to":     func(n *Newsletter) { n.ReplyTo.Address = "nobody" },
		"newsletter confirm-from": func(n *Newsletter) { n.ConfirmFrom.Address = "a@b@c" },
		"newsletter language":     func(n *Newsletter) { n.Language = "klingon-warrior" },
		"list domain":             func(n *Newsletter) { n.ListDomain = "not a domain" },
		"archive URL":             func(n *Newsletter) { n.ArchiveURL = "/archive" },
		"accent":                  func(n *Newsletter) { n.Accent = "brown" },
		"contrast":                func(n *Newsletter) { n.Accent = "#FFCC00" },
	} {
		n := newsletter()
		spoil(&n)
		if _, err := Compose(n, content(load(t, "say-it")), "en"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error about %q, got %v", want, err)
		}
	}
}

func TestContentFaults(t *testing.T) {
	for want, c := range map[string]Content{
		"no tip":          {LocalDate: "2026-11-23"},
		"control charact": content(tips.Tip{ID: "x", Title: "A\r\nBcc: b@example.org", Body: "b"}),
		"80 KB":           content(tips.Tip{ID: "x", Title: "Long", Body: "b", Mindmap: strings.Repeat("- An idea that fills a line of the map.\n", 3000)}),
	} {
		if _, err := Compose(newsletter(), c, "en"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error about %q, got %v", want, err)
		}
	}
}
