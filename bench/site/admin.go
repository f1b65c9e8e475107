package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"dailytip/admins"
	"dailytip/credential"
	"dailytip/web"
	"dailytip/web/admin"
)

// adminLimit is how soon nineteen of twenty pages of those who plan and run have to come.
const adminLimit = 200 * time.Millisecond

// people may sign in, with one password.
var people = []string{"ana", "ben", "cleo", "dan"}

const password = "four words that differ"

const signInPath = "/admin/signin"

// patterns are the addresses of the pages of those who plan and run, from their own list
// of routes, so that a new page isn't forgotten. Those of a provider of sign-ins are
// there only when there is one.
func patterns() ([]string, error) {
	hash, err := credential.Make(password)
	if err != nil {
		return nil, err
	}
	some, err := admins.New(admins.Options{People: []admins.Person{{Name: people[0], Password: hash, Role: admins.Operator}}})
	if err != nil {
		return nil, err
	}
	server := web.New(web.Options{})
	admin.AddTo(server, admin.Options{Admins: some})
	var all []string
	for _, pattern := range server.Patterns() {
		if path, isPage := strings.CutPrefix(pattern, "GET "); isPage && strings.HasPrefix(path, "/admin") && !strings.HasPrefix(path, signInPath) {
			all = append(all, path)
		}
	}
	return all, nil
}

// asked is what is asked for at the addresses of which there are several.
type asked struct {
	name  string // "": the pattern
	paths []string
}

// addresses are what is asked for at each pattern. One that isn't here is asked for as it
// is.
func addresses(today string, readers []int64, tips []string) map[string][]asked {
	some := func(paths ...string) []asked { return []asked{{paths: paths}} }
	tip := func(before, after string) (paths []string) {
		for _, id := range tips {
			paths = append(paths, before+id+after)
		}
		return paths
	}
	return map[string][]asked{
		"/admin/tips": {
			{"", []string{"/admin/tips"}},
			{"/admin/tips, filtered", []string{"/admin/tips?tag=trust&faults=any", "/admin/tips?language=-es&sort=next", "/admin/tips?votes=none&sort=last&page=2"}},
			{"/admin/tips, words", []string{"/admin/tips?q=own+words", "/admin/tips?q=nothing+like+it"}},
		},
		"/admin/tips/{newsletter}/{tip...}": {
			{"", tip("/admin/tips/management/", "")},
			{"/admin/tips, as a text", tip("/admin/tips/management/", "?show=text&language=es")},
		},
		"/admin/mail/{newsletter}/{tip...}": some(tip("/admin/mail/management/", "?scheme=dark")...),
		"/admin/readers": {
			{"", []string{"/admin/readers"}},
			{"/admin/readers, address", []string{"/admin/readers?q=reader123", "/admin/readers?q=READER9", "/admin/readers?q=reader4242%40example.net", "/admin/readers?q=nobody"}},
			{"/admin/readers, domain", []string{"/admin/readers?q=%40example.net", "/admin/readers?q=%40nowhere.example"}},
			{"/admin/readers, state", []string{"/admin/readers?state=active", "/admin/readers?state=paused", "/admin/readers?state=pending", "/admin/readers?newsletter=management&state=active"}},
			{"/admin/readers, language", []string{"/admin/readers?language=es", "/admin/readers?language=fr"}},
			{"/admin/readers, zone", []string{"/admin/readers?timezone=Europe%2FMadrid", "/admin/readers?q=reader1&timezone=Asia%2FTokyo&state=active"}},
			{"/admin/readers, newsletter", []string{"/admin/readers?newsletter=management"}},
			{"/admin/readers, next page", each("/admin/readers?after={id}", readers)},
			{"/admin/readers, next of some", each("/admin/readers?q=reader&state=active&language=es&after={id}", readers)},
		},
		"/admin/readers/{id}":                          some(each("/admin/readers/{id}", readers)...),
		"/admin/editions/{newsletter}/{date}":          some("/admin/editions/management/" + today),
		"/admin/editions/{newsletter}/{date}/live":     some("/admin/editions/management/" + today + "/live"),
		"/admin/editions/{newsletter}/{date}/sent.svg": some("/admin/editions/management/" + today + "/sent.svg"),
		"/admin/growth/{newsletter}/{chart}":           some("/admin/growth/management/left.svg", "/admin/growth/management/confirmed.svg"),
		"/admin/editions":                              {{"", []string{"/admin/editions"}}, {"/admin/editions, next page", []string{"/admin/editions?after=" + day(20) + "+management"}}},
		"/admin/log":                                   some("/admin/log", "/admin/log?before=900"),
	}
}

// adminTargets are all of these pages, for who is signed in as an operator.
func (b *bench) adminTargets(ctx context.Context, readers []int64) ([]target, error) {
	all, err := patterns()
	if err != nil {
		return nil, err
	}
	var askers []string
	for _, name := range people {
		cookie, err := b.signIn(ctx, name)
		if err != nil {
			return nil, err
		}
		askers = append(askers, "Cookie: "+cookie)
		if name == people[0] {
			if err := b.upload(ctx, cookie); err != nil {
				return nil, err
			}
		}
	}
	known := addresses(b.today, readers, tipIDs(b.tips))
	var targets []target
	for _, pattern := range all {
		several, isKnown := known[pattern]
		if !isKnown && strings.Contains(pattern, "{") {
			return nil, fmt.Errorf("%s: say in addresses what is asked for there", pattern)
		}
		if !isKnown {
			several = []asked{{paths: []string{pattern}}}
		}
		for _, one := range several {
			targets = append(targets, target{name: cmp.Or(one.name, pattern), paths: one.paths, askers: askers, load: b.few(5), limit: adminLimit})
		}
	}
	slices.SortStableFunc(targets, func(x, y target) int { return strings.Compare(x.name, y.name) })
	return targets, nil
}

// signIn returns the cookie of somebody who signs in.
func (b *bench) signIn(ctx context.Context, name string) (string, error) {
	form := url.Values{"name": {name}, "password": {password}}
	resp, err := b.post(ctx, signInPath, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()), "")
	if err != nil {
		return "", err
	}
	for _, c := range resp.Cookies() {
		if c.MaxAge > 0 {
			return c.Name + "=" + c.Value, nil
		}
	}
	return "", fmt.Errorf("%s can't sign in: %s", name, resp.Status)
}

// upload has somebody upload a file of readers, which isn't imported: what it would do is
// a page, too.
func (b *bench) upload(ctx context.Context, cookie string) error {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("file", "readers.csv")
	if err != nil {
		return err
	}
	_, _ = file.Write([]byte("email\nnew@example.net\nreader1@example.net\nno address\n")) // into memory
	if err := form.Close(); err != nil {
		return err
	}
	resp, err := b.post(ctx, "/admin/import/file", form.FormDataContentType(), &body, cookie)
	if err == nil && resp.StatusCode != http.StatusSeeOther {
		err = fmt.Errorf("upload a file: %s", resp.Status)
	}
	return err
}

// post sends a form. The answer has been read.
func (b *bench) post(ctx context.Context, path, kind string, body io.Reader, cookie string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+b.address+path, body)
	if err != nil {
		return nil, err
	}
	r.Host = "localhost"
	r.Header.Set("Content-Type", kind)
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	resp, err := http.DefaultTransport.RoundTrip(r) // it follows no redirect
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return resp, errors.Join(err, resp.Body.Close())
}
