package tips

import "strings"

// publicationKeys are the keys that say when a text may be seen, or whether, as
// the programs that people write in call them, and what each is here. They are
// written plainly: see plainKey.
var publicationKeys = map[string]string{
	"date": "date", "pin": "pin", "published": "published", "headless": "headless", "build": "build", "permalink": "permalink",
	"status": "status", "state": "status", "visibility": "status", "poststatus": "status",
	"publishdate": "publishdate", "pubdate": "publishdate", "publicationdate": "publishdate", "publisheddate": "publishdate",
	"publishat": "publishdate", "publishedat": "publishdate", "publishon": "publishdate", "publishedon": "publishdate",
	"datepublished": "publishdate", "scheduled": "publishdate", "embargo": "publishdate",
	"expirydate": "expirydate", "unpublishdate": "expirydate", "expirationdate": "expirydate", "expiredate": "expirydate",
	"expires": "expirydate", "expiresat": "expirydate", "expireson": "expirydate", "unpublishat": "expirydate", "unpublishon": "expirydate",
	"draft": "draft", "isdraft": "draft", "private": "draft", "unlisted": "draft", "hidden": "draft", "eleventyexcludefromcollections": "draft",
	"publish": "publish", "public": "publish", "ispublished": "publish", "dgpublish": "publish",
	"render": "render", "redirectto": "redirectto",
}

// unpublished are the words of a text's status that mean that it isn't for
// readers, or not yet, written plainly.
var unpublished = map[string]bool{
	"draft": true, "drafts": true, "autodraft": true, "pending": true, "private": true, "unpublished": true, "unlisted": true, "hidden": true,
	"wip": true, "workinprogress": true, "inprogress": true, "review": true, "inreview": true, "todo": true,
	"scheduled": true, "future": true, "trash": true, "trashed": true, "deleted": true, "archived": true,
}

// publicationKey is what a key of the front matter says about publication.
func publicationKey(key string) (string, bool) {
	name, ok := publicationKeys[plainKey(key)]
	return name, ok
}

// plainKey writes publish_date, publish-date and publishDate alike.
func plainKey(key string) string {
	return strings.Map(func(c rune) rune {
		if c == '_' || c == '-' || c == ' ' {
			return -1
		}
		return c
	}, strings.ToLower(strings.TrimSpace(key)))
}

// single takes what stands alone in a list for the value itself: properties are
// lists in some programs, and [[2026-12-24]], a link to that day's note, is a list
// in a list. It returns false for several values, and for a group where none belongs.
func single(f *field) bool {
	if f.isList && len(f.list) == 1 {
		f.text, f.isList = f.list[0], false
	}
	value := f.value
	for {
		items, ok := value.([]any)
		if !ok || len(items) != 1 {
			break
		}
		value = items[0]
	}
	switch v := value.(type) {
	case []any:
		return len(v) == 0
	case map[string]any:
		key := plainKey(f.key)
		return key == "build" || key == "permalink"
	}
	if f.text == "" && value != nil {
		f.text, _ = scalarText(value)
	}
	return true
}

// notOne keeps a tip back whose publication depends on a value that can't be
// understood.
func (r *reader) notOne(f field) {
	if name, _ := publicationKey(f.key); name == "pin" {
		r.at.keys["pin"] = f.line
		r.withhold(RuleInvalidDate, f.line, 0, "pin: this isn't one day; write pin: YYYY-MM-DD, or MM-DD for every year")
		return
	}
	r.tip.Draft = true
	r.fault(Warning, RuleInvalidValue, f.line, 0, "%s: this isn't one value, so the tip is taken as a draft; write one date, or true or false", f.key)
}
