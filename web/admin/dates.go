package admin

import (
	"fmt"
	"html/template"
	"time"

	"dailytip/scheduler"
)

// shortDate is a date in a column of many; "": none.
func shortDate(d scheduler.Date) template.HTML {
	if d.IsZero() {
		return ""
	}
	return template.HTML(fmt.Sprintf(`<time datetime="%[1]s">%[1]s</time>`, d))
}

// stampDay is the date of an instant in a column of many.
func stampDay(at time.Time) template.HTML { return shortDate(scheduler.DateOf(at, time.UTC)) }

// stamp is an instant in a column of many.
func stamp(at time.Time) template.HTML {
	return template.HTML(`<time datetime="` + at.UTC().Format(time.RFC3339) + `">` + at.UTC().Format("2006-01-02 15:04") + "</time>")
}
