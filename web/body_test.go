package web_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"dailytip/store/storetest"
	"dailytip/web"
)

// A body may be as large as its route says, 64 KiB where it says nothing.
func TestABodyMayBeAsLargeAsItsRouteSays(t *testing.T) {
	server := web.New(web.Options{DB: storetest.SQLite(t), BaseURL: "https://tips.example.com/tips"})
	count := func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		_, _ = fmt.Fprint(w, len(body))
	}
	server.Handle(web.Route{Pattern: "POST /small", Handler: count})
	server.Handle(web.Route{Pattern: "POST /large", Handler: count, MaxBody: 1 << 20})
	for _, c := range []struct {
		path   string
		size   int
		status int
	}{
		{"/small", 64 << 10, http.StatusOK},
		{"/small", 64<<10 + 1, http.StatusRequestEntityTooLarge},
		{"/nowhere", 64<<10 + 1, http.StatusRequestEntityTooLarge},
		{"/large", 1 << 20, http.StatusOK},
		{"/tips/large", 1 << 20, http.StatusOK}, // below the path of base_url
		{"/large", 1<<20 + 1, http.StatusRequestEntityTooLarge},
	} {
		answer := httptest.NewRecorder()
		server.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodPost, c.path, strings.NewReader(strings.Repeat("x", c.size))))
		if answer.Code != c.status || c.status == http.StatusOK && answer.Body.String() != fmt.Sprint(c.size) {
			t.Errorf("%s, %d bytes: %d %.20s", c.path, c.size, answer.Code, answer.Body)
		}
	}
}

// An answer may take as long as its route says, ten seconds where it says nothing.
func TestAnAnswerMayTakeAsLongAsItsRouteSays(t *testing.T) {
	server := web.New(web.Options{DB: storetest.SQLite(t), BaseURL: "https://tips.example.com/tips"})
	left := func(w http.ResponseWriter, r *http.Request) {
		end, _ := r.Context().Deadline()
		_, _ = fmt.Fprint(w, time.Until(end).Round(5*time.Second))
	}
	server.Handle(web.Route{Pattern: "GET /short", Handler: left})
	server.Handle(web.Route{Pattern: "GET /long", Handler: left, Timeout: 25 * time.Second})
	for path, want := range map[string]string{"/short": "10s", "/long": "25s", "/tips/long": "25s", "/tips/short": "10s"} {
		answer := httptest.NewRecorder()
		server.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
		if answer.Body.String() != want {
			t.Errorf("%s has %s, want %s", path, answer.Body, want)
		}
	}
}
