package webhook

import "dailytip/bounces"

// event is what a provider tells of a mail.
type event struct {
	// about are what may name the mail: return paths, Message-IDs; "" is none.
	about    []string
	findings []bounces.Finding
	// raw are the same bytes each time that the event is told.
	raw []byte
}

func newEvent(raw []byte, f bounces.Finding, about ...string) []event {
	return []event{{about: about, findings: []bounces.Finding{f}, raw: raw}}
}

// complaint is a reader who calls a mail spam.
func complaint(address string) bounces.Finding {
	return bounces.Event{Recipient: address, Class: bounces.Complaint, Reason: "feedback"}.Told()
}

// leave is a reader who wants no more mails, and said so to the provider.
func leave(address string) bounces.Finding {
	return bounces.Event{Recipient: address, Class: bounces.Complaint, Reason: "unsubscribe"}.Told()
}
