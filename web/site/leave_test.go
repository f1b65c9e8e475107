package site_test

import (
	"bytes"
	"mime/multipart"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"dailytip/store/storetest"
	"dailytip/subscribers"
)

const leaveButton = ">Unsubscribe</button>"

// multipartBody is the second form that RFC 8058 §3.1 allows.
func multipartBody(t *testing.T) (contentType, body string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.WriteField("List-Unsubscribe", "One-Click"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), b.String()
}

func TestLeaveWithAnyBody(t *testing.T) {
	form, multi := multipartBody(t)
	const oneClick, button = "one click in a mail program (RFC 8058)", "pressed the button on the unsubscribe page"
	for _, step := range []struct{ name, contentType, body, detail string }{
		{"urlencoded", formType, "List-Unsubscribe=One-Click", oneClick},
		{"multipart", form, multi, oneClick},
		{"our button", formType, "", button},
		{"nothing at all", "", "", button},
		{"broken multipart", "multipart/form-data; boundary=x", "--y\r\n", button},
		{"multipart without boundary", "multipart/form-data", "--y\r\n", button},
		{"broken urlencoding", formType, "%%%;;&&=", button},
		{"broken content type", ";;;", "x", button},
		{"JSON", "application/json", "{}", button},
	} {
		t.Run(step.name, func(t *testing.T) {
			s := open(t, nil)
			ana := s.add("ana@example.com", "")
			s.bring(ana, subscribers.Active)
			link := s.leaveLink(ana)

			first := s.do("POST", link, step.contentType, step.body)
			first.must(t, 200, "You’re unsubscribed", title, ">a…a@example.com<")
			if len(first.Cookies()) != 0 {
				t.Errorf("cookies %v", first.Cookies())
			}
			if got := s.state(ana); got != subscribers.Unsubscribed {
				t.Fatalf("state %s", got)
			}
			before := s.dump()
			second := s.do("POST", link, step.contentType, step.body)
			if second.StatusCode != 200 || second.body != first.body {
				t.Errorf("the second answer differs: %d\n%s\n%s", second.StatusCode, first.body, second.body)
			}
			if after := s.dump(); after != before {
				t.Errorf("the second click changed something:\n%s\n%s", before, after)
			}
			if got, want := s.events(ana)[0], "unsubscribed: "+step.detail; got != want {
				t.Errorf("noted %q, want %q", got, want)
			}
		})
	}
}

func TestLeavePage(t *testing.T) {
	for state, button := range map[subscribers.State]bool{
		subscribers.Pending: true, subscribers.Active: true, subscribers.Paused: true,
		subscribers.Unsubscribed: false, subscribers.Suppressed: false,
	} {
		t.Run(string(state), func(t *testing.T) {
			s := open(t, nil)
			ana := s.add("ana@example.com", "")
			s.bring(ana, state)
			page := s.get(s.leaveLink(ana))
			page.must(t, 200, ">a…a@example.com<")
			if got := strings.Contains(page.body, leaveButton); got != button {
				t.Errorf("button: %t, want %t\n%s", got, button, page.body)
			}
			if !button {
				page.must(t, 200, "You’re unsubscribed")
			}
			s.post(s.leaveLink(ana), "").must(t, 200, "You’re unsubscribed")
			if got := s.state(ana); got != subscribers.Unsubscribed && got != subscribers.Suppressed {
				t.Errorf("state %s afterwards", got)
			}
		})
	}
}

// A token never expires: not when its reader is erased, nor when the
// newsletter has left the configuration.
func TestLeaveNeverExpires(t *testing.T) {
	s := open(t, nil)
	ana, ben := s.add("ana@example.com", ""), s.addTo("closed", "ben@example.com", "")
	s.erase(ana)
	for range 2 {
		gone := s.post(s.leaveLink(ana), "List-Unsubscribe=One-Click")
		gone.must(t, 200, "You’re unsubscribed")
		gone.mustNot(t, "ana@example.com")
		s.get(s.leaveLink(ana)).must(t, 200, "You’re unsubscribed")
	}
	s.get(s.leaveLink(ben)).must(t, 200, "Unsubscribe from <bdi>closed</bdi>?", leaveButton)
	s.post(s.leaveLink(ben), "").must(t, 200, "You’re unsubscribed")
	if got := s.state(ben); got != subscribers.Unsubscribed {
		t.Errorf("state %s", got)
	}
}

func TestScannersChangeNothing(t *testing.T) {
	s := open(t, nil)
	var links []string
	for _, state := range []subscribers.State{
		subscribers.Pending, subscribers.Active, subscribers.Paused, subscribers.Unsubscribed, subscribers.Suppressed,
	} {
		a := s.add(string(state)+"@example.com", "")
		s.bring(a, state)
		links = append(links, s.confirmLink(a), s.leaveLink(a), s.preferencesLink(a))
	}
	before := s.dump()
	for _, link := range links {
		for _, method := range []string{"GET", "HEAD"} {
			a := s.do(method, link, "", "")
			a.must(t, 200)
			if method == "HEAD" && (a.body != "" || a.ContentLength <= 0) {
				t.Errorf("HEAD: %d octets of body, Content-Length %d", len(a.body), a.ContentLength)
			}
		}
		s.get(link+"?again=1&List-Unsubscribe=One-Click&do=forget&name=x").must(t, 200)
		for _, method := range []string{"PUT", "DELETE", "PATCH", "OPTIONS"} {
			if a := s.do(method, link, formType, "again=1"); a.StatusCode != 405 || a.Header.Get("Allow") != "GET, HEAD, POST" {
				t.Errorf("%s: status %d, Allow %q", method, a.StatusCode, a.Header.Get("Allow"))
			}
		}
	}
	if after := s.dump(); after != before {
		t.Errorf("something changed:\n%s\n%s", before, after)
	}
}

// oneClick posts what RFC 8058 §3.1 says, as a mail program in Python would:
// the first link urlencoded, the second as multipart, both twice.
const oneClick = `
import sys, urllib.request
boundary = "----b0undary"
multipart = ("--%s\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--%s--\r\n" % (boundary, boundary)).encode()
bodies = [
    (b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
    (multipart, "multipart/form-data; boundary=" + boundary),
]
for url, (body, kind) in zip(sys.argv[1:], bodies):
    for _ in range(2):
        answer = urllib.request.urlopen(urllib.request.Request(url, data=body, headers={"Content-Type": kind}))
        print(answer.status, answer.geturl() == url, "unsubscribed" in answer.read().decode("utf-8"))
`

func TestOneClickFromPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		storetest.Missing(t, "python3", err)
	}
	s := open(t, nil)
	ana, ben := s.add("ana@example.com", ""), s.add("ben@example.com", "")
	s.bring(ana, subscribers.Active)
	s.bring(ben, subscribers.Active)
	out, err := exec.CommandContext(t.Context(), python, "-c", oneClick, s.url+s.leaveLink(ana), s.url+s.leaveLink(ben)).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got, want := strings.Fields(string(out)), strings.Fields(strings.Repeat("200 True True ", 4)); !slices.Equal(got, want) {
		t.Errorf("python says %q", got)
	}
	for _, a := range []subscribers.Added{ana, ben} {
		if s.state(a) != subscribers.Unsubscribed || !strings.Contains(s.events(a)[0], "RFC 8058") {
			t.Errorf("state %s, events %q", s.state(a), s.events(a))
		}
	}
}
