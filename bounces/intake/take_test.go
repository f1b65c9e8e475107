package intake_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"dailytip/bounces"
	"dailytip/bounces/intake"
	"dailytip/ledger"
	"dailytip/membership"
	"dailytip/subscribers"
	"dailytip/verp"
)

const (
	unknown = "550 5.1.1 no such user"
	full    = "552 5.2.2 the mailbox is full"
)

func TestOnlyOurOwnAddressesAreValid(t *testing.T) {
	tags := verp.New(verp.Key{Secret: []byte("ours")})
	forged := verp.New(verp.Key{Secret: []byte("theirs")})
	mail := verp.Mail{Edition: 1, Subscriber: 2}
	taker := intake.New(intake.Options{Tags: tags, Domain: domain})
	for address, want := range map[string]bool{
		tags.ReturnPath(mail, time.Time{}, domain):                 true,
		tags.UnsubscribeAddress(3, domain):                         true,
		tags.ReturnPath(mail, time.Time{}, "example.org"):          false,
		forged.ReturnPath(mail, time.Time{}, domain):               false,
		forged.UnsubscribeAddress(3, domain):                       false,
		"bounces@" + domain:                                        false,
		"ana@example.com":                                          false,
		"":                                                         false,
		tags.ReturnPath(mail, time.Time{}, ""):                     false,
		string(tags.Append(nil, mail, time.Time{})) + "@" + domain: false,
	} {
		if got := taker.Valid(address); got != want {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
	}
}

// An address that worked is believed dead when two editions say so; one that never
// worked at once.
func TestHardBounces(t *testing.T) {
	each(t, func(h *harness) {
		h.join(now.Add(-day), "ana@example.org")
		h.send(now, nil)
		h.join(now.Add(4*day), "new@example.org")
		first := h.send(now.Add(5*day), nil)
		for _, again := range []bool{false, true} {
			out := h.comesBack(now.Add(5*day), first["ana@example.org"], unknown)
			if !out.Known || out.Again != again || !again && out.Action != string(subscribers.Marked) {
				h.Errorf("%+v", out)
			}
		}
		// Another report about the same mail says nothing new.
		if out := h.comesBack(now.Add(5*day), first["ana@example.org"], unknown+" here"); out.Action != string(subscribers.Marked) {
			h.Errorf("%+v", out)
		}
		h.want("ana@example.org", subscribers.Active)
		if out := h.comesBack(now.Add(5*day), first["new@example.org"], unknown); out.Action != string(subscribers.Barring) || out.Address != "new@example.org" {
			h.Errorf("%+v", out)
		}
		h.want("new@example.org", subscribers.Suppressed)
		second := h.send(now.Add(6*day), nil)
		h.comesBack(now.Add(6*day), second["ana@example.org"], unknown)
		h.want("ana@example.org", subscribers.Suppressed)
		if got := h.find("ana@example.org").SuppressedReason; got != unknown {
			h.Errorf("the reason is %q", got)
		}
	})
}

// A notice that arrived shows that an address works, before there's an edition; one that
// came back doesn't.
func TestAWelcomeArrived(t *testing.T) {
	each(t, func(h *harness) {
		h.join(now.Add(-day), "ana@example.org", "bo@example.org")
		h.write(func(tx *sql.Tx) error {
			for _, a := range []string{"ana@example.org", "bo@example.org"} {
				n := ledger.Notice{Kind: ledger.Welcome, Newsletter: "management", Subscriber: h.find(a).ID, Email: subscribers.Address(a)}
				if err := h.ledger.Enqueue(h.Context(), tx, now, n); err != nil {
					return err
				}
			}
			return nil
		})
		h.comesBack(now, h.deliver(now, nil)["bo@example.org"], full)
		first := h.send(now.Add(7*day), nil)
		for address, want := range map[string]subscribers.State{"ana@example.org": subscribers.Active, "bo@example.org": subscribers.Suppressed} {
			h.comesBack(now.Add(7*day), first[address], unknown)
			h.want(address, want)
		}
	})
}

// Three quiet days after a mail clear a mark.
func TestAMarkIsCleared(t *testing.T) {
	each(t, func(h *harness) {
		h.join(now.Add(-day), "ana@example.org")
		h.send(now, nil)
		marked := h.send(now.Add(5*day), replies{"ana@example.org": unknown}) // while sending: the same rules
		if len(marked) != 1 {
			h.Fatal("nothing was sent")
		}
		h.want("ana@example.org", subscribers.Active)
		h.send(now.Add(6*day), nil)
		h.send(now.Add(9*day+time.Hour), replies{"ana@example.org": unknown})
		h.want("ana@example.org", subscribers.Active)
		h.send(now.Add(10*day), replies{"ana@example.org": unknown})
		h.want("ana@example.org", subscribers.Suppressed)
	})
}

// Five soft ones over a week end in a rest, then one mail is tried.
func TestSoftBounces(t *testing.T) {
	each(t, func(h *harness) {
		h.join(now.Add(-day), "ana@example.org", "bo@example.org")
		at := now
		soft := func(days int) intake.Outcome {
			at = now.Add(time.Duration(days) * day)
			j, ok := h.send(at, nil)["ana@example.org"]
			if !ok {
				h.Fatalf("day %d: nothing was sent", days)
			}
			return h.comesBack(at.Add(time.Hour), j, full)
		}
		for days := range 8 {
			want := subscribers.Counted
			if days == 7 {
				want = subscribers.Resting
			}
			if out := soft(days); out.Action != string(want) {
				h.Errorf("day %d: %+v, want %s", days, out, want)
			}
		}
		h.want("ana@example.org", subscribers.Active)
		sentTo := func(days int) bool {
			_, ok := h.send(now.Add(time.Duration(days)*day), nil)["ana@example.org"]
			return ok
		}
		if sentTo(8) || sentTo(36) {
			h.Error("a mail went out while the address rests")
		}
		if out := soft(38); out.Action != string(subscribers.Resting) { // the try
			h.Errorf("the try: %+v", out)
		}
		if sentTo(39) || !sentTo(70) { // the second try
			h.Error("the rest after a try")
		}
		if sentTo(71) {
			h.Error("more than one mail was tried")
		}
		if !sentTo(74) || !sentTo(75) {
			h.Error("the try stayed quiet, and nothing goes out")
		}
		if out := soft(76); out.Action != string(subscribers.Counted) {
			h.Errorf("after a success: %+v", out)
		}
	})
}

// A company that moved its mail isn't so many dead people, and others are judged as
// ever.
func TestManyOfOneDomain(t *testing.T) {
	each(t, func(h *harness) {
		company, others := addresses(15, "company.example"), addresses(3, "example.org")
		h.join(now.Add(-day), company...)
		h.join(now.Add(-day), others...)
		jobs := h.send(now, allUnknown(append(company[:4:4], others[0])...))
		h.want(company[0], subscribers.Suppressed) // so far
		for _, a := range company[4:] {
			h.comesBack(now.Add(time.Hour), jobs[a], unknown)
		}
		for _, a := range company {
			h.want(a, subscribers.Active)
		}
		h.want(others[0], subscribers.Suppressed)
		h.want(others[1], subscribers.Active)
		if got := h.alerts(); len(got) != 1 || !strings.Contains(got[0], "company.example") {
			h.Errorf("alerts: %q", got)
		}
		held, err := h.list.Bounces(h.Context(), h.db.Read(), subscribers.BounceFilter{Domain: "company.example", Decision: subscribers.HeldBack})
		if err != nil || len(held) != 15 {
			h.Fatalf("%d are held back, %v", len(held), err)
		}
		// The operator knows better: they are gone indeed.
		for _, b := range held {
			if d, err := h.taker.Retry(h.Context(), now.Add(2*day), b.ID, ""); err != nil || d != subscribers.Barring {
				h.Fatalf("%s: %s, %v", b.Email, d, err)
			}
		}
		h.want(company[3], subscribers.Suppressed)
	})
}

// What the operator has decided of a domain's readers stays when the next of them is
// refused on the same day, and nobody is asked again.
func TestRetriedWithinTheDay(t *testing.T) {
	each(t, func(h *harness) {
		company := addresses(15, "company.example")
		h.join(now.Add(-day), company...)
		jobs := h.send(now, nil)
		for _, a := range company[:8] {
			h.comesBack(now.Add(time.Hour), jobs[a], unknown)
		}
		held, err := h.list.Bounces(h.Context(), h.db.Read(), subscribers.BounceFilter{Domain: "company.example", Decision: subscribers.HeldBack})
		if err != nil || len(held) != 8 {
			h.Fatalf("%d are held back, %v", len(held), err)
		}
		for _, b := range held {
			if _, err := h.taker.Retry(h.Context(), now.Add(2*time.Hour), b.ID, ""); err != nil {
				h.Fatal(err)
			}
		}
		for _, a := range company[8:14] { // the last of them makes it a crowd again
			h.comesBack(now.Add(3*time.Hour), jobs[a], unknown)
			for _, a := range company[:8] {
				h.want(a, subscribers.Suppressed)
			}
			if got := h.alerts(); a != company[13] && len(got) != 1 {
				h.Errorf("alerts: %q", got)
			}
		}
		h.want(company[8], subscribers.Active)
	})
}

// In a large domain a few dead ones are a few dead ones.
func TestAFewOfManyOfOneDomain(t *testing.T) {
	each(t, func(h *harness) {
		all := addresses(60, "example.org")
		h.join(now.Add(-day), all...)
		h.send(now, allUnknown(all[:12]...))
		h.want(all[11], subscribers.Suppressed)
		if got := h.alerts(); len(got) != 0 {
			h.Errorf("alerts: %q", got)
		}
	})
}

func addresses(n int, domain string) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprintf("reader%02d@%s", i, domain))
	}
	return all
}

