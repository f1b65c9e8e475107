package tips

import (
	"sort"
	"strings"
)

// origin remembers where the parts of a tip stand in its file, for lint.
// Lines count from 1; 0 means that the part isn't in the file.
type origin struct {
	path      string
	keys      map[string]int // front-matter key, lower case → line
	titleLine int
	body      fragment
	mindmap   fragment
	noTitle   bool     // a translation that borrows the tip's title
	line      int      // where a translation begins
	badLink   bool     // a link was given and left out
	links     []string // what the file's links name, as [Pages] reads it
}

// fragment is text cut out of a file, with the file's line for each of its lines.
type fragment struct {
	text  string
	lines []int
}

// LineOf returns the line of the tip's own file on which its text first holds some
// words; 1 when it's unknown.
func LineOf(t Tip, words string) int {
	if t.at == nil || words == "" {
		return 1
	}
	for _, part := range []fragment{t.at.body, t.at.mindmap} {
		if at := strings.Index(part.text, words); at >= 0 {
			line, _ := part.position(at)
			return max(line, 1)
		}
	}
	return 1
}

// newFragment takes whole lines first..last (from 1, inclusive) of source lines.
func newFragment(lines []string, first int) fragment {
	f := fragment{text: strings.Join(lines, "\n"), lines: make([]int, len(lines))}
	for i := range f.lines {
		f.lines[i] = first + i
	}
	return f
}

// split returns the fragment's lines without their ends.
func (f fragment) split() []string { return strings.Split(f.text, "\n") }

// slice returns lines [from, to) of the fragment.
func (f fragment) slice(from, to int) fragment {
	if from >= to {
		return fragment{}
	}
	return fragment{text: strings.Join(f.split()[from:to], "\n"), lines: f.lines[from:to:to]}
}

// without returns the fragment less lines [from, to).
func (f fragment) without(from, to int) fragment {
	return f.slice(0, from).join(f.slice(to, len(f.lines)))
}

// join puts g under f.
func (f fragment) join(g fragment) fragment {
	if len(f.lines) == 0 {
		return g
	}
	if len(g.lines) == 0 {
		return f
	}
	lines := make([]int, 0, len(f.lines)+len(g.lines))
	return fragment{text: f.text + "\n" + g.text, lines: append(append(lines, f.lines...), g.lines...)}
}

// trim drops blank lines at both ends and space at the end of the last line.
func (f fragment) trim() fragment {
	if len(f.lines) == 0 {
		return f
	}
	all := f.split()
	from, to := 0, len(all)
	for from < to && strings.TrimSpace(all[from]) == "" {
		from++
	}
	for to > from && strings.TrimSpace(all[to-1]) == "" {
		to--
	}
	g := f.slice(from, to)
	g.text = strings.TrimRight(g.text, " \t")
	return g
}

// dedent removes the indent that all lines but blank ones share.
func (f fragment) dedent() fragment {
	all := f.split()
	shared := -1
	for _, l := range all {
		if strings.TrimSpace(l) == "" {
			continue
		}
		n := len(l) - len(strings.TrimLeft(l, " \t"))
		if shared < 0 || n < shared {
			shared = n
		}
	}
	if shared <= 0 {
		return f
	}
	for i, l := range all {
		all[i] = l[min(shared, len(l)-len(strings.TrimLeft(l, " \t"))):]
	}
	return fragment{text: strings.Join(all, "\n"), lines: f.lines}
}

// starts returns the byte offset at which each line of text begins.
func starts(text string) []int {
	at := make([]int, 1, strings.Count(text, "\n")+1)
	for i := 0; i < len(text); i++ {
		if text[i] == '\n' {
			at = append(at, i+1)
		}
	}
	return at
}

// lineOf returns the index of the line that holds the byte offset.
func lineOf(starts []int, offset int) int {
	return sort.SearchInts(starts, offset+1) - 1
}

// position gives the file's line and the column, in characters, of an offset.
func (f fragment) position(offset int) (line, column int) {
	if len(f.lines) == 0 || offset > len(f.text) {
		return 0, 0
	}
	s := starts(f.text)
	i := lineOf(s, offset)
	return f.lines[min(i, len(f.lines)-1)], 1 + len([]rune(f.text[s[i]:offset]))
}
