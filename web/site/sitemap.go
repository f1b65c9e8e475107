package site

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"dailytip/render"
	"dailytip/web"
)

// mapLength is how many editions one file of the site map holds. Each has an
// address for each of its languages, and a file may have 50,000
// (sitemaps.org/protocol.html): enough for twenty languages.
const mapLength = 2_500

// siteMap lists the pages that a search engine may read: all of them in one file,
// or with a long history the files that list them.
func (s *Site) siteMap(w http.ResponseWriter, r *http.Request, index *archiveIndex) {
	n, ok := pageNumber(r)
	files := (len(index.all) + mapLength - 1) / mapLength
	if !ok || n > files || s.archive.sent == nil {
		s.Page(s.NotFound)(w, r)
		return
	}
	s.servePublic(w, r, index.version, "map "+strconv.Itoa(n), false, func() (*response, error) {
		body := s.mapOf(index, n)
		if n == 0 && files > 1 {
			body = s.mapOfMaps(index, files)
		}
		return newResponse("application/xml; charset=utf-8", "", body, s.lastChange(index.changed), time.Hour)
	})
}

// mapOf lists the editions of the nth file, counted from the oldest. 0 is the only
// file: all editions, and the lists of them.
func (s *Site) mapOf(index *archiveIndex, n int) []byte {
	editions := index.all
	var b bytes.Buffer
	b.WriteString(xml.Header + `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
	if n > 0 {
		editions = editions[(n-1)*mapLength : min(n*mapLength, len(editions))]
	}
	if n <= 1 {
		writePlace(&b, "url", s.URL("/", nil), time.Time{})
		if s.archive.only() == "" {
			writePlace(&b, "url", s.URL("/archive", nil), index.changed)
		}
		for _, newsletter := range s.Newsletters {
			if all := index.byNewsletter[newsletter.ID]; len(all) > 0 {
				writePlace(&b, "url", s.URL("/archive/"+newsletter.ID, nil), all[len(all)-1].sent)
			}
		}
	}
	for _, e := range editions {
		for _, lang := range render.Languages(s.looks[e.newsletter].Language, e.tip) {
			writePlace(&b, "url", s.URL(e.path(), values(web.LangField, lang)), e.sent)
		}
	}
	b.WriteString("</urlset>\n")
	return b.Bytes()
}

// mapOfMaps lists the files of a map that has several.
func (s *Site) mapOfMaps(index *archiveIndex, files int) []byte {
	var b bytes.Buffer
	b.WriteString(xml.Header + `<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
	for n := range files {
		last := index.all[min((n+1)*mapLength, len(index.all))-1]
		writePlace(&b, "sitemap", s.URL("/sitemap.xml", values(pageField, strconv.Itoa(n+1))), last.sent)
	}
	b.WriteString("</sitemapindex>\n")
	return b.Bytes()
}

func writePlace(b *bytes.Buffer, element, address string, changed time.Time) {
	b.WriteString("<" + element + "><loc>")
	_ = xml.EscapeText(b, []byte(address)) // writing to a buffer never fails
	b.WriteString("</loc>")
	if !changed.IsZero() {
		b.WriteString("<lastmod>" + changed.UTC().Format(time.RFC3339) + "</lastmod>")
	}
	b.WriteString("</" + element + ">\n")
}

// robots tells search engines where the pages are, and which links of mails not
// to follow (RFC 9309).
func (s *Site) robots(w http.ResponseWriter, _ *http.Request) {
	var b strings.Builder
	b.WriteString("User-agent: *\n")
	for _, path := range s.unlisted() {
		b.WriteString("Disallow: " + s.Path(path, nil) + "\n")
	}
	if s.archive.sent != nil {
		b.WriteString("\nSitemap: " + s.URL("/sitemap.xml", nil) + "\n")
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "public, max-age=86400")
	_, _ = fmt.Fprint(w, b.String())
}

// unlisted are the beginnings of the addresses that no search engine should ask
// for: those that hold a token, and those for programs.
func (s *Site) unlisted() []string {
	all := []string{"/api/"}
	for _, r := range s.linkRoutes() {
		_, path, _ := strings.Cut(r.Pattern, "/")
		first, _, _ := strings.Cut(path, "/")
		all = append(all, "/"+first+"/")
	}
	slices.Sort(all)
	return slices.Compact(all)
}
