package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sort"
	"strings"
	"testing"
	"time"
)

// document is what the test needs of the OpenAPI document.
type document struct {
	Paths      map[string]map[string]described
	Components struct{ Schemas map[string]schema }
}

type described struct {
	OperationID string
	Parameters  []struct {
		Name, In string
		Schema   schema
	}
	RequestBody struct {
		Content map[string]struct{ Schema schema }
	}
	Responses map[string]any
}

type schema struct {
	Ref        string `json:"$ref"`
	Type       any
	Enum       []any
	Properties map[string]schema
	Items      *schema
}

func (h *harness) document() (d document) {
	h.Helper()
	h.askWith("", "GET", "/openapi.json", "").want(200).into(&d)
	return d
}

// odd makes values that a program might send by mistake, or an attacker on purpose.
type odd struct {
	d     document
	known []string // ids, addresses, … that there are
}

func (o *odd) pick(all ...string) string { return all[rand.IntN(len(all))] }

func (o *odd) text() string {
	if rand.IntN(3) == 0 {
		return o.pick(o.known...)
	}
	return o.pick("", " ", "0", "-1", "9223372036854775807", "9223372036854775808", "1e99", "NaN", "true", "null", "{}", "[]", "../..", "..%2f", "a@b", "ana@example.com",
		"bo@exämple.example", "\u202eevil", "\u0000", "\xff\xfe", "e\u0301", strings.Repeat("x", 300), strings.Repeat("é", 2000), "' OR 1=1 --", "%", "_", "$1", "\\", "\"", "<script>",
		"2026-02-30", "0000-00-00", "9999-12-31", "2026-11-23", "24:00", "07:00", "MON-FRI", "FRI-MON", "Mars/Olympus", "Europe/Berlin", "x-private", "zh-Hant-TW", "hard", "sent,failed", ",",
		"\r\nX-Evil: 1", "🦊", "-", "+7", "07", "1,2", "MQ", "e30")
}

// value makes one that fits a schema, or doesn't.
func (o *odd) value(s schema, depth int) any {
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		s = o.d.Components.Schemas[name]
	}
	if rand.IntN(6) == 0 || depth > 3 {
		return []any{nil, true, -1, 1e300, o.text(), []any{}, []any{o.text()}, map[string]any{}, map[string]any{o.text(): o.text()}}[rand.IntN(9)]
	}
	if len(s.Enum) > 0 && rand.IntN(2) == 0 {
		return s.Enum[rand.IntN(len(s.Enum))]
	}
	switch fmt.Sprint(s.Type) {
	case "object":
		out := map[string]any{}
		for name, p := range s.Properties {
			if rand.IntN(3) > 0 {
				out[name] = o.value(p, depth+1)
			}
		}
		if rand.IntN(8) == 0 {
			out[o.pick("id", "state", "Email", "suppressed_at", "$schema", "newsletter", o.text())] = o.text()
		}
		return out
	case "array":
		var out []any
		for range rand.IntN(7) {
			out = append(out, o.value(*s.Items, depth+1))
		}
		return out
	case "boolean":
		return rand.IntN(2) == 0
	case "integer":
		return []any{0, 1, -1, 500, 1 << 40, 1.5}[rand.IntN(6)]
	}
	return o.text()
}

// request makes one of an operation.
func (o *odd) request(base, method, path string, op described) *http.Request {
	query := url.Values{}
	header := http.Header{}
	for _, p := range op.Parameters {
		switch value := fmt.Sprint(o.value(p.Schema, 2)); {
		case p.In == "path":
			if rand.IntN(3) > 0 {
				value = o.pick(o.known...)
			}
			if value = strings.NewReplacer("/", "_", "..", "_").Replace(value); value == "" { // else it's another path
				value = "_"
			}
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(value))
		case rand.IntN(2) == 0:
		case p.In == "query":
			query.Add(p.Name, value)
		case p.In == "header":
			header.Set(p.Name, strings.Map(func(r rune) rune {
				if r < ' ' {
					return -1
				}
				return r
			}, value))
		}
	}
	if rand.IntN(12) == 0 {
		query.Add(o.text(), o.text())
	}
	body, kind := o.body(op)
	r, err := http.NewRequest(strings.ToUpper(method), base+path+"?"+query.Encode(), bytes.NewReader(body))
	if err != nil { // no client could send it
		return nil
	}
	r.Header = header
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	return r
}

