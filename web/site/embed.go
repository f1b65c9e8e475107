package site

import (
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"dailytip/locale"
	"dailytip/web"
)

// embed shows an operator the form that they can copy into a site of theirs. It is
// in English.
func (s *Site) embed(r *http.Request) (web.Page, error) {
	listed := s.listed()
	if len(listed) == 0 {
		return s.NotFound(r)
	}
	n, ok := s.newsletter(r.URL.Query().Get("newsletter"))
	if !ok || n.Unlisted {
		n = listed[0]
	}
	p := web.Page{Lang: locale.Default, Heading: "The form for your own site", Letterhead: s.Letterhead(n.ID), Here: "/embed"}
	var others []choice
	for _, other := range listed {
		others = append(others, choice{Value: "?newsletter=" + other.ID, Text: s.titleOf(other.ID), Chosen: other.ID == n.ID})
	}
	api := ""
	if !s.NoAPI {
		api = strings.TrimSuffix(s.BaseURL, "/") + "/api/subscribe"
	}
	var err error
	p.Body, err = s.fill("embed", struct {
		Snippet string
		Others  []choice
		API     string
		Origins []string
	}{s.snippet(n), others, api, s.Origins})
	return p, err
}

// snippet is that form. It has no script and loads nothing from here.
func (s *Site) snippet(n Newsletter) string {
	escape := template.HTMLEscapeString
	return fmt.Sprintf(`<form action="%s/subscribe" method="post">
  <input type="hidden" name="newsletter" value="%s">
  <label for="dailytip-email">Your mail address</label>
  <input type="email" name="email" id="dailytip-email" autocomplete="email" required>
  <button type="submit">Subscribe to %s</button>
</form>`, escape(strings.TrimSuffix(s.BaseURL, "/")), escape(n.ID), escape(s.titleOf(n.ID)))
}
