package intake_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"dailytip/bounces/intake"
	"dailytip/editions"
	"dailytip/ledger"
	"dailytip/membership"
	"dailytip/store"
	"dailytip/store/storetest"
	"dailytip/subscribers"
	"dailytip/verdict"
	"dailytip/verp"
)

const (
	day      = 24 * time.Hour
	domain   = "bounces.example.com"
	operator = "operator@example.com"
)

var now = time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)

type harness struct {
	*testing.T
	db     *store.DB
	list   *subscribers.List
	ledger *ledger.Ledger
	taker  *intake.Taker
}

// each gives f the rooms of an empty database, on both engines.
func each(t *testing.T, f func(h *harness)) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		list, err := subscribers.Open(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		book := ledger.New(db, list)
		book.AlertTo(operator)
		f(&harness{t, db, list, book, intake.New(intake.Options{
			DB: db, List: list, Ledger: book, Tags: list.Tags(), Domain: domain, Keep: 30 * day, AlertBounces: 5, AlertComplaints: 0.1,
		})})
	})
}

func (h *harness) write(f func(tx *sql.Tx) error) {
	h.Helper()
	if err := h.db.Write(h.Context(), f); err != nil {
		h.Fatal(err)
	}
}

// join adds readers who are active from an instant on.
func (h *harness) join(at time.Time, addresses ...string) {
	h.Helper()
	h.write(func(tx *sql.Tx) error {
		for _, a := range addresses {
			_, err := h.list.Add(h.Context(), tx, at, subscribers.Request{
				Address: subscribers.Address(a), Newsletter: "management", Consent: subscribers.Vouched,
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func (h *harness) find(address string) *subscribers.Subscriber {
	h.Helper()
	s, err := h.list.Find(h.Context(), h.db.Read(), subscribers.Address(address))
	if err != nil {
		h.Fatal(err)
	}
	return s
}

func (h *harness) want(address string, state subscribers.State) {
	h.Helper()
	if got := h.find(address).Subscriptions[0].State; got != state {
		h.Errorf("%s is %s, want %s", address, got, state)
	}
}

// sent is what a relay says to whom: a reply, or "" for 250.
type replies map[string]string

// allUnknown is what a relay says that knows none of some addresses.
func allUnknown(addresses ...string) replies {
	said := replies{}
	for _, a := range addresses {
		said[a] = unknown
	}
	return said
}

// send opens the edition of an instant and sends it: each reader's mail is accepted,
// but for those to whom the relay says something else. It returns the mails by address.
func (h *harness) send(at time.Time, said replies) map[string]ledger.Job {
	h.Helper()
	h.open(at)
	return h.deliver(at, said)
}

// open opens the edition of an instant.
func (h *harness) open(at time.Time) {
	h.Helper()
	slots, err := h.list.Slots(h.Context(), "management")
	if err != nil {
		h.Fatal(err)
	}
	for _, slot := range slots {
		_, err := h.ledger.Open(h.Context(), at, ledger.Opening{
			Newsletter: "management", LocalDate: at.Format(time.DateOnly), Slot: slot.ID, DueAt: at, ExpiresAt: at.Add(12 * time.Hour),
			Choice: editions.Daily, Reason: "next", Items: []editions.Item{{Tip: "tip", Body: []byte(`{"ID":"tip"}`)}},
		})
		if err != nil {
			h.Fatal(err)
		}
	}
}

// jobOf is the last mail that went to an address.
func (h *harness) jobOf(address string) ledger.Job {
	h.Helper()
	last, err := h.ledger.LastDeliveries(h.Context(), h.find(address).ID, 1)
	if err != nil || len(last) != 1 {
		h.Fatalf("%s got %d mails, %v", address, len(last), err)
	}
	return ledger.Job{Key: last[0].Key, Email: subscribers.Address(address), OpenedAt: last[0].OpenedAt}
}

// deliver sends what waits.
func (h *harness) deliver(at time.Time, said replies) map[string]ledger.Job {
	h.Helper()
	jobs := map[string]ledger.Job{}
	var outcomes []ledger.Outcome
	for {
		claimed, err := h.ledger.Exchange(h.Context(), at, outcomes, ledger.Claiming{Owner: "node", Limit: 100})
		if err != nil {
			h.Fatal(err)
		}
		if len(claimed) == 0 {
			return jobs
		}
		outcomes = nil
		for _, j := range claimed {
			jobs[string(j.Email)] = j
			outcomes = append(outcomes, outcome(j, said[string(j.Email)]))
		}
	}
}

// outcome judges a reply as the mailer does.
func outcome(j ledger.Job, said string) ledger.Outcome {
	if said == "" {
		return ledger.Outcome{Job: j, State: ledger.Sent, Reply: ledger.Reply{Code: 250}}
	}
	a := verdict.Reply{Stage: verdict.RcptTo}
	_, _ = fmt.Sscanf(said, "%d", &a.Code)
	a.Enhanced, a.Text = verdict.Split(said[4:])
	o := ledger.Outcome{Job: j, State: ledger.Failed, Reply: ledger.Reply{Code: a.Code, Enhanced: a.Enhanced, Text: a.Text}, Opinion: verdict.Assess(a)}
	o.Dead = verdict.Judge(a) == verdict.Dead
	return o
}

// returnPath is where a mail comes back to.
func (h *harness) returnPath(j ledger.Job) string {
	return h.list.Tags().ReturnPath(verp.Mail(j.Key), j.OpenedAt, domain)
}

func (h *harness) take(at time.Time, r intake.Return) intake.Outcome {
	h.Helper()
	out, err := h.taker.Take(h.Context(), at, r)
	if err != nil {
		h.Fatal(err)
	}
	return out
}

// comesBack takes a report about a mail by its return path.
func (h *harness) comesBack(at time.Time, j ledger.Job, diagnostic string) intake.Outcome {
	h.Helper()
	return h.take(at, intake.Return{Door: "lmtp", Recipient: h.returnPath(j), Raw: report(string(j.Email), diagnostic)})
}

// report is what a server writes of a mail that it can't deliver (RFC 3464).
func report(recipient, diagnostic string) []byte {
	_, rest, _ := strings.Cut(diagnostic, " ")
	status, _, _ := strings.Cut(rest, " ")
	return fmt.Appendf(nil, "From: MAILER-DAEMON@mx.example.org\r\nSubject: Undelivered Mail Returned to Sender\r\n"+
		"Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"+
		"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\n"+
		"Final-Recipient: rfc822; %s\r\nAction: failed\r\nStatus: %s\r\nDiagnostic-Code: smtp; %s\r\n\r\n--b--\r\n", recipient, status, diagnostic)
}

// alerts are the subjects of the mails to the operator, oldest first.
func (h *harness) alerts() (subjects []string) {
	h.Helper()
	for _, detail := range h.texts("SELECT detail FROM notices WHERE kind = 'alert' ORDER BY id") {
		subject, _, _ := strings.Cut(detail, "\n")
		subjects = append(subjects, subject)
	}
	return subjects
}

// texts reads a query of one column.
func (h *harness) texts(query string, args ...any) []string {
	h.Helper()
	return storetest.Texts(h.T, h.db, query, args...)
}

func (h *harness) membership() *membership.Service {
	return membership.New(membership.Options{DB: h.db, List: h.list, Ledger: h.ledger})
}
