package admin

import (
	"maps"
	"net/http"
	"net/url"
	"path"

	"dailytip/scheduler"
)

// Where a tip's page, and its mail in a frame, are found, below root.
const (
	tipPages   = "/tips/"
	mailPages  = "/mail/"
	tipPattern = tipPages + "{newsletter}/{tip...}"
	idField    = "id"
	noPath     = "-" // in the place of an id that no path can hold
)

// tipPath is the address of a tip's page, or of its mail, for a link.
func (a *Admin) tipPath(pages, newsletter, id string, query url.Values) string {
	path, query := tipAddress(pages, newsletter, id, query)
	return a.Path(root+path, query)
}

// tipAddress is that address, below root. A server and a browser make another of a path
// with empty or dotted parts, so an id that has some stands in the query.
func tipAddress(pages, newsletter, id string, query url.Values) (string, url.Values) {
	if path.Clean("/"+id) != "/"+id || id == noPath {
		with := url.Values{idField: {id}}
		maps.Copy(with, query)
		id, query = noPath, with
	}
	return pages + newsletter + "/" + id, query
}

// tipOf is the newsletter and the tip that a request names.
func (a *Admin) tipOf(v *visit, newsletter, id string) (*scheduler.Newsletter, *item, error) {
	if newsletter == "" || id == "" {
		return nil, nil, refuse(http.StatusNotFound, "admin.fault.missing")
	}
	n, err := a.newsletterOf(newsletter)
	if err != nil {
		return nil, nil, err
	}
	if i := a.shelves.of(v, n).find(id); i != nil {
		return n, i, nil
	}
	return nil, nil, refuse(http.StatusNotFound, "admin.tips.gone")
}

// tipAsked is the id that the address of a tip's page has.
func tipAsked(v *visit) string {
	if id := v.PathValue("tip"); id != noPath {
		return id
	}
	return v.URL.Query().Get(idField)
}
