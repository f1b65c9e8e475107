package admin

import (
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"time"

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
		if strings.HasPrefix(e.Action, "readers_") {
			line.Href = a.Path(readersPath+"/"+e.Subject, nil)
		}
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

// stamp is an instant in a column of many.
func stamp(at time.Time) template.HTML {
	return template.HTML(`<time datetime="` + at.UTC().Format(time.RFC3339) + `">` + at.UTC().Format("2006-01-02 15:04") + "</time>")
}
