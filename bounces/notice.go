package bounces

import (
	"bytes"
	"encoding/json"
	"strings"
)

// notice is what Amazon SES publishes of a mail: its SNS forwards it by mail, or
// to a webhook.
type notice struct {
	NotificationType string
	EventType        string
	Bounce           struct {
		BounceType        string
		BouncedRecipients []struct{ EmailAddress, Action, Status, DiagnosticCode string }
	}
	Complaint struct {
		ComplainedRecipients  []struct{ EmailAddress string }
		ComplaintFeedbackType string
	}
}

// notices reads JSON in the text of the message. ok is false when it's none.
func (m *message) notices() (found []Finding, ok bool) {
	for _, p := range m.parts {
		text := strings.TrimSpace(p.text)
		if !strings.HasPrefix(text, "{") || !strings.Contains(text, "Type\"") {
			continue
		}
		if found, ok = ReadSES([]byte(strings.ReplaceAll(text, "\n", ""))); ok {
			return found, true
		}
	}
	return nil, false
}

// ReadSES reads what Amazon SES publishes of a mail, in JSON: one finding for each
// recipient that it bounced from or who complains, none for what is no fault. ok is
// false when it can't be read.
func ReadSES(text []byte) (found []Finding, ok bool) {
	var n notice
	if json.NewDecoder(bytes.NewReader(text)).Decode(&n) != nil {
		return nil, false
	}
	switch n.NotificationType + n.EventType {
	case "Bounce":
		for _, r := range n.Bounce.BouncedRecipients {
			e := Event{Recipient: r.EmailAddress, Reply: r.DiagnosticCode, Status: r.Status, Class: Soft}
			if n.Bounce.BounceType == "Permanent" {
				e.Class = Hard
			}
			found = append(found, e.Judged())
		}
	case "Complaint":
		class := complaintClass(n.Complaint.ComplaintFeedbackType)
		for _, r := range n.Complaint.ComplainedRecipients {
			found = append(found, Event{Recipient: r.EmailAddress, Class: class, Reason: "feedback"}.Told())
		}
	}
	return found[:min(len(found), mostGroups)], true
}