func TestComplaints(t *testing.T) {
	each(t, func(h *harness) {
		h.join(now.Add(-day), "ana@example.org", "bo@example.org", "cy@example.org")
		jobs := h.send(now, nil)
		complaint := []byte("Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\nContent-Type: message/feedback-report\n\n" +
			"Feedback-Type: abuse\nUser-Agent: x\nVersion: 1\n\n--b\nContent-Type: message/rfc822\n\nMessage-ID: <" +
			string(h.list.Tags().Append(nil, verp.Mail(jobs["ana@example.org"].Key), now)) + "@example.com>\nTo: redacted@example.net\n\nhello\n--b--\n")
		if out := h.take(now, intake.Return{Door: "imap", Raw: complaint}); out.Action != string(subscribers.Barring) || out.Class != bounces.Complaint {
			h.Errorf("%+v", out)
		}
		h.want("ana@example.org", subscribers.Suppressed)
		// Any mail to the address that unsubscribes does so.
		bo := h.find("bo@example.org").Subscriptions[0]
		out := h.take(now, intake.Return{Door: "lmtp", Recipient: h.list.Tags().UnsubscribeAddress(bo.ID, domain), Raw: []byte("Subject: \n\n")})
		if out.Action != string(subscribers.Leaving) || out.Address != "bo@example.org" {
			h.Errorf("%+v", out)
		}
		h.want("bo@example.org", subscribers.Unsubscribed)
		// Who was shown somebody's mail knows its Message-ID, and unsubscribes nobody by it.
		id := "<" + string(h.list.Tags().Append(nil, verp.Mail(jobs["cy@example.org"].Key), now)) + "@example.com>"
		h.take(now, intake.Return{Door: "imap", Raw: []byte("From: eve@example.net\nIn-Reply-To: " + id + "\nSubject: unsubscribe\n\n")})
		h.want("cy@example.org", subscribers.Active)
		h.take(now, intake.Return{Door: "imap", Raw: []byte("From: Cy@example.org\nIn-Reply-To: " + id + "\nSubject: unsubscribe\n\n")})
		h.want("cy@example.org", subscribers.Unsubscribed)
		if err := h.ledger.TellRates(h.Context(), now, 5, 0.1); err != nil {
			h.Fatal(err)
		}
		if got := h.alerts(); len(got) != 1 || !strings.Contains(got[0], "33.3 % of the mails of 2026-11-23 were called spam") {
			h.Errorf("alerts: %q", got)
		}
	})
}

