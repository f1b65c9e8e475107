package admin

import (
	"html/template"
	"net/http"
	"time"

	"dailytip/ledger"
)

// sentPath is where the chart is of when an edition's mails were sent, below its page.
const sentPath = "/sent" + chartEnding

// sentView is when the mails of an edition were sent.
type sentView struct {
	Chart chartView
	Step  template.HTML
	Lines []sentLine // none: nobody counted
}

type sentLine struct {
	At template.HTML
	N  countView
}

// mostSteps is how many steps of time a chart has at most.
const mostSteps = 60

// steps are what a chart's steps of time may be.
var steps = []time.Duration{
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour,
}

// inSteps adds minutes up to steps that are as short as they can be, without gaps.
func inSteps(minutes []ledger.SentIn) (all []ledger.SentIn, step time.Duration) {
	if len(minutes) == 0 {
		return nil, 0
	}
	first, last := minutes[0].Minute, minutes[len(minutes)-1].Minute
	count := func() int { return int(last.Truncate(step).Sub(first.Truncate(step))/step) + 1 }
	for _, step = range steps {
		if count() <= mostSteps {
			break
		}
	}
	for count() > mostSteps { // tried again months later
		step *= 2
	}
	all = make([]ledger.SentIn, count())
	for i := range all {
		all[i].Minute = first.Truncate(step).Add(time.Duration(i) * step)
	}
	for _, m := range minutes {
		all[m.Minute.Sub(all[0].Minute)/step].Sent += m.Sent
	}
	return all, step
}

// sentColumns is the chart of steps of time.
func sentColumns(all []ledger.SentIn, step time.Duration) chart {
	layout := "15:04"
	if step >= 3*time.Hour {
		layout = "2 Jan"
	}
	c := chart{format: short}
	for _, one := range all {
		c.names, c.values = append(c.names, one.Minute.Format(layout)), append(c.values, float64(one.Sent))
	}
	return c
}

// readSentChart is when the mails of the edition were sent that an address names.
func (a *Admin) readSentChart(v *visit) (chart, error) {
	f, err := a.find(v)
	if err != nil {
		return chart{}, err
	}
	minutes, err := a.Ledger.SentByMinute(v.Context(), f.Edition)
	if err == nil && len(minutes) == 0 {
		err = refuse(http.StatusNotFound, "admin.fault.missing")
	}
	if err != nil {
		return chart{}, err
	}
	return sentColumns(inSteps(minutes)), nil
}

// sent shows when an edition's mails were sent.
func (a *Admin) sent(v *visit, f namedEdition) (shown sentView, err error) {
	minutes, err := a.Ledger.SentByMinute(v.Context(), f.Edition)
	if err != nil || len(minutes) == 0 {
		return shown, err
	}
	all, step := inSteps(minutes)
	shown.Step = phrase("admin.edition.sent_per", map[string]template.HTML{"Step": stepName(step)})
	shown.Chart = a.viewOf(sentColumns(all, step), shown.Step, editionRoute(f.Newsletter.ID, f.LocalDate)+sentPath)
	for _, one := range all {
		shown.Lines = append(shown.Lines, sentLine{At: stamp(one.Minute), N: countOf("", one.Sent)})
	}
	return shown, nil
}

// stepName is a step of time in words.
func stepName(step time.Duration) template.HTML {
	switch {
	case step < time.Hour:
		return counting("admin.edition.minutes", int(step/time.Minute))
	case step < 24*time.Hour:
		return counting("admin.edition.hours", int(step/time.Hour))
	}
	return counting("admin.edition.days", int(step/(24*time.Hour)))
}
