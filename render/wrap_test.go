package render

import "testing"

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{
		{"one two three", 8, "one two\nthree"},
		{"https://example.com/a/very/long/path x", 10, "https://example.com/a/very/long/path\nx"},
		{"你好世界", 4, "你好\n世界"},
		{"", 10, ""},
	} {
		if got := Wrap(c.text, c.width, "", ""); got != c.want {
			t.Errorf("Wrap(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}