// Without a tag that we have made nothing changes, whatever a report says.
func TestForgeries(t *testing.T) {
	each(t, func(h *harness) {
		h.join(now.Add(-day), "ana@example.org")
		j := h.send(now, nil)["ana@example.org"]
		forger := verp.New(verp.Key{Secret: []byte("guessed")})
		path := h.returnPath(j)
		forged := report("ana@example.org", unknown)
		for _, r := range []intake.Return{
			{Raw: forged},
			{Recipient: "tips@example.com", Raw: forged},
			{Recipient: forger.ReturnPath(verp.Mail(j.Key), j.OpenedAt, domain), Raw: forged},
			{Recipient: strings.Replace(path, domain, "example.net", 1), Raw: forged},
			{Recipient: h.list.Tags().ReturnPath(verp.Mail{Edition: j.Key.Edition, Subscriber: j.Key.Subscriber + 1}, j.OpenedAt, domain), Raw: forged},
			{Raw: append(bytes.Clone(forged), "\n\nMessage-ID: <"+string(forger.Append(nil, verp.Mail(j.Key), j.OpenedAt))+"@example.com>\n"...)},
			{About: forger.ReturnPath(verp.Mail(j.Key), j.OpenedAt, domain), Findings: []bounces.Finding{{Class: bounces.Hard, Recipient: "ana@example.org"}}},
		} {
			if out := h.take(now, r); out.Known {
				h.Errorf("%.80q: %+v", r.Recipient, out)
			}
		}
		for n := range 300 { // each about another mail, with a Message-ID that somebody made up
			id := forger.Append(nil, verp.Mail{Edition: j.Key.Edition, Subscriber: j.Key.Subscriber + int64(n)}, j.OpenedAt)
			raw := bytes.Replace(forged, []byte("\r\n--b--"), fmt.Appendf(nil, "\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <%s@example.com>\r\n\r\nHello\r\n--b--", id), 1)
			if out := h.take(now, intake.Return{Door: "imap", Raw: raw}); out.Known {
				h.Fatalf("%s: %+v", id, out)
			}
		}
		// What is too old to come back is no bounce any more.
		if out := h.take(now.Add(61*day), intake.Return{Recipient: path, Raw: forged}); out.Known {
			h.Errorf("after two months: %+v", out)
		}
		h.want("ana@example.org", subscribers.Active)
		if rows := h.texts("SELECT CAST(id AS TEXT) FROM returned_mails UNION ALL SELECT CAST(id AS TEXT) FROM bounces"); len(rows) != 0 {
			h.Errorf("%d rows were written", len(rows))
		}
	})
}

