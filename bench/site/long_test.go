//go:build long

package main

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// Everything is measured on both engines. How fast it is, is no matter of tests.
func TestASmallList(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			var out strings.Builder
			b := &bench{
				readers: 3000, tips: 20, rate: 500, connections: 4, engine: engine, time: 200 * time.Millisecond,
				sliceTime: 200 * time.Millisecond, rounds: 1, only: regexp.MustCompile(""), out: &out,
			}
			missed, err := b.run(t.Context())
			t.Logf("%s\n%s", out.String(), strings.Join(missed, "\n"))
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range []string{"/archive ", "/admin/readers/{id} ", "/admin/log ", "/api/v1/status ", "sending while "} {
				if !strings.Contains(out.String(), "\n"+part) {
					t.Errorf("%s isn't measured", part)
				}
			}
		})
	}
}
