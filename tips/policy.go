package tips

import (
	"regexp"
	"sync"

	"github.com/microcosm-cc/bluemonday"
)

// policy says what HTML may stay. It is bluemonday's for user content, but with
// no ids except those that we make ourselves: an author's could pass for an
// element of the page around the tip. Image maps and meters are left out too.
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	p.AllowAttrs("dir").Matching(bluemonday.Direction).Globally()
	p.AllowAttrs("lang").Matching(regexp.MustCompile(`^[a-zA-Z]{2,8}(-[a-zA-Z0-9]{1,8})*$`)).Globally()
	p.AllowAttrs("title").Matching(bluemonday.Paragraph).Globally()
	p.AllowAttrs("id").Matching(regexp.MustCompile(`^(tip-[\p{L}\p{M}\p{N}-]+|fn(ref[0-9]*)?:[0-9]+)$`)).Globally()

	p.AllowElements("h1", "h2", "h3", "h4", "h5", "h6", "p", "div", "span", "br", "wbr", "hr", "pre",
		"article", "aside", "section", "figure", "figcaption", "summary",
		"abbr", "b", "bdi", "bdo", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q", "rp", "rt", "ruby",
		"s", "samp", "small", "strike", "strong", "sub", "sup", "tt", "u", "var", "blockquote", "time")
	p.AllowAttrs("open").Matching(regexp.MustCompile(`(?i)^(open)?$`)).OnElements("details")
	p.AllowNoAttrs().OnElements("details")
	p.AllowAttrs("cite").OnElements("blockquote", "q", "del", "ins")
	p.AllowAttrs("datetime").Matching(bluemonday.ISO8601).OnElements("time", "del", "ins")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("role").Matching(regexp.MustCompile(`^doc-[a-z]+$`)).OnElements("a", "div")
	p.AllowLists()
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowTables()
	p.AllowImages()
	p.AllowAttrs("alt").OnElements("img") // AllowImages takes none with a colon in it
	p.RequireNoFollowOnLinks(false)       // a source is a source; AllowImages asks for it
	return p
})
