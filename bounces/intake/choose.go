package intake

import (
	"strings"

	"dailytip/bounces"
)

// choose picks what a message says of the one reader whom the tag names. The recipient
// in a report isn't trusted: a reader may forward their mail to several others, of whom
// one being dead says nothing of the reader.
func choose(found []bounces.Finding, email string) bounces.Finding {
	if len(found) == 1 {
		return found[0]
	}
	for _, f := range found {
		if strings.EqualFold(f.Recipient, email) {
			return f
		}
	}
	for _, class := range []bounces.Class{bounces.Complaint, bounces.Soft, bounces.Ours} {
		for _, f := range found {
			if f.Class == class {
				return f
			}
		}
	}
	return bounces.Finding{Class: bounces.None}
}
