package mailer

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"dailytip/ledger"
)

// alertLife is how long a pause is news. What can't be sent by then is told when
// the pause is over.
const alertLife = time.Hour

// alertPause tells the operator that sending is paused. A pause of everything
// can't be told by mail.
func (d *dispatcher) alertPause(p ledger.PauseInfo, known bool) []ledger.Notice {
	if known || p.Newsletter == ledger.Relay {
		return nil
	}
	return d.alert(p, p.Since.Add(alertLife), "sending is paused", fmt.Sprintf(
		"Sending is paused since %s:\n%s.\n%s\nNobody is lost: what waits goes out when the cause is mended. One mail is tried at\n%s and again later;"+
			"\ndailytip resume tries at once, dailytip status shows what waits.\n",
		stamp(p.Since), p.Reason, paragraph(p.Reply), stamp(p.ProbeAt)))
}

// alertResume tells the operator that a pause is over; of one of everything this is
// the first that they can be told by mail.
func (d *dispatcher) alertResume(now time.Time, p ledger.PauseInfo) []ledger.Notice {
	if p.Newsletter == ledger.Relay && now.Sub(p.Since) < ledger.WorthTelling {
		return nil
	}
	return d.alert(p, time.Time{}, "sending goes on", fmt.Sprintf(
		"Sending goes on since %s. It was paused since %s:\n%s.\n%s",
		stamp(now), stamp(p.Since), p.Reason, paragraph(p.Reply)))
}

// alertAvoided tells the operator that a relay takes nothing of a newsletter while
// another does.
func (d *dispatcher) alertAvoided(now time.Time, c circuit, a ledger.Reply, why string) []ledger.Notice {
	return d.alert(ledger.PauseInfo{Newsletter: c.scope}, now.Add(alertLife), "a relay refuses its mails", fmt.Sprintf(
		"Since %s a relay has taken none of its mails, and the next one gets them:\n%s.\n%s\nThe relay is tried again from time to time.\n",
		stamp(now), why, paragraph(a)))
}

// tell sends alerts. One that can't be written down is in the log, too.
func (d *dispatcher) tell(ctx context.Context, now time.Time, alerts []ledger.Notice) {
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	if err := d.Ledger.Tell(ctx, now, alerts...); err != nil {
		d.lost(now, err)
	}
}

// paragraph tells what was said, if anything was.
func paragraph(a ledger.Reply) string {
	if said := Said(a); said != "" {
		return "\n" + strings.ToUpper(said[:1]) + said[1:] + "\n"
	}
	return ""
}

// alert is one mail to the operator, in the name of the newsletter concerned. Where no
// operator is named, programs elsewhere are told all the same.
func (d *dispatcher) alert(p ledger.PauseInfo, until time.Time, subject, text string) []ledger.Notice {
	id, _ := ledger.InScope(p.Newsletter)
	if _, known := d.newsletters[id]; !known { // it's about all of them
		id = slices.Min(slices.Collect(maps.Keys(d.newsletters)))
	}
	return []ledger.Notice{{
		Kind: ledger.Alert, Newsletter: id, Email: d.AlertTo, ExpiresAt: until,
		Detail: fmt.Sprintf("[dailytip] %s: %s\n%s", scopeName(p.Newsletter), subject, text),
	}}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
