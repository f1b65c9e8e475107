package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"dailytip/store/storetest"
	"dailytip/web"
)

// No address leads round and round.
func TestAPathThatEndsTooEarlyIsNowhere(t *testing.T) {
	server := web.New(web.Options{DB: storetest.SQLite(t), BaseURL: "https://tips.example.com/tips"})
	server.Handle(web.Route{Pattern: "GET /files/{newsletter}/{path...}", Handler: func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprint(w, r.PathValue("newsletter"), " ", r.PathValue("path"))
	}})
	for path, want := range map[string]string{
		"/files/a": "", "/files/a/": "", "/files": "", "/files/": "", "/tips/files/a/": "", "//files//a//": "",
		"/files/a/b": "a b", "/files/a/b/": "a b", "/files/a/b/c.png": "a b/c.png", "/tips/files/a/b": "a b", "/files/...}/b": "...} b",
	} {
		answer := httptest.NewRecorder()
		server.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
		if want == "" && answer.Code != http.StatusNotFound || want != "" && answer.Body.String() != want {
			t.Errorf("%s: %d to %q, %.40s; want %q", path, answer.Code, answer.Header().Get("Location"), answer.Body, want)
		}
	}
}