// A mail's tag is that of the key which signed when it was opened, for ever.
func TestAfterANewKey(t *testing.T) {
	each(t, func(h *harness) {
		h.join(now.Add(-day), "ana@example.org")
		j := h.send(now, nil)["ana@example.org"]
		path := h.returnPath(j)
		old := verp.New(keys(h)...)
		if err := h.list.Rotate(h.Context(), now.Add(time.Hour), false); err != nil {
			h.Fatal(err)
		}
		if got := h.returnPath(j); got != path {
			h.Errorf("the return path was %s, and is %s", path, got)
		}
		h.join(now.Add(time.Hour), "bo@example.org")
		next := h.send(now.Add(day), nil)["bo@example.org"]
		// Who has got hold of the old key can't sign for what the new one signs.
		forged := old.ReturnPath(verp.Mail(next.Key), next.OpenedAt, domain)
		if out := h.take(now.Add(day), intake.Return{Recipient: forged, Raw: report("bo@example.org", unknown)}); out.Known {
			h.Errorf("%+v", out)
		}
		if out := h.comesBack(now.Add(day), j, unknown); out.Action != string(subscribers.Barring) {
			h.Errorf("%+v", out)
		}
	})
}

// keys reads the keys that sign tags.
func keys(h *harness) (all []verp.Key) {
	h.Helper()
	for _, secret := range h.texts("SELECT secret FROM link_keys WHERE purpose = 'return-path'") {
		var k verp.Key
		if _, err := fmt.Sscanf(secret, "%x", &k.Secret); err != nil {
			h.Fatal(err)
		}
		all = append(all, k)
	}
	return all
}

