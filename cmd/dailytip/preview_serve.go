package main

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"dailytip/locale"
	"dailytip/mailer"
	"dailytip/mailer/letter"
	"dailytip/scheduler"
	"dailytip/tips"
)

//go:embed previewpage
var previewFiles embed.FS

// previewer shows mails on a page while a tip is being written.
type previewer struct {
	app   *app
	n     *scheduler.Newsletter
	date  scheduler.Date
	first string // the tip to begin with; "": the date's
	page  *template.Template
	end   <-chan struct{} // ends the open streams
}

// servePreview serves the page until the context ends.
func (c *command) servePreview(ctx context.Context, a *app, n *scheduler.Newsletter, date scheduler.Date, tip, listen string) error {
	page, err := template.ParseFS(previewFiles, "previewpage/page.html")
	if err != nil {
		return fmt.Errorf("read the preview's page: %w", err)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
	if err != nil {
		return exitf(codeFailed, "can't listen on %s: %w; choose another address with --listen", listen, err)
	}
	p := &previewer{app: a, n: n, date: date, first: tip, page: page, end: ctx.Done()}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.index)
	mux.HandleFunc("GET /mail", p.mail)
	mux.HandleFunc("GET /changes", p.changes)
	for _, name := range []string{"style.css", "page.js"} {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "no-cache")
			http.ServeFileFS(w, r, previewFiles, "previewpage/"+name)
		})
	}
	server := &http.Server{Handler: pagesForOne(listen, mux), ReadHeaderTimeout: 10 * time.Second}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	watching := make(chan error, 1)
	go func() { watching <- n.Library.Run(ctx) }()
	c.say("Preview at http://%s/ (Ctrl-C ends it)", listener.Addr())
	err = server.Serve(listener)
	if errors.Is(err, http.ErrServerClosed) {
		return <-watching
	}
	return fmt.Errorf("serve the preview: %w", err)
}

// previewView is what the page shows.
type previewView struct {
	Tips                            []tips.Tip
	Tip                             tips.Tip
	Languages                       []previewLanguage
	Language, Show, Scheme, Subject string
	Text                            string // of Show text and raw
	Fault                           string
	Lint                            []tips.Fault
}

type previewLanguage struct{ Tag, Name string }

func (p *previewer) index(w http.ResponseWriter, r *http.Request) {
	v := previewView{
		Tips: p.n.Library.Tips(), Language: r.FormValue("lang"),
		Show: cmp.Or(r.FormValue("show"), "mail"), Scheme: cmp.Or(r.FormValue("scheme"), "light"),
	}
	t, err := p.tip(r)
	v.Tip = t
	if err == nil {
		v.Languages = p.languages(t)
		err = p.fillIn(r.Context(), &v)
	}
	if err != nil {
		v.Fault = err.Error()
	}
	v.Lint = tips.Lint(v.Tips, p.n.Library.Faults(), tips.LintOptions{Today: p.date.String()})
	v.Lint = slices.DeleteFunc(v.Lint, func(f tips.Fault) bool { return f.Path != t.Path && f.Severity < tips.Error })
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; frame-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
	w.Header().Set("Cache-Control", "no-store")
	if err := p.page.Execute(w, v); err != nil {
		p.app.log.Error("writing the preview's page", "error", err)
	}
}

// fillIn composes what the page shows as text.
func (p *previewer) fillIn(ctx context.Context, v *previewView) error {
	l, err := p.compose(ctx, v.Tip, v.Language)
	if err != nil {
		return err
	}
	v.Subject = l.Subject
	switch v.Show {
	case "text":
		v.Text = l.Text()
	case "raw":
		data, err := render(l, "eml", p.app.config.From.Address, p.app.config.BaseURL)
		if err != nil {
			return err
		}
		v.Text = string(data)
	}
	return nil
}

// languages are those of a tip, its own first.
func (p *previewer) languages(t tips.Tip) []previewLanguage {
	own := cmp.Or(t.Language, p.app.newsletter(p.n.ID).Language)
	all := []previewLanguage{{own, locale.NativeName(own)}}
	for _, tr := range t.Translations {
		all = append(all, previewLanguage{tr.Language, locale.NativeName(tr.Language)})
	}
	return all
}

// tip is the one that a request names, else the one to begin with, else the
// date's.
func (p *previewer) tip(r *http.Request) (tips.Tip, error) {
	id := cmp.Or(r.FormValue("tip"), p.first)
	if id == "" {
		content, err := p.app.chosen(r.Context(), p.n, p.date)
		if err != nil {
			return tips.Tip{}, err
		}
		return content.Tips[0], nil
	}
	t, ok := p.n.Library.Tip(id)
	if !ok {
		return t, fmt.Errorf("there is no tip %q in the library (any more)", id)
	}
	return t, nil
}

func (p *previewer) compose(ctx context.Context, t tips.Tip, language string) (*letter.Letter, error) {
	newsletter := p.app.newsletter(p.n.ID)
	look := p.app.letterNewsletter(newsletter)
	if newsletter.Template != "" { // read again: it may be what is being worked on
		parsed, faults := readTemplate(newsletter.Template)
		if len(faults) > 0 {
			return nil, faults
		}
		look.Template = parsed
	}
	content, err := mailer.WithPages(ctx, p.app.editions, look, contentOf(p.date, t))
	if err != nil {
		return nil, err
	}
	return letter.Compose(look, content, language)
}

// mail is the HTML part alone, for a frame.
func (p *previewer) mail(w http.ResponseWriter, r *http.Request) {
	t, err := p.tip(r)
	var l *letter.Letter
	if err == nil {
		l, err = p.compose(r.Context(), t, r.FormValue("lang"))
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src * data: cid:; sandbox allow-same-origin allow-popups; base-uri 'none'; form-action 'none'; frame-ancestors 'self'")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(l.HTMLIn(r.FormValue("scheme") == "dark")))
}

// changes tells the page to load again, as a stream of server-sent events.
func (p *previewer) changes(w http.ResponseWriter, r *http.Request) {
	changed := p.n.Library.Changed()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	stream := http.NewResponseController(w)
	_, _ = fmt.Fprint(w, ": watching\n\n")
	_ = stream.Flush()
	template, before := p.app.newsletter(p.n.ID).Template, time.Time{}
	if info, err := os.Stat(template); err == nil {
		before = info.ModTime()
	}
	look := time.NewTicker(500 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case <-changed:
		case <-look.C:
			if info, err := os.Stat(template); err != nil || info.ModTime().Equal(before) {
				continue
			}
		case <-r.Context().Done():
			return
		case <-p.end:
			return
		}
		_, _ = fmt.Fprint(w, "data: changed\n\n")
		_ = stream.Flush()
		return
	}
}

// Shows are the forms of a mail that the page can show.
func (previewView) Shows() map[string]string {
	return map[string]string{"mail": "Mail", "text": "Text", "raw": "Source"}
}

// Here marks the entry of a menu that is chosen.
func (v previewView) Here(tag string) bool {
	if v.Language == "" {
		return len(v.Languages) > 0 && v.Languages[0].Tag == tag
	}
	return v.Language == tag
}

// Query is the address of the page with one thing changed.
func (v previewView) Query(key, value string) string {
	now := map[string]string{"tip": v.Tip.ID, "lang": v.Language, "show": v.Show, "scheme": v.Scheme, key: value}
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(now)) {
		if now[k] != "" {
			parts = append(parts, k+"="+template.URLQueryEscaper(now[k]))
		}
	}
	return "?" + strings.Join(parts, "&")
}
