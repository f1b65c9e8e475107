package main

import (
	"strings"
	"testing"
)

func TestAlignment(t *testing.T) {
	strict := []string{"other", "v=DMARC1; p=none; aspf = s; rua=mailto:x@example.com"}
	for _, tt := range []struct {
		returnPath, from string
		dmarc            []string
		result, says     string
	}{
		{"bounces.example.com", "example.com", nil, "ok", "counts for example.com"},
		{"example.com", "news.example.com", nil, "ok", "counts"},
		{"bounces.example.co.uk", "example.co.uk", []string{"v=DMARC1; p=reject"}, "ok", "counts"},
		{"bounces.other.co.uk", "example.co.uk", nil, "warning", "another organization"},
		{"example.net", "example.com", nil, "warning", "only DKIM"},
		{"bounces.example.com", "example.com", strict, "warning", "aspf=s"},
		{"Example.com", "example.com", strict, "ok", "counts"},
		{"bounces.localhost", "localhost", nil, "warning", "another organization"},
	} {
		if f := alignment(tt.returnPath, tt.from, tt.dmarc); f.Result != tt.result || !strings.Contains(f.Detail, tt.says) {
			t.Errorf("%s for %s: %+v", tt.returnPath, tt.from, f)
		}
	}
}
