package admin

import (
	"html/template"
	"net/http"
	"strings"

	"dailytip/admins"
	"dailytip/locale"
	"dailytip/web"
)

// section is an entry of the header.
type section struct {
	path  string
	name  string // a message
	needs admins.Permission
}

// frame is a page and what stands around it.
type frame struct {
	Title       string // of the window
	Style, Icon string // addresses of our own files
	Home        string
	Sections    []sectionLink
	Who         string // "": nobody is signed in
	Role        template.HTML
	SignOut     string        // where the button posts to
	Said        template.HTML // what has just been done; "": nothing
	Undo        *undoView     // takes that back; nil: it can't be
	Refused     template.HTML // why a button did nothing; "": it's said elsewhere, or none was pressed
	Heading     template.HTML
	Body        template.HTML
	Live        string // the address of what is live of it; "": nothing is
	Script      string // the address of what keeps that fresh
}

type sectionLink struct {
	Href    string
	Name    template.HTML
	Current string // "page": it's this one; "true": this one belongs to it; "": neither
}

func (a *Admin) frame(r *http.Request, v *visit, heading template.HTML) frame {
	f := frame{
		Title: web.Untagged(heading) + " · " + locale.Text(locale.Default, "admin.name", nil),
		Style: a.style, Icon: a.IconPath(), Home: a.Path(root, nil), Heading: heading,
	}
	if v == nil {
		return f
	}
	f.Who, f.Role, f.SignOut = v.Name, say("admin.role."+string(v.Role)), a.Path(signOutPath, nil)
	for _, s := range a.sections {
		if v.may(s.needs) {
			f.Sections = append(f.Sections, sectionLink{Href: a.Path(s.path, nil), Name: say(s.name), Current: s.current(r.URL.Path)})
		}
	}
	f.Said = a.said(r)
	return f
}

// current says what a section is to the page at a path.
func (s section) current(path string) string {
	switch {
	case path == s.path:
		return "page"
	case s.path != root && strings.HasPrefix(path, s.path+"/"):
		return "true"
	}
	return ""
}
