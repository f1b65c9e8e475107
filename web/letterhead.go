package web

import (
	"cmp"
	"html/template"
	"slices"
)

// Letterhead is what stands over a page: whose it is, and in whose colour.
type Letterhead struct {
	Name     template.HTML
	Class    string // names the accent in the stylesheet; "": the house's own
	Language string // BCP 47, of the newsletter; ""
}

// newLetterhead is what stands over a newsletter's pages; i is its place in the
// configuration.
func newLetterhead(n Newsletter, i int) Letterhead {
	title := cmp.Or(n.Title, n.ID)
	return Letterhead{Name: Isolated(title, n.Language), Class: accentClass(i), Language: n.Language}
}

// Letterhead is what stands over the pages of a newsletter, also of one that has
// left the configuration.
func (s *Server) Letterhead(id string) Letterhead {
	if head, known := s.letterheads[id]; known {
		return head
	}
	return Letterhead{Name: Isolated(id, "")}
}

// SiteLetterhead is what stands over a page that belongs to no newsletter: the only
// newsletter that there is, or else the name of the host.
func (s *Server) SiteLetterhead() Letterhead {
	listed := slices.DeleteFunc(slices.Clone(s.Newsletters), func(n Newsletter) bool { return n.Unlisted })
	if len(listed) == 1 {
		return s.letterheads[listed[0].ID]
	}
	return Letterhead{Name: Isolated(s.host, "")}
}
