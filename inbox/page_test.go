package inbox

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// filled is a server with messages, that never listens.
func filled(t *testing.T, limit int, messages ...string) *Server {
	t.Helper()
	s, err := New(Options{Max: limit})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	for _, data := range messages {
		m := Message{From: "b@example.com", To: []string{"reader@example.org"}, Data: []byte(strings.ReplaceAll(data, "\n", "\r\n"))}
		m.readHeader()
		s.store.add(m)
	}
	return s
}

func get(t *testing.T, s *Server, path string, header ...string) (int, http.Header, string) {
	t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, w.Result().Header, string(body)
}

const both = `From: =?utf-8?q?T=C3=A4gliches?= <tips@example.com>
To: "<b>Ann</b>" <ann@example.org>
Message-ID: <1@example.com>
Content-Language: de
Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe_=3Cscript=3Ealert(1)=3C/script=3E?=
MIME-Version: 1.0
Content-Type: multipart/related; boundary=r

--r
Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Tip
=3D=3D=3D

Der Text & mehr.
--a
Content-Type: text/html; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

<html><head lang=3D"de"><title>x</title></head><body>Sch=F6n <img src=3D"cid:pic@x"><script>alert(1)</script></body></html>
--a--
--r
Content-Type: image/png
Content-ID: <pic@x>
Content-Disposition: inline; filename="p.png"
Content-Transfer-Encoding: base64

iVBORw==
--r
Content-Type: text/html
Content-Disposition: attachment; filename="evil.html"

<script>alert(1)</script>
--r--
`

func TestList(t *testing.T) {
	s := filled(t, 150, both)
	code, h, body := get(t, s, "/")
	for _, want := range []string{"Grüße &lt;script&gt;", "&lt;b&gt;Ann&lt;/b&gt; &lt;ann@example.org&gt;", `href="m/1"`, "1 message<", ">Der Text &amp; mehr.<", `lang="de"`} {
		if code != 200 || !strings.Contains(body, want) {
			t.Errorf("%d: %q is missing in\n%s", code, want, body)
		}
	}
	if strings.Contains(body, "<script>") || !strings.Contains(h.Get("Content-Security-Policy"), "script-src 'self'") {
		t.Error("a script could run")
	}
	tag := h.Get("ETag")
	if code, _, _ := get(t, s, "/", "If-None-Match", tag); code != http.StatusNotModified {
		t.Errorf("nothing has changed: %d", code)
	}
	for i := range 200 {
		s.store.add(Message{Subject: fmt.Sprint("s", i), Data: []byte("Subject: x\r\n\r\n")})
	}
	code, _, body = get(t, s, "/", "If-None-Match", tag)
	if code != 200 || strings.Count(body, "<li>") != 100 || !strings.Contains(body, `href="?before=102"`) || !strings.Contains(body, "51 older ones are gone") {
		t.Errorf("%d, %d messages, %s", code, strings.Count(body, "<li>"), body[len(body)-500:])
	}
	if _, _, body = get(t, s, "/?before=102"); strings.Count(body, "<li>") != 50 || !strings.Contains(body, `href="./">Newest`) {
		t.Errorf("second page: %d messages", strings.Count(body, "<li>"))
	}
	if _, _, body = get(t, filled(t, 1), "/"); !strings.Contains(body, "No mail yet") {
		t.Error("the empty list says nothing")
	}
}

func TestShow(t *testing.T) {
	s := filled(t, 10, both, "Subject: plain\n\nOnly text.\n", "garbage without a header", "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\nbroken")
	tests := []struct {
		path string
		code int
		want []string
	}{
		{"/m/1", 200, []string{`src="1/html"`, `sandbox="allow-same-origin allow-popups`, "p.png", "evil.html", `aria-current="page">Mail`}},
		{"/m/1?show=text", 200, []string{"Der Text &amp; mehr.", `aria-current="page">Text`}},
		{"/m/1?show=headers", 200, []string{"Message-ID", "&lt;1@example.com&gt;", "Grüße", "&lt;reader@example.org&gt;"}},
		{"/m/1?show=source", 200, []string{"=?utf-8?q?Gr=C3=BC", "iVBORw=="}},
		{"/m/1?show=nonsense", 200, []string{`src="1/html"`}},
		{"/m/2", 200, []string{"Only text.", `aria-current="page">Text`}},
		{"/m/2?show=html", 200, []string{"Only text."}},
		{"/m/3?show=source", 200, []string{"garbage without a header", "(no subject)"}},
		{"/m/4", 200, []string{"This message is damaged"}},
		{"/m/5", 404, []string{"No such message"}},
		{"/m/x", 404, []string{"No such message"}},
		{"/m/1/part/9", 404, nil},
		{"/style.css", 200, []string{"--paper"}},
		{"/inbox.js", 200, []string{"use strict"}},
		{"/nowhere", 404, nil},
	}
	for _, tt := range tests {
		code, _, body := get(t, s, tt.path)
		if code != tt.code {
			t.Errorf("%s: %d, want %d", tt.path, code, tt.code)
		}
		for _, want := range tt.want {
			if !strings.Contains(body, want) {
				t.Errorf("%s: %q is missing in\n%s", tt.path, want, body)
			}
		}
	}
}

func TestFrame(t *testing.T) {
	s := filled(t, 10, both)
	_, h, body := get(t, s, "/m/1/html")
	if !strings.Contains(body, `<head lang="de"><base target="_blank">`) || !strings.Contains(body, "Schön") || !strings.Contains(body, `src="part/pic@x"`) {
		t.Errorf("frame: %s", body)
	}
	policy := h.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "sandbox") || strings.Contains(policy, "script") {
		t.Errorf("policy: %s", policy)
	}
	_, h, body = get(t, s, "/m/1/part/pic@x")
	if h.Get("Content-Type") != "image/png" || body != "\x89PNG" {
		t.Errorf("picture: %v %q", h, body)
	}
	_, h, _ = get(t, s, "/m/1/part/1")
	if h.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") {
		t.Errorf("an attached page is served as %v", h)
	}
	_, h, body = get(t, s, "/m/1/raw")
	if body != strings.ReplaceAll(both, "\n", "\r\n") || h.Get("Content-Disposition") != `attachment; filename="message-1.eml"` {
		t.Errorf("raw: %v", h)
	}
}

// The page asks nobody else for anything.
func TestNoForeignAssets(t *testing.T) {
	for _, name := range []string{"list.html", "mail.html", "gone.html", "style.css", "inbox.js"} {
		data, err := os.ReadFile("page/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), "//") && strings.Contains(strings.ReplaceAll(string(data), "// ", ""), "//") {
			t.Errorf("%s names another host", name)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(both))
	f.Add([]byte("Subject: x\n\nbody"))
	f.Add([]byte(""))
	f.Add([]byte("Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m := Message{Data: data}
		m.readHeader()
		v := read(m)
		v.Snippet()
		v.frame()
		if len(v.Parts) > maxParts {
			t.Errorf("%d parts", len(v.Parts))
		}
	})
}
