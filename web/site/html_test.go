package site_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

var missing = regexp.MustCompile(`\b(page|archive|site)\.[a-z_]+\.?[a-z_]*[^a-z./_-]|\{\{|<no value>|[\x{E000}-\x{F8FF}]`)

// void elements have no end (HTML §13.1.2).
var void = []string{"meta", "link", "input", "br", "hr", "img", "wbr"}

// document is what check learns of a page.
type document struct {
	count    map[string]int
	ids      map[string]int
	named    map[string]bool // ids that a label is for
	refers   []string        // ids that must be there
	controls []string        // ids of what a person fills in
}

// check reads a page as a browser would: well formed, whole, every field with a
// label, and nothing in it that the Content-Security-Policy would refuse.
func check(t *testing.T, body string) {
	t.Helper()
	if found := missing.FindString(body); found != "" && !strings.Contains(found, ".com") {
		t.Errorf("%q is on the page:\n%s", found, body)
	}
	d := document{count: map[string]int{}, ids: map[string]int{}, named: map[string]bool{}}
	var open []string
	for z := html.NewTokenizer(strings.NewReader(body)); ; {
		kind := z.Next()
		token := z.Token()
		switch kind {
		case html.ErrorToken:
			if len(open) > 0 {
				t.Errorf("%v aren't closed:\n%s", open, body)
			}
			d.check(t, body)
			return
		case html.StartTagToken:
			d.see(t, token, body)
			if !slices.Contains(void, token.Data) {
				open = append(open, token.Data)
			}
		case html.SelfClosingTagToken:
			d.see(t, token, body)
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != token.Data {
				t.Fatalf("</%s> closes %v:\n%s", token.Data, open, body)
			}
			open = open[:len(open)-1]
		}
	}
}

func (d *document) see(t *testing.T, token html.Token, body string) {
	t.Helper()
	d.count[token.Data]++
	value := map[string]string{}
	for _, a := range token.Attr {
		value[a.Key] = a.Val
		switch {
		case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
			t.Errorf("attribute %s:\n%s", a.Key, body)
		case a.Key == "id":
			d.ids[a.Val]++
		case a.Key == "for" || a.Key == "aria-labelledby":
			d.refers = append(d.refers, a.Val)
		case a.Key == "aria-describedby":
			d.refers = append(d.refers, strings.Fields(a.Val)...)
		}
	}
	switch token.Data {
	case "label":
		d.named[value["for"]] = true
	case "input", "select", "textarea":
		if !slices.Contains([]string{"hidden", "submit"}, value["type"]) {
			d.controls = append(d.controls, value["id"])
		}
	case "script":
		if value["src"] == "" {
			t.Errorf("a script in the page:\n%s", body)
		}
	}
}

func (d *document) check(t *testing.T, body string) {
	t.Helper()
	for name, want := range map[string]int{"html": 1, "title": 1, "h1": 1, "main": 1, "style": 0} {
		if d.count[name] != want {
			t.Errorf("%d <%s>, want %d:\n%s", d.count[name], name, want, body)
		}
	}
	if d.count["button"] < d.count["form"] {
		t.Errorf("%d buttons in %d forms:\n%s", d.count["button"], d.count["form"], body)
	}
	for id, n := range d.ids {
		if n != 1 {
			t.Errorf("%d elements have the id %q:\n%s", n, id, body)
		}
	}
	for _, id := range d.refers {
		if d.ids[id] != 1 {
			t.Errorf("nothing has the id %q that is referred to:\n%s", id, body)
		}
	}
	for _, id := range d.controls {
		if !d.named[id] {
			t.Errorf("the field %q has no label:\n%s", id, body)
		}
	}
}
