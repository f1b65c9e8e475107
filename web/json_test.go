package web

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestJSONThatCanBeReadInOneWay(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for text, fault := range map[string]string{
		`{"a":{"a":[{"a":1},{"a":2}]},"b":"a"}`: "",
		`{"a":"a","b":null}`:                    "",
		`1`:                                     "",
		deep(64):                                "",
		deep(65):                                "more than 64 values",
		strings.Repeat(`{"a":`, 30_000):         "more than 64 values",
		`{"a":1,"b":{},"a":2}`:                  `"a" stands there twice`,
		`{"a":1,"A":2}`:                         `"A" stands there twice`,
		`[{"a":[],"\u0061":[]}]`:                `"a" stands there twice`,
		`{}{}`:                                  "follows the value",
		`[1`:                                    "unexpected EOF",
		``:                                      "unexpected EOF",
		`{"a":1`:                                "unexpected EOF",
		`]`:                                     "invalid character",
		"\"\xff\"":                              "isn't UTF-8",
	} {
		err := CheckJSON([]byte(text))
		if fault == "" && err != nil || fault != "" && (err == nil || !strings.Contains(err.Error(), fault)) {
			t.Errorf("%.40s: %v, want %q", text, err, fault)
		}
	}
}

// What is taken is JSON, and keeps its meaning: nothing in it was overwritten.
func FuzzCheckJSON(f *testing.F) {
	for _, text := range []string{`{"a":{"A":[1,null,true,"a"]}}`, `{"a":1,"a":2}`, `[[]]{}`, `{"a"`, `"\ud800"`, `{"":{"":0}}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if CheckJSON(text) != nil {
			return
		}
		if !json.Valid(text) {
			t.Fatalf("%q is taken", text)
		}
		var value any
		if json.Unmarshal(text, &value) != nil { // a number that is too large
			return
		}
		again, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		var same any
		if err := CheckJSON(again); err != nil || json.Unmarshal(again, &same) != nil || !reflect.DeepEqual(same, value) {
			t.Errorf("%q is read as %s, %v", text, again, err)
		}
	})
}