// The report's own recipient isn't trusted, and what isn't a refusal changes nothing.
func TestWhatAReportSays(t *testing.T) {
	each(t, func(h *harness) {
		h.join(now.Add(-day), "ana@example.org")
		j := h.send(now, nil)["ana@example.org"]
		two := bytes.Replace(report("one@example.net", unknown), []byte("\r\n\r\n--b--"),
			[]byte("\r\n\r\nFinal-Recipient: rfc822; two@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--"), 1)
		late := bytes.ReplaceAll(report("ana@example.org", "451 4.4.1 timeout"), []byte("failed"), []byte("delayed"))
		for raw, want := range map[string]bounces.Class{
			string(two):  bounces.None,
			string(late): bounces.Soft,
			"From: ana@example.org\nAuto-Submitted: auto-replied\nSubject: away\n\nI am on holiday.\n": bounces.Reply,
			"From: ana@example.org\nSubject: Re: a tip\n\nThank you!\n":                                bounces.None,
			string(report("ana@example.org", "554 5.7.1 refused by DMARC policy")):                     bounces.Ours,
		} {
			out := h.take(now, intake.Return{Door: "pipe", Recipient: h.returnPath(j), Raw: []byte(raw)})
			if out.Class != want || out.Action != string(subscribers.Ignored) {
				h.Errorf("%+v, want %s", out, want)
			}
		}
		h.want("ana@example.org", subscribers.Active)
		if got := h.alerts(); len(got) != 1 || !strings.Contains(got[0], "authfailure") {
			h.Errorf("alerts: %q", got)
		}
		// Forwarded, and dead there: it's the only one that the report names.
		if out := h.take(now, intake.Return{Recipient: h.returnPath(j), Raw: report("old@example.net", unknown)}); out.Action != string(subscribers.Barring) {
			h.Errorf("%+v", out)
		}
	})
}

func TestAConfirmationComesBack(t *testing.T) {
	each(t, func(h *harness) {
		h.join(now.Add(-day), "ana@example.org")
		h.send(now, nil)
		at := now.Add(5 * day)
		for address, newsletter := range map[string]string{"ana@example.org": "other", "nobody@example.org": "management"} {
			_, err := h.membership().SignUp(h.Context(), at, subscribers.Request{
				Address: subscribers.Address(address), Newsletter: newsletter, Consent: subscribers.ByReader,
			}, membership.Form{})
			if err != nil {
				h.Fatal(err)
			}
		}
		jobs := h.deliver(at, nil)
		for _, address := range []string{"ana@example.org", "nobody@example.org"} {
			if jobs[address].Kind != "confirm" {
				h.Fatalf("%+v", jobs)
			}
			h.comesBack(at, jobs[address], unknown)
		}
		h.want("nobody@example.org", subscribers.Suppressed)
		ana := h.find("ana@example.org") // whose address has worked: one report isn't enough
		if len(ana.Subscriptions) != 1 || ana.Subscriptions[0].State != subscribers.Active {
			h.Errorf("%+v", ana.Subscriptions)
		}
	})
}

