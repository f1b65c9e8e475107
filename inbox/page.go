package inbox

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"time"
)

//go:embed page
var pageFiles embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"clock": func(t time.Time) string { return t.Format("15:04:05") },
	"day":   func(t time.Time) string { return t.Format("Monday, 2 January") },
	"kib":   func(b []byte) string { return fmt.Sprintf("%.1f KB", float64(len(b))/1024) },
	"text":  func(b []byte) string { return string(bytes.ToValidUTF8(b, []byte("\uFFFD"))) },
}).ParseFS(pageFiles, "page/*.html"))

// perPage is how many messages one page of the list shows.
const perPage = 100

// Policies: the pages have a style sheet and a script of their own and frame
// the mail; the mail gets pictures and styles and nothing that runs.
const (
	pagePolicy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self'; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	mailSandbox = "allow-same-origin allow-popups allow-popups-to-escape-sandbox"
	mailPolicy  = "default-src 'none'; img-src 'self' data: https: http:; style-src 'unsafe-inline'; font-src data:; " +
		"form-action 'none'; frame-ancestors 'self'; sandbox " + mailSandbox
)

// Handler serves the page: the list at its root, each message at m/NUMBER.
// All links are relative, so it can be mounted anywhere with
// [http.StripPrefix]; its root must end with a slash. There is no login: serve
// it on the loopback interface only.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.list)
	mux.HandleFunc("GET /style.css", asset("page/style.css", "text/css; charset=utf-8"))
	mux.HandleFunc("GET /inbox.js", asset("page/inbox.js", "text/javascript; charset=utf-8"))
	mux.HandleFunc("GET /m/{seq}", s.one(s.show))
	mux.HandleFunc("GET /m/{seq}/html", s.one(s.html))
	mux.HandleFunc("GET /m/{seq}/raw", s.one(s.raw))
	mux.HandleFunc("GET /m/{seq}/part/{id}", s.one(s.part))
	return mux
}

func asset(name, kind string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-cache")
		http.ServeFileFS(w, r, pageFiles, name)
	}
}

// list shows the newest messages, or with ?before=N older ones. Its ETag
// changes with each message: the script asks every two seconds.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	received := s.Received()
	tag := fmt.Sprintf(`"%d-%d"`, s.ca.start.UnixNano(), received)
	w.Header().Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	before, err := strconv.Atoi(r.URL.Query().Get("before"))
	if err != nil || before < 1 {
		before = received + 1
	}
	all := s.Messages()
	n, _ := slices.BinarySearchFunc(all, before, func(m Message, seq int) int { return m.Seq - seq })
	all = all[:n]
	older := len(all) > perPage
	all = all[max(0, len(all)-perPage):]
	var mails []view
	for _, m := range slices.Backward(all) {
		mails = append(mails, read(m))
	}
	s.render(w, "list.html", map[string]any{
		"Mails": mails, "Received": received, "Dropped": s.Dropped(), "Max": s.o.Max, "Addr": s.Addr(),
		"Older": older, "Newest": before > received,
	})
}

// one finds the message of the path.
func (s *Server) one(show func(http.ResponseWriter, *http.Request, Message)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		seq, err := strconv.Atoi(r.PathValue("seq"))
		m, ok := s.Message(seq)
		if err != nil || !ok {
			w.WriteHeader(http.StatusNotFound)
			s.render(w, "gone.html", map[string]any{"Max": s.o.Max})
			return
		}
		show(w, r, m)
	}
}

func (s *Server) show(w http.ResponseWriter, r *http.Request, m Message) {
	v := read(m)
	tab := r.URL.Query().Get("show")
	if !slices.Contains([]string{"html", "text", "headers", "source"}, tab) || tab == "html" && v.HTML == nil {
		tab = "html"
		if v.HTML == nil {
			tab = "text"
		}
	}
	_, newer := s.Message(m.Seq + 1)
	_, older := s.Message(m.Seq - 1)
	s.render(w, "mail.html", map[string]any{
		"M": v, "Tab": tab, "Newer": newer, "Older": older, "Next": m.Seq + 1, "Previous": m.Seq - 1, "Sandbox": mailSandbox,
	})
}

func (s *Server) html(w http.ResponseWriter, _ *http.Request, m Message) {
	v := read(m)
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", mailPolicy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(v.frame()) // an error means that the browser has gone
}

func (s *Server) raw(w http.ResponseWriter, _ *http.Request, m Message) {
	h := w.Header()
	h.Set("Content-Type", "message/rfc822")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="message-%d.eml"`, m.Seq))
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(m.Data)
}

// part serves a picture that the mail carries along; anything else is for
// saving, so that it can't act as a page of ours.
func (s *Server) part(w http.ResponseWriter, r *http.Request, m Message) {
	for i, p := range read(m).Parts {
		if p.ID != r.PathValue("id") && strconv.Itoa(i) != r.PathValue("id") {
			continue
		}
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
		h.Set("Content-Type", "application/octet-stream")
		if slices.Contains([]string{"image/png", "image/jpeg", "image/gif", "image/webp"}, p.Type) {
			h.Set("Content-Type", p.Type)
		} else {
			h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": p.Name}))
		}
		_, _ = w.Write(p.Data)
		return
	}
	http.NotFound(w, r)
}

func (s *Server) render(w http.ResponseWriter, name string, data any) {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name, data); err != nil {
		s.o.Log.Error("inbox: show page", "page", name, "err", err)
		http.Error(w, "The page can't be shown; the log says why.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-cache")
	_, _ = w.Write(b.Bytes())
}