func (o *odd) body(op described) (body []byte, kind string) {
	for kind, content := range op.RequestBody.Content {
		if kind != "application/json" {
			return []byte("email,state,name\n" + o.text() + "," + o.text() + "," + o.text() + "\n"), kind
		}
		body, _ = json.Marshal(o.value(content.Schema, 0))
		switch rand.IntN(12) {
		case 0:
			return body[:rand.IntN(len(body)+1)], kind
		case 1:
			return append(body, body...), kind
		case 2:
			return []byte(o.text()), kind
		case 3:
			return body, o.pick("", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json; charset=latin1", "a/b+c;d", ";+", "application/cbor")
		}
		return body, kind
	}
	return nil, ""
}

// However odd a request is, the fault is never ours, and what is refused is a problem.
func TestOddRequests(t *testing.T) { oddRequests(t, 30) }

// oddRequests sends so many to each operation.
func oddRequests(t *testing.T, each int) {
	t.Helper()
	both(t, func(h *harness) {
		o := &odd{d: h.document()}
		ana := h.reader("ana@example.com", "management")
		h.reader("bo@example.com", "other")
		h.edition("management")
		h.refuse(550, "5.1.1", "no such user")
		var bounces struct{ Items []struct{ ID string } }
		h.ask("GET", "/bounces", "").want(200).into(&bounces)
		o.known = []string{ana, "management", "other", "2026-11-20", "first", "second", "ana@example.com", bounces.Items[0].ID}
		var paths []string
		for path := range o.d.Paths {
			paths = append(paths, path)
		}
		sort.Strings(paths)
		statuses := map[int]int{}
		for _, path := range paths {
			for method, op := range o.d.Paths[path] {
				o.known[0] = h.reader(fmt.Sprintf("ana%d@example.com", h.passed.Load()), "management") // the last one may be erased
				for range each {
					r := o.request(strings.TrimSuffix(h.url, "/api/v1"), method, path, op)
					if r == nil {
						continue
					}
					r.Header.Set("Authorization", "Bearer "+h.token)
					h.passed.Add(int64(time.Second))
					resp, err := http.DefaultClient.Do(r)
					if err != nil {
						t.Fatal(err)
					}
					text, err := io.ReadAll(resp.Body)
					resp.Body.Close()
					if err != nil {
						t.Fatal(err)
					}
					statuses[resp.StatusCode]++
					answer{h, resp.StatusCode, resp.Header, text}.check(r, op)
				}
			}
		}
		t.Logf("answers by status: %v", statuses)
		if statuses[http.StatusOK] == 0 || statuses[http.StatusUnprocessableEntity] == 0 {
			t.Error("the requests are so odd that they prove nothing")
		}
	})
}

// check fails the test unless an answer is one that the document names.
func (a answer) check(r *http.Request, op described) {
	a.h.Helper()
	if a.status >= 500 {
		sent, err := r.GetBody()
		if err != nil {
			a.h.Fatal(err)
		}
		text, err := io.ReadAll(sent)
		a.h.Errorf("%s %s with %v and %q (%v): status %d: %s\n%s", r.Method, r.URL, r.Header, text, err, a.status, a.body, a.h.log)
	}
	if _, named := op.Responses[fmt.Sprint(a.status)]; !named && a.status != http.StatusOK {
		a.h.Errorf("%s %s: the document doesn't name the status %d: %s", r.Method, r.URL, a.status, a.body)
	}
	a.want(a.status)
}
