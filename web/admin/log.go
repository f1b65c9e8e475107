package admin

import (
	"html/template"
	"net/url"
	"strconv"
	"strings"

	"dailytip/admins"
)

// logLines is how many lines a page of the log has.
const logLines = 100

// logView is the data of the template "log".
type logView struct {
	Lines []logLine
	Older string // the address of the next page; "": there is none
}

type logLine struct {
	When    template.HTML
	Who     string
	Way     template.HTML
	Person  string // the provider's name of them; "": they have none but Who
	What    template.HTML
	Subject string
	Href    string // the subject's page; "": it has none
	Detail  string
	Failed  template.HTML // why it came to nothing; "": it was done
}

// log is who changed what, newest first.
func (a *Admin) log(v *visit) (view, error) {
	before, _ := strconv.ParseInt(v.URL.Query().Get("before"), 10, 64)
	entries, err := a.Admins.Entries(v.Context(), max(before, 0), logLines+1)
	if err != nil {
		return view{}, err
	}
	var shown logView
	if len(entries) > logLines {
		entries = entries[:logLines]
		shown.Older = a.Path(root+"/log", url.Values{"before": {strconv.FormatInt(entries[logLines-1].ID, 10)}})
	}
	for _, e := range entries {
		line := logLine{When: stamp(e.At), Who: e.Name, Way: say("admin.way." + e.Way), What: say("admin.log." + e.Action), Subject: e.Subject, Detail: e.Detail}
		line.Href = a.subjectPage(e)
		if e.Way != admins.ByPassword {
			line.Person = e.Who.ID
		}
		switch e.Outcome {
		case admins.Done:
		case "":
			line.Failed = say("admin.log.open")
		default:
			line.Failed = template.HTML(template.HTMLEscapeString(e.Outcome))
		}
		shown.Lines = append(shown.Lines, line)
	}
	return view{title: say("admin.section.log"), body: "log", data: shown}, nil
}

// subjectPage is the address of what an entry is about; "": it has no page.
func (a *Admin) subjectPage(e admins.Entry) string {
	kind, _, _ := strings.Cut(e.Action, "_")
	newsletter, date, _ := strings.Cut(e.Subject, " ")
	switch kind {
	case "readers":
		return a.Path(readersPath+"/"+e.Subject, nil)
	case "calendar":
		if _, err := a.Scheduler.Find(newsletter); err == nil {
			return a.calendarPath(newsletter, date)
		}
	case "editions":
		return a.editionLink(newsletter, date)
	}
	return ""
}
