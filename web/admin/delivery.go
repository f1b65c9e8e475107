package admin

import (
	"html/template"
	"slices"
	"time"

	"dailytip/ledger"
	"dailytip/locale"
	"dailytip/scheduler"
)

const (
	deliveryTime  = 30 * 24 * time.Hour
	mostReceivers = 8 // are named; the others are one
)

// deliveryView is how mails arrive, by whose mailboxes they went to.
type deliveryView struct {
	Charts []growthChart
	Lines  []deliveryLine // none: nothing was sent
}

type deliveryLine struct {
	Receiver template.HTML
	Sent     string
	Numbers  []shareView
}

// shareView is how many mails it happened to, and how many that is of all.
type shareView struct {
	Class    string
	Name     template.HTML
	N, Share string // the share is "" where no mail was sent or refused
}

// delivered is what became of the mails to one receiver's mailboxes.
type delivered struct {
	ledger.ReceiverCounts
	bounced, complained int64
}

// mails are those of which something was said for good.
func (d delivered) mails() int64 { return d.Sent + d.Failed }

// share is a number of all the mails, at most 1: what comes back may be of older ones.
func (d delivered) share(n int64) float64 {
	if d.mails() == 0 {
		return 0
	}
	return min(float64(n)/float64(d.mails()), 1)
}

// kindsOfDelivery are what may happen to mails besides being taken at once.
var kindsOfDelivery = []struct {
	name string
	n    func(d delivered) int64
}{
	{"deferred", func(d delivered) int64 { return d.Deferred }},
	{"failed", func(d delivered) int64 { return d.Failed }},
	{"bounced", func(d delivered) int64 { return d.bounced }},
	{"complained", func(d delivered) int64 { return d.complained }},
}

// deliveredOf counts a newsletter's mails of the last days, those of the largest receiver
// first and those of all others last.
func (a *Admin) deliveredOf(v *visit, n *scheduler.Newsletter) ([]delivered, error) {
	since := v.now.Add(-deliveryTime)
	counts, err := a.Ledger.CountReceivers(v.Context(), n.ID, since)
	if err != nil || len(counts) == 0 {
		return nil, err
	}
	returned, err := a.List.CountReturned(v.Context(), n.ID, since, v.now)
	if err != nil {
		return nil, err
	}
	var all []delivered
	var others delivered
	for _, c := range counts {
		d := delivered{c, returned[c.Receiver].Bounced, returned[c.Receiver].Complained}
		if c.Receiver != "" && len(all) < mostReceivers && d.mails() > 0 {
			all = append(all, d)
			continue
		}
		others.Sent += d.Sent
		others.Deferred += d.Deferred
		others.Failed += d.Failed
		others.bounced += d.bounced
		others.complained += d.complained
	}
	if others != (delivered{}) {
		all = append(all, others)
	}
	return all, nil
}

// delivery shows how a newsletter's mails arrive.
func (a *Admin) delivery(v *visit, n *scheduler.Newsletter) (shown deliveryView, err error) {
	all, err := a.deliveredOf(v, n)
	if err != nil || len(all) == 0 {
		return shown, err
	}
	for _, kind := range kindsOfDelivery {
		one := growthChart{Name: say("admin.delivery." + kind.name)}
		alt := phrase("admin.delivery.by_receiver", map[string]template.HTML{"What": one.Name})
		if !slices.ContainsFunc(all, func(d delivered) bool { return kind.n(d) > 0 }) {
			one.None = say("admin.delivery.none")
		} else {
			one.chartView = a.viewOf(deliveryRows(all, kind.n), alt, root+growthPath+"/"+n.ID+"/delivery_"+kind.name+chartEnding)
		}
		shown.Charts = append(shown.Charts, one)
	}
	for _, d := range all {
		line := deliveryLine{Receiver: say(receiverName(d.Receiver)), Sent: grouped(d.Sent)}
		for _, kind := range kindsOfDelivery {
			count := countOf("", kind.n(d))
			one := shareView{Class: count.Class, Name: say("admin.delivery." + kind.name), N: count.N}
			if d.mails() > 0 {
				one.Share = percent(d.share(kind.n(d)))
			}
			line.Numbers = append(line.Numbers, one)
		}
		shown.Lines = append(shown.Lines, line)
	}
	return shown, nil
}

// receiverName is the message that names a receiver.
func receiverName(receiver string) string {
	if receiver == "" {
		receiver = "others"
	}
	return "admin.receiver." + receiver
}

// deliveryRows is the chart of how many mails of each receiver's something happened to.
func deliveryRows(all []delivered, n func(d delivered) int64) chart {
	c := chart{down: true, format: percent}
	for _, d := range all {
		c.names = append(c.names, locale.Text(locale.Default, receiverName(d.Receiver), nil))
		c.values = append(c.values, d.share(n(d)))
	}
	return c
}
