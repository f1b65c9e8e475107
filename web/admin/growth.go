package admin

import (
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"dailytip/admins"
	"dailytip/scheduler"
	"dailytip/subscribers"
	"dailytip/web"
)

const (
	growthPath  = "/growth"
	growthWeeks = 53 // a year, and the week that isn't over
)

// growthView is the data of the template "growth".
type growthView struct {
	Newsletters []tabView // to choose from; none: there is one
	Readers     string
	Charts      []growthChart
	Weeks       []growthLine // newest first; none: nothing has happened yet
	Best, Worst []likedView
	Delivery    deliveryView
}

// growthChart is a chart with what it's called, and the sum of what it shows.
type growthChart struct {
	Name template.HTML
	Sum  string
	None template.HTML // in place of the chart, where there would be nothing in it
	chartView
}

// growthLine is a week.
type growthLine struct {
	Week    template.HTML
	Numbers []countView
}

// kindsOfGrowth are what is counted of a week, in the order in which it's shown. The
// names are of messages and of the addresses of charts.
var kindsOfGrowth = []struct {
	name string
	n    func(g subscribers.Growth) int64
}{
	{"signed_up", func(g subscribers.Growth) int64 { return g.SignedUp }},
	{"confirmed", func(g subscribers.Growth) int64 { return g.Confirmed }},
	{"left", func(g subscribers.Growth) int64 { return g.Left }},
	{"bounced", func(g subscribers.Growth) int64 { return g.Bounced }},
	{"complained", func(g subscribers.Growth) int64 { return g.Complained }},
}

// growth is how a newsletter's list grows, what its readers liked, and how its mails
// arrive.
func (a *Admin) growth(v *visit) (view, error) {
	n, err := a.newsletterOf(v.URL.Query().Get("newsletter"))
	if err != nil {
		return view{}, err
	}
	shown := growthView{Newsletters: a.tabs(growthPath, n)}
	readers, err := a.Scheduler.Readers(v.Context(), n, v.now)
	if err != nil {
		return view{}, err
	}
	shown.Readers = grouped(readers)
	weeks, err := a.grownWeeks(v, n)
	if err != nil {
		return view{}, err
	}
	if len(weeks) > 0 {
		a.fillGrowth(&shown, n, weeks)
	}
	if shown.Best, shown.Worst, err = a.liked(v, n); err != nil {
		return view{}, err
	}
	shown.Delivery, err = a.delivery(v, n)
	return view{title: say("admin.section.growth"), body: "growth", data: shown}, err
}

// grownWeeks are a newsletter's last weeks, from the first in which something happened.
func (a *Admin) grownWeeks(v *visit, n *scheduler.Newsletter) ([]subscribers.Growth, error) {
	weeks, err := a.List.Growth(v.Context(), n.ID, v.now, growthWeeks)
	first := slices.IndexFunc(weeks, func(g subscribers.Growth) bool { return g != subscribers.Growth{Week: g.Week} })
	if err != nil || first < 0 {
		return nil, err
	}
	return weeks[first:], nil
}

// fillGrowth shows weeks.
func (a *Admin) fillGrowth(shown *growthView, n *scheduler.Newsletter, weeks []subscribers.Growth) {
	for _, kind := range kindsOfGrowth {
		sum := int64(0)
		for _, g := range weeks {
			sum += kind.n(g)
		}
		one := growthChart{Name: say("admin.growth." + kind.name), Sum: grouped(sum)}
		alt := phrase("admin.growth.by_week", map[string]template.HTML{"What": one.Name})
		if sum == 0 {
			one.None = say("admin.growth.none")
		} else {
			one.chartView = a.viewOf(growthColumns(weeks, kind.n), alt, root+growthPath+"/"+n.ID+"/"+kind.name+chartEnding)
		}
		shown.Charts = append(shown.Charts, one)
	}
	for _, g := range slices.Backward(weeks) {
		line := growthLine{Week: date(g.Week.Format(time.DateOnly))}
		for _, kind := range kindsOfGrowth {
			count := countOf("", kind.n(g))
			count.Name = say("admin.growth." + kind.name)
			line.Numbers = append(line.Numbers, count)
		}
		shown.Weeks = append(shown.Weeks, line)
	}
}

// growthColumns is the chart of what happened in each week.
func growthColumns(weeks []subscribers.Growth, n func(g subscribers.Growth) int64) chart {
	c := chart{format: short}
	for _, g := range weeks {
		c.names, c.values = append(c.names, g.Week.Format("2 Jan")), append(c.values, float64(n(g)))
	}
	return c
}

// chartEnding is how the address of a chart ends.
const chartEnding = ".svg"

// addCharts adds the pictures of the charts.
func (a *Admin) addCharts() {
	for path, read := range a.charts() {
		a.Handle(web.Route{Pattern: "GET " + root + path, Fault: a.fault, Quiet: true, Handler: a.admit(admins.See, func(w http.ResponseWriter, r *http.Request, v *visit) {
			c, err := read(v)
			a.sendChart(w, r, v, c, err)
		})})
		a.wrongMethod(root+path, "GET, HEAD")
	}
}

// charts are all of them, by their path below root.
func (a *Admin) charts() map[string]func(v *visit) (chart, error) {
	return map[string]func(v *visit) (chart, error){
		growthPath + "/{newsletter}/{chart}": a.readGrowthChart,
		editionPath + sentPath:               a.readSentChart,
	}
}

// readGrowthChart is the chart on the page of growth that an address names.
func (a *Admin) readGrowthChart(v *visit) (chart, error) {
	none := refuse(http.StatusNotFound, "admin.fault.missing")
	name, ok := strings.CutSuffix(v.PathValue("chart"), chartEnding)
	if !ok || v.PathValue("newsletter") == "" {
		return chart{}, none
	}
	n, err := a.newsletterOf(v.PathValue("newsletter"))
	if err != nil {
		return chart{}, err
	}
	for _, kind := range kindsOfGrowth {
		if kind.name != name {
			continue
		}
		weeks, err := a.grownWeeks(v, n)
		if err == nil && len(weeks) == 0 {
			err = none
		}
		return growthColumns(weeks, kind.n), err
	}
	for _, kind := range kindsOfDelivery {
		if "delivery_"+kind.name != name {
			continue
		}
		lines, err := a.deliveredOf(v, n)
		if err == nil && len(lines) == 0 {
			err = none
		}
		return deliveryRows(lines, kind.n), err
	}
	return chart{}, none
}
