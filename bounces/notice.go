package bounces

import (
	"encoding/json"
	"strings"

	"dailytip/verdict"
)

// notice is what Amazon SES publishes of a mail, as its SNS forwards it by
// mail.
type notice struct {
	NotificationType string
	EventType        string
	Bounce           struct {
		BounceType        string
		BouncedRecipients []struct{ EmailAddress, Action, Status, DiagnosticCode string }
	}
	Complaint struct {
		ComplainedRecipients []struct{ EmailAddress string }
	}
}

// notices reads JSON in the text of the message. ok is false when it's none.
func (m *message) notices() (found []Finding, ok bool) {
	for _, p := range m.parts {
		text := strings.TrimSpace(p.text)
		if !strings.HasPrefix(text, "{") || !strings.Contains(text, "Type\"") {
			continue
		}
		var n notice
		if json.NewDecoder(strings.NewReader(strings.ReplaceAll(text, "\n", ""))).Decode(&n) != nil {
			continue
		}
		switch n.NotificationType + n.EventType {
		case "Bounce":
			for _, r := range n.Bounce.BouncedRecipients {
				a := reply(withoutType(r.DiagnosticCode), r.Status, "")
				f := judged(firstAddress(r.EmailAddress), a)
				if f.Class == Soft && n.Bounce.BounceType == "Permanent" && f.Reason == verdict.Undefined {
					f.Class, f.Reason = Hard, "provider"
				}
				found = append(found, f)
			}
		case "Complaint":
			for _, r := range n.Complaint.ComplainedRecipients {
				found = append(found, Finding{Recipient: firstAddress(r.EmailAddress), Class: Complaint, Reason: "feedback"})
			}
		}
		return found[:min(len(found), mostGroups)], true
	}
	return nil, false
}
