package render

import "testing"

func TestSummary(t *testing.T) {
	for in, want := range map[string]string{
		"<h2>T</h2><p>The first sentence is long enough to stand. The second.</p>": "The first sentence is long enough to stand.",
		"<p>Short. But this goes on to say more than that. Third.</p>":             "Short. But this goes on to say more than that.",
		"<p>有坏消息的时候，前面的寒暄是为了自己，不是为了对方。第二句。</p>":                                    "有坏消息的时候，前面的寒暄是为了自己，不是为了对方。",
		"": "",
	} {
		if got := summary(in); got != want {
			t.Errorf("summary(%q) = %q, want %q", in, got, want)
		}
	}
}
