package bounces

import (
	"regexp"
	"slices"
)

// mostIDs bounds how many Message-IDs of one message are looked at.
const mostIDs = 20

// MessageIDs returns the Message-IDs by which a message may name the mail that it is
// about, with their brackets: that of the mail that came back first, wherever it
// stands, then those that the message answers (RFC 5322 §3.6.4).
func MessageIDs(raw []byte) []string { return messageIDs(raw, 0) }

func messageIDs(raw []byte, depth int) []string {
	m := parse(raw)
	var all []string
	add := func(text string) {
		for _, id := range messageID.FindAllString(text, mostIDs) {
			if len(all) < mostIDs && !slices.Contains(all, id) {
				all = append(all, id)
			}
		}
	}
	add(m.original.get("message-id"))
	add(m.returnedID())
	if kind, _ := mediaType(m.original.get("content-type")); kind == "multipart/report" && depth < 2 { // a report in a mail of its own
		for _, id := range messageIDs(m.inner, depth+1) {
			add(id)
		}
	}
	add(m.header.get("in-reply-to"))
	add(m.header.get("references"))
	return all
}

var messageID = regexp.MustCompile(`<[^<>\s]{1,200}@[^<>\s]{1,255}>`)

// returnedID finds the Message-ID of a mail that came back as text, below what is said
// to people.
func (m *message) returnedID() string {
	if field := returnedIDField.FindStringSubmatch(m.rest); field != nil {
		return field[1]
	}
	return ""
}

var returnedIDField = regexp.MustCompile(`(?im)^[>\s]{0,8}message-id:[ \t]*\n?[ \t]*(<[^<>\s]{1,456}>)`)
