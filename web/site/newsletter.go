package site

import (
	"io/fs"
	"slices"

	"dailytip/subscribers"
	"dailytip/web"
)

// Newsletter is what the pages say of a newsletter.
type Newsletter struct {
	ID       string
	Title    string // what a reader calls it
	Accent   string // "#RRGGBB" on light paper; "" is the house's own
	Language string // BCP 47, of its title; "" means English

	// Private: what was sent isn't for everybody to read. It has no archive and no
	// feed.
	Private bool

	// Unlisted: it isn't on the front page, and no stranger can join it.
	Unlisted bool

	// When it comes, for readers who choose nothing for themselves.
	Days        subscribers.Days // the weekdays that have an edition, each week; 0: all, or Irregular
	Irregular   bool             // its days aren't the same weekdays in each week
	SendAt      string           // HH:MM
	Zone        string           // IANA, one for all readers; "": each their own
	DefaultZone string           // IANA, of readers who have none; "": UTC
	Course      bool             // each reader has their own place in it

	// Files is the library's folder, whose pictures are served below
	// /files/ID/; nil: none are.
	Files fs.FS
}

// Headings are what stands over the newsletters' pages.
func Headings(newsletters []Newsletter) []web.Newsletter {
	all := make([]web.Newsletter, len(newsletters))
	for i, n := range newsletters {
		all[i] = web.Newsletter{ID: n.ID, Title: n.Title, Accent: n.Accent, Language: n.Language, Unlisted: n.Unlisted}
	}
	return all
}

// newsletter returns a newsletter of the configuration.
func (s *Site) newsletter(id string) (Newsletter, bool) {
	i := slices.IndexFunc(s.Newsletters, func(n Newsletter) bool { return n.ID == id })
	if i < 0 {
		return Newsletter{}, false
	}
	return s.Newsletters[i], true
}

// listed are the newsletters that anybody may join.
func (s *Site) listed() []Newsletter {
	return slices.DeleteFunc(slices.Clone(s.Newsletters), func(n Newsletter) bool { return n.Unlisted })
}

// titleOf is what a reader calls a newsletter.
func (s *Site) titleOf(id string) string {
	n, _ := s.newsletter(id)
	if n.Title != "" {
		return n.Title
	}
	return id
}
