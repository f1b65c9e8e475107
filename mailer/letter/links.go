package letter

import (
	"crypto/sha256"
	"encoding/hex"
	"html/template"
	"strings"

	"dailytip/render"
)

// link is one of a reader's own links.
type link int

// The links that a reader may have, each with an address of their own.
const (
	unsubscribeLink link = iota
	preferencesLink
	usefulLink
	uselessLink
	linkCount
)

// addresses are those of a reader's own links; "" where there is none.
type addresses [linkCount]string

// addressesOf are a recipient's. Who can't be given a page to unsubscribe on
// gets the address to write to.
func addressesOf(r Recipient) addresses {
	a := addresses{
		unsubscribeLink: r.UnsubscribeURL, preferencesLink: r.PreferencesURL,
		usefulLink: r.UsefulURL, uselessLink: r.UselessURL,
	}
	if a[unsubscribeLink] == "" && r.UnsubscribeMailto != "" {
		a[unsubscribeLink] = "mailto:" + addressInURI(r.UnsubscribeMailto)
	}
	return a
}

// pauseLink has no address of its own: it is a place on the page of
// preferences.
const pauseLink = linkCount

func (a addresses) at(l link) string {
	switch {
	case l != pauseLink:
		return a[l]
	case a[preferencesLink] == "":
		return ""
	case strings.Contains(a[preferencesLink], "#"):
		return pausePlace
	}
	return a[preferencesLink] + pausePlace
}

const pausePlace = "#pause"

// present says which links a reader has, a bit for each. It decides what a template
// writes around them.
type present uint

const allLinks present = 1<<linkCount - 1

func (p present) has(l link) bool { return p&(1<<l) != 0 }

func (a addresses) present() (p present) {
	for l, address := range a {
		if address != "" {
			p |= 1 << l
		}
	}
	return p
}

// linkedHTML is a letter's HTML, cut where a reader's addresses stand.
type linkedHTML struct {
	parts []string // one more than slots
	slots []link
}

// placeholders stand for a reader's addresses while a template is filled in.
// The key depends on the mail's text, so that no text can contain it.
type placeholders struct{ key string }

func newPlaceholders(text string) placeholders {
	sum := sha256.Sum256([]byte("links of " + text))
	return placeholders{"https://" + hex.EncodeToString(sum[:12]) + ".invalid/"}
}

// addresses end in a letter for each link.
func (h placeholders) addresses(p present) (a addresses) {
	for l := range linkCount {
		if p.has(l) {
			a[l] = h.key + string(rune('a'+l))
		}
	}
	return a
}

// cut finds the places again.
func (h placeholders) cut(html string) linkedHTML {
	var f linkedHTML
	for {
		before, rest, found := strings.Cut(html, h.key)
		f.parts = append(f.parts, before)
		if !found {
			return f
		}
		slot := unsubscribeLink // also where a template has cut the address short
		if rest != "" && rest[0] >= 'a' && link(rest[0]-'a') < linkCount {
			slot = link(rest[0] - 'a')
		}
		html = rest[min(1, len(rest)):]
		if after, ok := strings.CutPrefix(html, pausePlace); ok && slot == preferencesLink {
			slot, html = pauseLink, after
		}
		f.slots = append(f.slots, slot)
	}
}

// fill puts a reader's addresses in.
func (f linkedHTML) fill(a addresses) string {
	var b strings.Builder
	for i, part := range f.parts {
		b.WriteString(part)
		if i < len(f.slots) {
			b.WriteString(template.HTMLEscapeString(a.at(f.slots[i])))
		}
	}
	return b.String()
}

// size is the length in bytes with addresses of the usual length.
func (f linkedHTML) size() int {
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

// textVotes is what the votes answer, and the two, for the text part.
func (l *Letter) textVotes(a addresses) string {
	p := l.page.withLinks(a)
	if p.Votes == nil {
		return ""
	}
	var lines strings.Builder
	lines.WriteString(render.Wrap(p.Question, render.TextWidth, "", "") + "\n")
	for _, vote := range p.Votes {
		lines.WriteString(vote.Label + ": " + vote.URL + "\n")
	}
	return lines.String() + "\n"
}

func (l *Letter) addresses(r Recipient) addresses {
	if !l.list {
		return addresses{}
	}
	a := addressesOf(r)
	if !l.asks {
		a[usefulLink], a[uselessLink] = "", ""
	}
	return a
}

// previewRecipient has links that lead nowhere.
func previewRecipient() Recipient {
	return Recipient{UnsubscribeURL: "#unsubscribe", PreferencesURL: "#preferences", UsefulURL: "#useful", UselessURL: "#useless"}
}
