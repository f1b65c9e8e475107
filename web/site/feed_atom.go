package site

import (
	"encoding/xml"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// The elements of Atom (RFC 4287).
type (
	atomFeed struct {
		XMLName   xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		Language  string   `xml:"xml:lang,attr,omitempty"`
		ID        string   `xml:"id"`
		Title     string   `xml:"title"`
		Updated   string   `xml:"updated"`
		Links     []atomLink
		Author    atomAuthor
		Icon      string `xml:"icon"`
		Generator string `xml:"generator"`
		Entries   []atomEntry
	}
	atomEntry struct {
		XMLName    xml.Name `xml:"entry"`
		Language   string   `xml:"xml:lang,attr,omitempty"`
		ID         string   `xml:"id"`
		Title      string   `xml:"title"`
		Updated    string   `xml:"updated"`
		Published  string   `xml:"published"`
		Links      []atomLink
		Author     atomAuthor
		Categories []atomCategory
		Summary    string      `xml:"summary,omitempty"`
		Content    atomContent `xml:"content"`
	}
	atomLink struct {
		XMLName  xml.Name `xml:"link"`
		Rel      string   `xml:"rel,attr"`
		Type     string   `xml:"type,attr,omitempty"`
		Language string   `xml:"hreflang,attr,omitempty"`
		Href     string   `xml:"href,attr"`
	}
	atomAuthor struct {
		XMLName xml.Name `xml:"author"`
		Name    string   `xml:"name"`
	}
	atomCategory struct {
		XMLName xml.Name `xml:"category"`
		Term    string   `xml:"term,attr"`
	}
	atomContent struct {
		Type string `xml:"type,attr"`
		HTML string `xml:",chardata"`
	}
)

// writeAtom writes a feed as Atom.
func writeAtom(f feed) ([]byte, error) {
	out := atomFeed{
		Language: f.Language, ID: f.Self, Title: clean(f.Title), Updated: f.Updated.UTC().Format(time.RFC3339), Icon: f.Icon, Generator: "dailytip",
		Author: atomAuthor{Name: clean(f.Author)},
		Links:  []atomLink{{Rel: "self", Type: "application/atom+xml", Href: f.Self}, {Rel: "alternate", Type: "text/html", Href: f.Site}},
	}
	for _, e := range f.Entries {
		entry := atomEntry{
			Language: e.Language, ID: e.ID, Title: clean(e.Title), Updated: e.Sent.UTC().Format(time.RFC3339), Published: e.Sent.UTC().Format(time.RFC3339),
			Author: atomAuthor{Name: clean(e.Author)}, Summary: clean(e.Summary), Content: atomContent{Type: "html", HTML: clean(e.Content)},
			Links: []atomLink{{Rel: "alternate", Type: "text/html", Language: e.Language, Href: e.Address}},
		}
		if e.Source != "" {
			entry.Links = append(entry.Links, atomLink{Rel: "via", Href: clean(e.Source)})
		}
		for _, tag := range e.Tags {
			entry.Categories = append(entry.Categories, atomCategory{Term: clean(tag)})
		}
		out.Entries = append(out.Entries, entry)
	}
	body, err := xml.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("write feed: %w", err)
	}
	return append([]byte(xml.Header), body...), nil
}

// clean takes out the characters that XML 1.0 can't hold (§2.2).
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n', r == '\r', r >= 0x20 && r <= 0xD7FF, r >= 0xE000 && r < utf8.RuneError, r >= 0x10000:
			return r
		}
		return -1 // also what isn't UTF-8
	}, text)
}

// escapeTag escapes a name for a tag: URI, which may hold what a path may hold
// (RFC 4151 §2.1).
func escapeTag(name string) string { return (&url.URL{Path: name}).EscapedPath() }
