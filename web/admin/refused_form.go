package admin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// refusedForm is a form that came to nothing. Its page is shown again, with the form as
// it was sent and why it was refused: nobody types anything twice. The form is found in the
// page and filled in there; of it, templates know only data-seen.
type refusedForm struct {
	why    template.HTML
	action string // where it was sent
	values url.Values
}

// formPage says on which page a form is, and makes a visit to that page of the one that
// has sent it.
type formPage func(v *visit) (page, *visit)

// pageAbove is the path of the page that a button's path begins with.
func (a *Admin) pageAbove(path string) (above string) {
	for _, p := range a.pages() {
		if strings.HasPrefix(path, p.path+"/") && len(p.path) > len(above) {
			above = p.path
		}
	}
	return above
}

// on is the page of a path, as it's declared; what the path leaves open is the same in
// the addresses of its forms.
func (a *Admin) on(path string) formPage {
	all := a.pages()
	at := all[slices.IndexFunc(all, func(p page) bool { return p.path == path })]
	return func(v *visit) (page, *visit) {
		parts := strings.Split(root+path, "/")
		for i, part := range parts {
			if name, open := strings.CutPrefix(part, "{"); open {
				parts[i] = v.PathValue(strings.TrimSuffix(name, "}"))
			}
		}
		return at, v.to(strings.Join(parts, "/"), nil)
	}
}

// to is a visit to another page by the same person, who has sent a form.
func (v *visit) to(path string, query url.Values) *visit {
	other := *v
	other.Request = v.Clone(v.Context())
	other.Method, other.URL = http.MethodGet, &url.URL{Path: path, RawQuery: query.Encode()}
	return &other
}

// refusedAgain shows the page of a form that came to nothing. When that can't be shown
// either, a page says why that has nothing else.
func (a *Admin) refusedAgain(w http.ResponseWriter, r *http.Request, v *visit, on formPage, values url.Values, err error) {
	why := a.refusalOf(r, err)
	p, at := on(v)
	shown, failed := a.shown(p, at)
	if failed != nil {
		if !errors.As(failed, new(refusal)) && !errors.Is(r.Context().Err(), context.Canceled) {
			a.Log.WarnContext(r.Context(), "a form that was refused can't be shown again", "page", r.Pattern, "error", failed)
		}
		a.refused(w, r, v, why)
		return
	}
	shown.refused = &refusedForm{why.text, a.Path(r.URL.Path, nil), values}
	a.write(w, at.Request, at, why.status, shown)
}

// in finds the form in a page and fills it in. placed: it says there why it was refused;
// else it isn't on the page any more, or has no field that somebody types in or chooses.
func (f *refusedForm) in(page []byte) (filled string, placed bool, err error) {
	body := &html.Node{Type: html.ElementNode, Data: "main", DataAtom: atom.Main}
	nodes, err := html.ParseFragment(bytes.NewReader(page), body)
	if err != nil {
		return "", false, fmt.Errorf("read the page of a form: %w", err)
	}
	for _, n := range nodes {
		body.AppendChild(n)
	}
	form := find(body, f.isSent)
	if form == nil {
		return string(page), false, nil
	}
	var first *html.Node
	unfold(form)
	for n := range form.Descendants() {
		if !f.fill(n) {
			continue
		}
		if first == nil {
			first = n
		}
		if f.values.Get(attribute(n, "name")) != "" {
			unfold(n)
		}
	}
	if first == nil {
		return string(page), false, nil
	}
	if err := f.explain(form, first); err != nil {
		return "", false, err
	}
	for n := range body.Descendants() {
		removeAttribute(n, "autofocus")
	}
	setAttribute(first, "autofocus", "")
	var out strings.Builder
	for n := range body.ChildNodes() {
		if err := html.Render(&out, n); err != nil {
			return "", false, fmt.Errorf("write the page of a form: %w", err)
		}
	}
	return out.String(), true, nil
}

// isSent tells whether a form is the one that was sent: it leads to the same address,
// with the same fields that nobody sees. Those that bear data-seen say how things stood
// when the page was made, and may be others by now.
func (f *refusedForm) isSent(n *html.Node) bool {
	if n.DataAtom != atom.Form || attribute(n, "method") != "post" || attribute(n, "action") != f.action {
		return false
	}
	for field := range n.Descendants() {
		if field.DataAtom == atom.Input && attribute(field, "type") == "hidden" && !hasAttribute(field, "data-seen") &&
			!slices.Contains(f.values[attribute(field, "name")], attribute(field, "value")) {
			return false
		}
	}
	return true
}

// fill writes what was sent into a field, and tells whether it's one for people.
func (f *refusedForm) fill(n *html.Node) bool {
	name := attribute(n, "name")
	sent, there := f.values[name]
	switch n.DataAtom {
	case atom.Select:
		for option := range n.Descendants() {
			if option.DataAtom == atom.Option && there {
				setIf(option, "selected", slices.Contains(sent, attribute(option, "value")))
			}
		}
		return true
	case atom.Input:
	default:
		return false
	}
	switch attribute(n, "type") {
	case "hidden":
		return false
	case "checkbox":
		setIf(n, "checked", slices.Contains(sent, attribute(n, "value")))
	case "file": // a browser sends what was chosen by hand only
	default:
		if there {
			setAttribute(n, "value", readableText(sent[0]))
		}
	}
	return true
}

// unfold brings what is inside of details in sight.
func unfold(n *html.Node) {
	for ; n != nil; n = n.Parent {
		if n.DataAtom == atom.Details {
			setAttribute(n, "open", "")
		}
	}
}

// readableText is what was typed, without what no page can hold.
func readableText(text string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", "\uFFFD"), "\uFFFD")
}

// explain says before a form why it was refused, and to who listens with its first field.
func (f *refusedForm) explain(form, first *html.Node) error {
	const id = "refused"
	why := &html.Node{Type: html.ElementNode, Data: "p", DataAtom: atom.P, Attr: []html.Attribute{{Key: "class", Val: "fault"}, {Key: "role", Val: "alert"}, {Key: "id", Val: id}}}
	text, err := html.ParseFragment(strings.NewReader(string(f.why)), why)
	if err != nil {
		return fmt.Errorf("read a refusal: %w", err)
	}
	for _, n := range text {
		why.AppendChild(n)
	}
	form.InsertBefore(why, form.FirstChild)
	setAttribute(first, "aria-describedby", strings.TrimSpace(id+" "+attribute(first, "aria-describedby")))
	return nil
}

// find is the first node below another that is as asked for; nil: none is.
func find(below *html.Node, is func(*html.Node) bool) *html.Node {
	for n := range below.Descendants() {
		if is(n) {
			return n
		}
	}
	return nil
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func hasAttribute(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

func removeAttribute(n *html.Node, key string) {
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

func setAttribute(n *html.Node, key, value string) {
	removeAttribute(n, key)
	n.Attr = append(n.Attr, html.Attribute{Key: key, Val: value})
}

func setIf(n *html.Node, key string, yes bool) {
	removeAttribute(n, key)
	if yes {
		setAttribute(n, key, "")
	}
}
