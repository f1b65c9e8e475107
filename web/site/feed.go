package site

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"dailytip/locale"
	"dailytip/tips"
	"dailytip/web"
)

// feedLength is how many editions a feed holds, the newest.
const feedLength = 30

// feed is what Atom and JSON Feed are written from.
type feed struct {
	Title    string
	Language string // BCP 47, of the feed's title
	Self     string // its own address
	Site     string // address of the page that shows the same
	Icon     string
	Author   string
	Updated  time.Time
	Entries  []feedEntry // newest first
}

// feedEntry is one edition in a feed.
type feedEntry struct {
	ID       string // a tag: URI (RFC 4151) that never changes
	Address  string
	Source   string // where the tip was adapted from; ""
	Title    string
	Summary  string
	Content  string // HTML
	Language string
	Author   string
	Tags     []string
	Sent     time.Time
}

// feedOf makes a handler of a function that writes a feed.
func (s *Site) feedOf(path, kind string, write func(feed) ([]byte, error)) http.HandlerFunc {
	return s.withArchive(func(w http.ResponseWriter, r *http.Request, index *archiveIndex) {
		newsletter, lang := r.URL.Query().Get(newsletterField), web.AskedLanguage(r)
		if _, public := s.archive.newsletters[newsletter]; newsletter != "" && !public || s.archive.sent == nil {
			s.Page(s.NotFound)(w, r)
			return
		}
		query := values(newsletterField, newsletter, web.LangField, lang)
		s.servePublic(w, r, index.version, "feed "+path+"?"+query.Encode(), false, func() (*response, error) {
			f, err := s.feed(r.Context(), index, newsletter, lang)
			if err != nil {
				return nil, err
			}
			f.Self = s.URL(path, query)
			body, err := write(f)
			if err != nil {
				return nil, err
			}
			language := f.Language
			if lang == "" && newsletter == "" && s.archive.only() == "" {
				language = ""
			}
			return newResponse(kind, language, body, s.lastChange(index.changed), 5*time.Minute)
		})
	})
}

// feed collects the newest editions of a newsletter ("": all) in a language ("":
// each newsletter's own).
func (s *Site) feed(ctx context.Context, index *archiveIndex, newsletter, lang string) (feed, error) {
	head := s.SiteLetterhead()
	if newsletter != "" {
		head = s.Letterhead(newsletter)
	}
	f := feed{
		Title: web.Untagged(head.Name), Author: web.Untagged(head.Name), Language: cmp.Or(lang, head.Language, locale.Default),
		Site: s.URL("/archive", values(web.LangField, lang)), Icon: s.IconURL(), Updated: s.began,
	}
	if newsletter != "" {
		f.Site = s.URL("/archive/"+newsletter, values(web.LangField, lang))
	}
	editions := index.choose(newsletter, "")
	editions = slices.Clone(editions[max(0, len(editions)-feedLength):])
	slices.Reverse(editions)
	for i, e := range editions {
		entry, err := s.feedEntry(ctx, index, e, cmp.Or(lang, s.Letterhead(e.newsletter).Language, locale.Default))
		if err != nil {
			return f, err
		}
		f.Entries = append(f.Entries, entry)
		if i == 0 || entry.Sent.After(f.Updated) {
			f.Updated = entry.Sent
		}
	}
	return f, nil
}

// feedEntry renders an edition whole for readers of lang.
func (s *Site) feedEntry(ctx context.Context, index *archiveIndex, e *edition, lang string) (feedEntry, error) {
	t, err := s.tipOf(ctx, e)
	if err != nil {
		return feedEntry{}, err
	}
	a, err := s.article(e.newsletter, t, lang, "", index.linked(e.newsletter, t), lang)
	if err != nil {
		return feedEntry{}, err
	}
	content, err := s.fill("feed", a)
	if err != nil {
		return feedEntry{}, err
	}
	entry := feedEntry{
		ID: s.tagURI(e, a.Language), Address: s.URL(e.path(), values(web.LangField, a.Language)), Source: webLink(t),
		Title: strings.TrimSpace(a.Emoji + " " + a.Title), Summary: a.Summary, Content: string(content), Language: a.Language,
		Author: cmp.Or(t.Author, web.Untagged(s.Letterhead(e.newsletter).Name)), Tags: t.Tags, Sent: e.sent,
	}
	return entry, nil
}

// webLink is a tip's source, when it is on the web.
func webLink(t tips.Tip) string {
	if strings.HasPrefix(t.Link, "https://") || strings.HasPrefix(t.Link, "http://") {
		return t.Link
	}
	return ""
}

// tagURI names an edition in a language for ever (RFC 4151), by our host on the day
// of the edition. It stays when the address changes.
func (s *Site) tagURI(e *edition, lang string) string {
	host := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '-' {
			return r
		}
		return '-'
	}, strings.ToLower(s.hostname))
	return "tag:" + cmp.Or(host, "localhost") + "," + e.date + ":" + escapeTag(e.newsletter) + "/" + escapeTag(e.name) + "/" + lang
}
