package main

import (
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	const (
		pass = `{"Action":"output","Package":"p","Test":"TestA","Output":"noise\n"}
{"Action":"pass","Package":"p","Test":"TestA"}
`
		fail = `{"Action":"output","Package":"p","Test":"TestB","Output":"b_test.go:1: wrong\n"}
{"Action":"fail","Package":"p","Test":"TestB"}
`
		skip = `{"Action":"output","Package":"p","Test":"TestC","Output":"=== RUN   TestC\n"}
{"Action":"output","Package":"p","Test":"TestC","Output":"    c_test.go:1: no server\n"}
{"Action":"skip","Package":"p","Test":"TestC"}
`
		end = `{"Action":"output","Package":"p","Output":"PASS\n"}
{"Action":"output","Package":"p","Output":"ok  \tp\t0.1s\n"}
{"Action":"pass","Package":"p"}
`
		panicked = `{"Action":"output","Package":"p","Test":"TestD","Output":"panic: boom\n"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t0.1s\n"}
{"Action":"fail","Package":"p"}
`
		noFiles = `{"Action":"output","Package":"q","Output":"?   \tq\t[no test files]\n"}
{"Action":"skip","Package":"q"}
`
		broken = `{"ImportPath":"p","Action":"build-output","Output":"p.go:1: syntax error\n"}
{"Action":"output","Package":"p","Output":"FAIL\tp [build failed]\n"}
{"Action":"fail","Package":"p"}
`
	)
	for _, c := range []struct {
		name, in, out string
		code          int
	}{
		{"pass", pass + end + noFiles, "ok  \tp\t0.1s\n?   \tq\t[no test files]\n1 passed, 0 failed, 0 skipped\n", 0},
		{"fail", pass + fail, "b_test.go:1: wrong\n1 passed, 1 failed, 0 skipped\n", 1},
		{"skip", pass + skip + end, "ok  \tp\t0.1s\n1 passed, 0 failed, 1 skipped\nSKIPPED, which counts as a failure here: p TestC: c_test.go:1: no server\n", 1},
		{"panic", pass + panicked, "FAIL\tp\t0.1s\npanic: boom\n1 passed, 0 failed, 0 skipped\n", 0}, // go test's own code fails it
		{"build", pass + broken, "p.go:1: syntax error\nFAIL\tp [build failed]\n1 passed, 0 failed, 0 skipped\n", 0},
		{"nothing", noFiles, "?   \tq\t[no test files]\n0 passed, 0 failed, 0 skipped\nno test ran, which counts as a failure here\n", 1},
		{"other text", "warning: x\n" + pass, "warning: x\n1 passed, 0 failed, 0 skipped\n", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			if code := run(strings.NewReader(c.in), &out); code != c.code || out.String() != c.out {
				t.Errorf("code %d, want %d; output\n%s\nwant\n%s", code, c.code, out.String(), c.out)
			}
		})
	}
}
