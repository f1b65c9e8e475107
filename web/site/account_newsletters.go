package site

import (
	"html/template"
	"net/http"

	"dailytip/subscribers"
	"dailytip/web"
)

// otherNewsletter is one that the reader may join or leave on the account's page.
type otherNewsletter struct {
	ID, Class string
	Name      template.HTML
	When      template.HTML
	Do        string // join or leave
	Button    template.HTML
	Edit      string // address of its settings; "": they aren't on its list
}

// others are the newsletters beside the page's own, with what the reader may do.
func (s *Site) others(r *http.Request, lang string, p reader) []otherNewsletter {
	if !p.person.SuppressedAt.IsZero() {
		return nil
	}
	var all []otherNewsletter
	for _, n := range s.Newsletters {
		if n.ID == p.subscription.Newsletter {
			continue
		}
		o := otherNewsletter{ID: n.ID, Class: s.Letterhead(n.ID).Class, Name: s.Letterhead(n.ID).Name, When: usualTime(lang, n), Do: doJoin}
		for _, sub := range p.person.Subscriptions {
			if sub.Newsletter == n.ID && (sub.State == subscribers.Active || sub.State == subscribers.Paused) {
				o.Do, o.Edit = doLeave, s.settingsPath(r, sub.ID)
			}
		}
		if n.Unlisted && o.Do == doJoin {
			continue
		}
		o.Button = web.Phrase(lang, "page.settings."+o.Do, map[string]template.HTML{"Newsletter": o.Name})
		all = append(all, o)
	}
	return all
}
