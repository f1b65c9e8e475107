package letter

import (
	"crypto/sha256"
	"encoding/hex"
	"html/template"
	"strings"
)

// addresses are those of a reader's own links; "" where there is none.
type addresses struct{ unsubscribe, preferences, pause string }

// addressesOf are a recipient's. Who can't be given a page to unsubscribe on
// gets the address to write to.
func addressesOf(r Recipient) addresses {
	a := addresses{unsubscribe: r.UnsubscribeURL, preferences: r.PreferencesURL}
	if a.unsubscribe == "" && r.UnsubscribeMailto != "" {
		a.unsubscribe = "mailto:" + addressInURI(r.UnsubscribeMailto)
	}
	if a.preferences != "" {
		a.pause = "#pause"
		if !strings.Contains(a.preferences, "#") {
			a.pause = a.preferences + a.pause
		}
	}
	return a
}

// present tells apart the forms of a letter: which links there are decides
// what a template writes around them.
type present struct{ unsubscribe, preferences bool }

func (a addresses) present() present {
	return present{a.unsubscribe != "", a.preferences != ""}
}

// form is a letter's HTML cut where a reader's addresses stand.
type form struct {
	parts []string // one more than slots
	slots []func(addresses) string
}

// placeholders stand for a reader's addresses while a template is filled in.
// The key depends on the mail's text, so that no text can contain it.
type placeholders struct{ key string }

func newPlaceholders(text string) placeholders {
	sum := sha256.Sum256([]byte("links of " + text))
	return placeholders{"https://" + hex.EncodeToString(sum[:12]) + ".invalid/"}
}

func (h placeholders) addresses(p present) addresses {
	var a addresses
	if p.unsubscribe {
		a.unsubscribe = h.key + "u"
	}
	if p.preferences {
		a.preferences, a.pause = h.key+"c", h.key+"p"
	}
	return a
}

// cut finds the places again.
func (h placeholders) cut(html string) form {
	var f form
	for {
		before, rest, found := strings.Cut(html, h.key)
		f.parts = append(f.parts, before)
		if !found {
			return f
		}
		slot := func(a addresses) string { return a.unsubscribe }
		switch {
		case strings.HasPrefix(rest, "c"):
			slot = func(a addresses) string { return a.preferences }
		case strings.HasPrefix(rest, "p"):
			slot = func(a addresses) string { return a.pause }
		}
		f.slots = append(f.slots, slot)
		html = rest[min(1, len(rest)):]
	}
}

// fill puts a reader's addresses in.
func (f form) fill(a addresses) string {
	var b strings.Builder
	for i, part := range f.parts {
		b.WriteString(part)
		if i < len(f.slots) {
			b.WriteString(template.HTMLEscapeString(f.slots[i](a)))
		}
	}
	return b.String()
}

// size is the length in bytes with addresses of the usual length.
func (f form) size() int {
	n := 0
	for _, part := range f.parts {
		n += len(part)
	}
	return n + usualLink*len(f.slots)
}

// usualLink is what a link with a token takes, in bytes: our own have about
// 100, an operator may have a long host name.
const usualLink = 200

// textLinks are the footer's links for the text part.
func (l *Letter) textLinks(a addresses) string {
	var b strings.Builder
	for _, link := range l.page.withLinks(a).Links {
		b.WriteString(link.Label + ": " + link.URL + "\n")
	}
	return b.String()
}

func (l *Letter) addresses(r Recipient) addresses {
	if !l.list {
		return addresses{}
	}
	return addressesOf(r)
}

// previewRecipient has links that lead nowhere.
func previewRecipient() Recipient {
	return Recipient{UnsubscribeURL: "#unsubscribe", PreferencesURL: "#preferences"}
}
