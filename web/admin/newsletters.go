package admin

import (
	"html/template"
	"net/http"
	"net/url"

	"dailytip/scheduler"
)

// newsletterOf is the newsletter that a request names; "": the first.
func (a *Admin) newsletterOf(id string) (*scheduler.Newsletter, error) {
	for i := range a.Scheduler.Newsletters {
		if n := &a.Scheduler.Newsletters[i]; id == "" || n.ID == id {
			return n, nil
		}
	}
	return nil, refuse(http.StatusNotFound, "admin.fault.newsletter")
}

// tabView leads to the same page of another newsletter.
type tabView struct {
	Href    string
	Name    template.HTML
	Current bool
}

// tabs lead from a newsletter's page to those of the others; none: there is one newsletter.
func (a *Admin) tabs(path string, current *scheduler.Newsletter) (all []tabView) {
	if len(a.Scheduler.Newsletters) < 2 {
		return nil
	}
	for i := range a.Scheduler.Newsletters {
		id := a.Scheduler.Newsletters[i].ID
		all = append(all, tabView{Href: a.Path(root+path, url.Values{"newsletter": {id}}), Name: a.Letterhead(id).Name, Current: id == current.ID})
	}
	return all
}
