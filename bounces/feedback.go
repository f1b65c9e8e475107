package bounces

import "strings"

// feedback reads a complaint, or another report about a mail that did arrive
// (RFC 5965). ok is false when the message is none.
func (m *message) feedback() (found []Finding, ok bool) {
	for _, p := range m.parts {
		if p.kind != "message/feedback-report" {
			continue
		}
		fields, _ := cutHeader([]byte(strings.TrimLeft(p.text, "\n \t")))
		return m.complaints(complaintClass(fields.get("feedback-type")), fields), true
	}
	if m.original != nil && complainsInWords(m.header) || m.header.get(outlookRecipient) != "" {
		return m.complaints(Complaint, nil), true
	}
	if wantsOut(m.header) {
		return []Finding{{Recipient: m.header.address("from"), Class: Complaint, Reason: "unsubscribe"}}, true
	}
	return nil, false
}

// complaintClass is the class of a report of some type (RFC 5965 §7.3).
func complaintClass(feedbackType string) Class {
	switch strings.ToLower(feedbackType) {
	case "abuse", "complaint", "opt-out", "opt-out-list", "miscategorized", "":
		return Complaint
	}
	return OtherReport // fraud, virus, not-spam, auth-failure (RFC 6591), dmarc
}

// wantsOut tells a mail that unsubscribes (RFC 2369 §3.2): mail programs write
// it for the reader.
func wantsOut(h header) bool {
	switch strings.ToLower(strings.TrimSpace(h.get("subject"))) {
	case "unsubscribe", "unsubscribe request", "opt-out", "optout", "remove":
		return true
	}
	return false
}

// complaints names those who complain: the report's own fields first, then
// whom the returned mail went to.
func (m *message) complaints(class Class, fields header) []Finding {
	var found []Finding
	add := func(address string) {
		for _, f := range found {
			if f.Recipient == address {
				return
			}
		}
		if address != "" && len(found) < mostGroups {
			found = append(found, Finding{Recipient: address, Class: class, Reason: "feedback"})
		}
	}
	for _, f := range fields {
		if f.name == "original-rcpt-to" || f.name == "removal-recipient" {
			add(firstAddress(f.value))
		}
	}
	add(firstAddress(m.header.get(outlookRecipient)))
	for _, name := range []string{outlookRecipient, "to", "x-original-to", "delivered-to"} {
		if len(found) == 0 {
			add(m.original.address(name))
		}
	}
	if len(found) == 0 {
		found = []Finding{{Class: class, Reason: "feedback"}}
	}
	return found
}

// outlookRecipient names the reader in what Outlook.com forwards.
const outlookRecipient = "x-hmxmroriginalrecipient"

// complainsInWords knows the providers that forward the mail without a report.
func complainsInWords(h header) bool {
	subject := strings.ToLower(h.get("subject"))
	return strings.HasPrefix(subject, "complaint about message from") || // Outlook.com, Junk Mail Reporting
		strings.HasPrefix(subject, "email feedback report for ip") // AOL
}