func TestUndoing(t *testing.T) {
	each(t, func(h *harness) {
		h.join(now.Add(-day), "ana@example.org")
		j := h.send(now, nil)["ana@example.org"]
		h.comesBack(now, j, unknown)
		h.want("ana@example.org", subscribers.Suppressed)
		all, err := h.list.Bounces(h.Context(), h.db.Read(), subscribers.BounceFilter{Address: "ana@example.org"})
		if err != nil || len(all) != 1 {
			h.Fatalf("%+v, %v", all, err)
		}
		raw, err := h.taker.Raw(h.Context(), h.db.Read(), all[0].ID)
		if err != nil || !bytes.Equal(raw, report("ana@example.org", unknown)) {
			h.Errorf("kept: %q, %v", raw, err)
		}
		if err := h.taker.Undo(h.Context(), now, all[0].ID, ""); err != nil {
			h.Fatal(err)
		}
		h.want("ana@example.org", subscribers.Active)
		// Who goes by what it was before changes nothing.
		_, retried := h.taker.Retry(h.Context(), now, all[0].ID, subscribers.Barring)
		undone := h.taker.Undo(h.Context(), now, all[0].ID, subscribers.Barring)
		if !errors.Is(retried, subscribers.ErrNoBounce) || !errors.Is(undone, subscribers.ErrNoBounce) {
			h.Errorf("%v, %v, want ErrNoBounce", retried, undone)
		}
		h.want("ana@example.org", subscribers.Active)
		if d, err := h.taker.Retry(h.Context(), now, all[0].ID, subscribers.Undone); err != nil || d != subscribers.Barring {
			h.Errorf("%s, %v", d, err)
		}
		h.want("ana@example.org", subscribers.Suppressed)
	})
}

func TestErasingAndPruning(t *testing.T) {
	each(t, func(h *harness) {
		h.join(now.Add(-day), "ana@example.org", "bo@example.org")
		jobs := h.send(now, nil)
		for _, address := range []string{"ana@example.org", "bo@example.org"} {
			h.comesBack(now, jobs[address], unknown)
		}
		if err := h.membership().Erase(h.Context(), now, h.find("ana@example.org").ID); err != nil {
			h.Fatal(err)
		}
		if out := h.comesBack(now, jobs["ana@example.org"], full); !out.Known || out.Address != "" {
			h.Errorf("of who was erased: %+v", out)
		}
		bo := h.find("bo@example.org").ID
		if got := h.texts("SELECT CAST(subscriber AS TEXT) FROM bounces"); !slices.Equal(got, []string{fmt.Sprint(bo)}) {
			h.Errorf("bounces of %q, want those of %d", got, bo)
		}
		for i, want := range []int{1, 0} {
			after := time.Duration(29+2*i) * day
			if err := h.taker.Look(h.Context(), now.Add(after)); err != nil {
				h.Fatal(err)
			}
			if got := h.texts("SELECT raw FROM returned_mails WHERE raw <> ''"); len(got) != want {
				h.Errorf("after %s %d messages are kept, want %d", after, len(got), want)
			}
		}
		if out := h.comesBack(now.Add(31*day), jobs["bo@example.org"], unknown); !out.Again {
			h.Errorf("a message that isn't kept any more is taken again: %+v", out)
		}
		if err := h.taker.Look(h.Context(), now.Add(500*day)); err != nil {
			h.Fatal(err)
		}
		if got := h.texts("SELECT CAST(id AS TEXT) FROM returned_mails UNION ALL SELECT CAST(id AS TEXT) FROM bounces"); len(got) != 0 {
			h.Errorf("%d rows stay for ever", len(got))
		}
	})
}

// A reader may send as much to a return path of theirs as they like.
func TestAFlood(t *testing.T) {
	each(t, func(h *harness) {
		h.join(now.Add(-day), "ana@example.org")
		j := h.send(now, nil)["ana@example.org"]
		for i := range 40 {
			h.take(now, intake.Return{Recipient: h.returnPath(j), Raw: fmt.Appendf(nil, "Subject: %d\n\nhello\n", i)})
		}
		if got := len(h.texts("SELECT CAST(id AS TEXT) FROM returned_mails")); got != 20 {
			h.Errorf("%d are kept, want 20", got)
		}
	})
}
