package tips

import "testing"

// Lines behind bars are those of a poem or an address, as Pandoc has them.
func TestVerses(t *testing.T) {
	for name, c := range map[string]struct{ in, html, text string }{
		"a poem":           {"| If a bird's *wings* are soft\n|   that beat the air\n| then why?", "<p>If a bird&#39;s <em>wings</em> are soft<br/>\n\u00a0\u00a0that beat the air<br/>\nthen why?</p>", "If a bird's _wings_ are soft\nthat beat the air\nthen why?"},
		"bold at the ends": {"| **One**\n| **two**", "<p><strong>One</strong><br/>\n<strong>two</strong></p>", "*One*\n*two*"},
		"in a quote":       {"> | One\n> | two", "<blockquote>\n<p>One<br/>\ntwo</p>\n</blockquote>", "> One\n> two"},
		"a line goes on":   {"| One that\n  is long\n| two", "<p>One that\nis long<br/>\ntwo</p>", "One that is long\ntwo"},
		"an empty line":    {"| One\n|\n| two", "<p>One<br/>\n<br/>\ntwo</p>", "One\n\ntwo"},
		"a table":          {"| One |\n| --- |\n| two |", "<table>\n<thead>\n<tr>\n<th>One</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>two</td>\n</tr>\n</tbody>\n</table>", "One\n---\ntwo"},
		"a table of one":   {"| One\n| ---\n| two", "<table>\n<thead>\n<tr>\n<th>One</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>two</td>\n</tr>\n</tbody>\n</table>", "One\n---\ntwo"},
		"no bar below":     {"| One\ntwo", "<p>| One\ntwo</p>", "| One two"},
		"code":             {"    | a\n    | b", "<pre><code>| a\n| b\n</code></pre>", "    | a\n    | b"},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := render(c.in, nil); err != nil || got != c.html {
				t.Errorf("HTML of %q\n got %q, %v\nwant %q", c.in, got, err, c.html)
			}
			if got := plainText(c.in, 0, nil); got != c.text {
				t.Errorf("text of %q\n got %q\nwant %q", c.in, got, c.text)
			}
		})
	}
}
