package tips

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"dailytip/safetext"
)

// apply takes one key of the front matter into the tip.
func (r *reader) apply(f field) {
	r.changed(&f)
	if r.applyPublication(f) {
		return
	}
	t := &r.tip
	switch strings.ToLower(f.key) {
	case "id":
		if id := norm.NFC.String(oneLine(f.text)); id != "" {
			t.ID = id
			r.at.keys["id"] = f.line
		}
	case "title":
		t.Title = plainTitle(oneLine(f.text))
		t.Written = writtenTitle(f.text, t.Title)
		r.at.titleLine = f.line
	case "emoji":
		t.Emoji = oneLine(f.text)
	case "categories":
		// Jekyll separates these by blanks.
		if !f.isList && !strings.ContainsAny(f.text, ",，、") {
			f.list, f.isList = strings.Fields(f.text), true
		}
		t.Tags = appendTags(t.Tags, f)
	case "tags", "tag", "category":
		t.Tags = appendTags(t.Tags, f)
	case "link":
		r.link(f, f.text)
	case "source":
		t.Source = oneLine(f.text)
		r.at.keys["source"] = f.line
	case "author", "authors":
		t.Author = cmp.Or(authorsOf(f), t.Author)
	case "lang", "language":
		r.language(f)
	case "created":
		r.instant(f, &t.Created)
	case "modified", "lastmod", "updated", "last_modified_at":
		r.instant(f, &t.Modified)
	default:
		if t.Extra == nil {
			t.Extra = make(map[string]any)
		}
		t.Extra[f.key] = f.value
	}
}

// authorsOf are the names that a key holds; "": it has none, only ids or addresses.
func authorsOf(f field) string {
	if !f.isList {
		return oneLine(f.text)
	}
	var names []string
	for _, name := range f.list {
		if name = oneLine(name); name != "" {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// changed reports what the format would make another text of. A title is sent
// as its author wrote it or not at all; other words are taken as they stand.
func (r *reader) changed(f *field) {
	key := strings.ToLower(f.key)
	if f.change == nil {
		if key == "title" && f.text == "" && f.value != nil {
			r.withhold(RuleInvalidValue, f.line, 0, "the title isn't one text; write it on one line, in quotes: title: \"…\"")
		}
		return
	}
	switch key {
	case "title":
		f.text = f.change.whole // for lists: never half of it
		r.withhold(RuleInvalidValue, f.line, 0, "the title wouldn't be sent as it stands: %s; write %s", f.change.why, f.change.write)
	case "source", "author", "authors", "emoji", "id":
		if f.change.meant || f.isList {
			return
		}
		f.text = f.change.whole
		r.fault(Warning, RuleInvalidValue, f.line, 0, "%s: %s; the value is taken whole, but write %s", f.key, f.change.why, f.change.write)
	}
}

// link takes an address, and leaves out what would be no link in a mail.
func (r *reader) link(f field, address string) {
	address = strings.TrimSpace(address)
	if address == "" {
		return
	}
	r.at.keys["link"] = f.line
	if !isWebLink(address) {
		r.at.badLink = true
		r.fault(Warning, RuleBadLink, f.line, 0, "%s", badLinkMessage(address))
		return
	}
	r.tip.Link = address
}

func badLinkMessage(address string) string {
	advice := "write the whole address"
	if whole := "https://" + strings.TrimLeft(address, "/"); isWebLink(whole) && !strings.Contains(address, ":") && strings.Contains(address, ".") {
		advice = "write link: " + whole
	}
	return "the link " + strconv.Quote(clip(address, 60)) + " isn't an address that begins with https:// or http://; " + advice
}

func isWebLink(address string) bool {
	if strings.ContainsFunc(address, func(c rune) bool { return unicode.IsSpace(c) || safetext.IsUnsafe(c) }) {
		return false
	}
	u, err := url.Parse(address)
	return err == nil && (strings.EqualFold(u.Scheme, "http") || strings.EqualFold(u.Scheme, "https")) && u.Hostname() != ""
}

// nameSource fills in the source's name. Clippings often have the address
// itself there.
func (r *reader) nameSource() {
	t := &r.tip
	if isWebLink(t.Source) {
		if t.Link == "" && !r.at.badLink {
			t.Link = t.Source
			r.at.keys["link"] = r.at.keys["source"]
		}
		t.Source = ""
	}
	if t.Source != "" || t.Link == "" {
		return
	}
	if u, err := url.Parse(t.Link); err == nil {
		t.Source = strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	}
}

func (r *reader) language(f field) {
	if strings.TrimSpace(f.text) == "" {
		return
	}
	lang, ok := canonicalLanguage(f.text)
	if !ok {
		r.fault(Warning, RuleInvalidLanguage, f.line, 0,
			"%q isn't a language tag, so the newsletter's language is assumed; write one such as en, es or zh-CN", clip(f.text, 40))
		return
	}
	r.tip.Language = lang
}

func (r *reader) instant(f field, to *time.Time) {
	if strings.TrimSpace(f.text) == "" {
		return
	}
	t, ok := parseInstant(f.text)
	if !ok {
		r.fault(Warning, RuleInvalidDate, f.line, 0, "%s: %q isn't a date, so it is left out; write it as 2026-12-24 or 2026-12-24T08:00:00Z", f.key, clip(f.text, 40))
		return
	}
	*to = t
}

// appendTags adds tags from a list, or from a string with commas.
func appendTags(tags []string, f field) []string {
	items := f.list
	if !f.isList {
		items = strings.FieldsFunc(f.text, func(c rune) bool { return c == ',' || c == '，' || c == '、' || c == '\n' })
	}
	for _, item := range items {
		tag := strings.TrimPrefix(oneLine(item), "#")
		if tag != "" && !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	return tags
}

// oneLine makes text fit for a header or a heading: no line ends, no control
// characters, nothing that turns the direction of what follows, single spaces.
func oneLine(s string) string {
	s = strings.Map(func(c rune) rune {
		switch {
		case unicode.IsSpace(c) && c != '\u00a0' && c != '\u202f' && c != '\u3000': // no-break spaces hold French marks
			return ' '
		case isUnprintable(c) || c == '\ufeff':
			return -1
		}
		return c
	}, s)
	s = balanced(s)
	return strings.Join(strings.FieldsFunc(s, func(c rune) bool { return c == ' ' }), " ")
}

// clip shortens text for a message.
func clip(s string, limit int) string {
	chars := []rune(s)
	if len(chars) <= limit {
		return s
	}
	return string(chars[:limit]) + "…"
}
