package site_test

import (
	"io/fs"
	"testing"
	"testing/fstest"
)

func TestOnlyPicturesOfALibraryAreServed(t *testing.T) {
	s := open(t, func(o *options) {
		o.Newsletters[0].Files = fstest.MapFS{
			"maps/a.PNG":   {Data: []byte("\x89PNG")},
			"secret.md":    {Data: []byte("a tip to come")},
			"x.svg":        {Data: []byte("<svg onload=alert(1)>")},
			".git/a.png":   {Data: []byte("\x89PNG")},
			"a/.b/c.png":   {Data: []byte("\x89PNG")},
			"folder.png/x": {Data: []byte("x")},
			"pipe.png":     {Mode: fs.ModeNamedPipe},
			".hidden.png":  {Data: []byte("\x89PNG")},
			"page.png.htm": {Data: []byte("<script>")},
		}
	})
	const id = "management"
	answer := s.get("/files/" + id + "/maps/a.PNG")
	answer.must(t, 200, "PNG")
	if kind := answer.Header.Get("Content-Type"); kind != "image/png" {
		t.Errorf("Content-Type %q", kind)
	}
	for _, path := range []string{
		"/files/" + id + "/secret.md", "/files/" + id + "/x.svg", "/files/" + id + "/.hidden.png", "/files/" + id + "/page.png.htm",
		"/files/" + id + "/.git/a.png", "/files/" + id + "/a/.b/c.png", "/files/" + id + "/folder.png", "/files/" + id + "/pipe.png", "/files/" + id + "/nothing.png",
		"/files/" + id + "/maps", "/files/" + id + "/", "/files/nobody/maps/a.PNG", "/files/" + id + "/..%2f..%2fetc%2fpasswd.png",
	} {
		if got := s.get(path); got.StatusCode == 200 || got.StatusCode >= 500 {
			t.Errorf("%s: %d", path, got.StatusCode)
		}
	}
}
