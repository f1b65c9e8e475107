package main

import (
	"fmt"
	"os"
	"strings"
)

// document writes the tables of all parts into a file, each between a pair of
// comments that name it. What stands around them stays.
func (f figures) document(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	doc := string(text)
	for name, table := range map[string]func() string{
		"targets": f.targetTable, "speed": f.speedTable, "postgres": f.engineTable, "growth": f.growthTable,
		"dkim": f.dkimTable, "open": f.openTable, "claims": f.claimTable, "nodes": f.nodeTable,
	} {
		if doc, err = between(doc, name, table()); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return os.WriteFile(file, []byte(doc), 0o644)
}

// between replaces what stands between a pair of comments.
func between(doc, name, table string) (string, error) {
	begin, end := "<!-- bench:"+name+" -->\n", "<!-- /bench:"+name+" -->"
	before, rest, ok := strings.Cut(doc, begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		return "", fmt.Errorf("the comments %s and %s are missing", strings.TrimSpace(begin), end)
	}
	if table == "" {
		table = "Not measured yet.\n"
	}
	return before + begin + "\n" + table + "\n" + end + after, nil
}

// rows makes a table; "" without rows.
func rows(header []string, lines [][]string) string {
	if len(lines) == 0 {
		return ""
	}
	var b strings.Builder
	line := func(cells []string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line(header)
	b.WriteString(strings.Repeat("|---", len(header)) + "|\n")
	for _, cells := range lines {
		line(cells)
	}
	return b.String()
}

// how tells on which machine and with which command a part was measured.
func (f figures) how(part, table string) string {
	if table == "" {
		return ""
	}
	return fmt.Sprintf("%s\n%s:\n\n```sh\n%s\n```\n", table, f.Texts[part+"/machine"], f.Texts[part+"/command"])
}

// cell is a figure's median, and its spread if it was measured more than once.
func (f figures) cell(name, unit string) string {
	v, ok := f.median(name)
	if !ok {
		return ""
	}
	text := number(v) + unit
	if len(f.Values[name]) > 1 {
		least, most := f.spread(name)
		text += fmt.Sprintf(" (%s–%s)", number(least), number(most))
	}
	return text
}

func (f figures) ratioCell(name, to string) string {
	v, ok := f.ratio(name, to)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%.2f", v)
}

func (f figures) targetTable() string {
	var lines [][]string
	for _, t := range f.targets() {
		word, state := "at most ", "yes"
		if t.least {
			word = "at least "
		}
		if !t.reached() {
			state = "**no**"
		}
		if t.known {
			lines = append(lines, []string{t.what, word + number(t.limit) + t.unit, number(t.value) + t.unit, state})
		}
	}
	return rows([]string{"what", "target", "measured", "reached"}, lines)
}

var senders = map[string]string{
	"source": "`smtp-source -d`", "naive": "a loop over go-mail's `Client.Send`",
	"pipelined-512": "dailytip, `in_flight: 512`", "pipelined-32": "dailytip, `in_flight: 32`",
	"lockstep-512": "the same, relay without PIPELINING, 512", "lockstep-32": "the same, relay without PIPELINING, 32",
}

func (f figures) speedTable() string {
	var lines [][]string
	for _, kB := range sizes {
		for _, c := range contenders() {
			name := fmt.Sprintf("speed/%d/%s", kB, c.name)
			if len(f.Values[name]) > 0 {
				lines = append(lines, []string{
					fmt.Sprintf("%d KB", kB), senders[c.name], f.cell(name, ""),
					f.ratioCell(name, fmt.Sprintf("speed/%d/source", kB)), f.cell(name+"/cpu", " µs"), f.cell(name+"/peak", " MB"),
				})
			}
		}
	}
	return f.how("speed", rows([]string{"mail", "sender", "mails a second", "ratio", "its processor time for a mail", "peak memory"}, lines))
}

func (f figures) engineTable() string {
	var lines [][]string
	for _, inFlight := range []string{"32", "512"} {
		for _, engine := range []string{"sqlite", "postgres"} {
			name := "postgres/" + engine + "-" + inFlight
			if len(f.Values[name]) > 0 {
				lines = append(lines, []string{
					map[string]string{"sqlite": "SQLite", "postgres": "PostgreSQL"}[engine], inFlight,
					f.cell(name, ""), f.ratioCell(name, "postgres/sqlite-"+inFlight), f.cell(name+"/cpu", " µs"),
				})
			}
		}
	}
	return f.how("postgres", rows([]string{"database", "`in_flight`", "mails a second", "ratio", "processor time for a mail, without the server's"}, lines))
}

func (f figures) growthTable() string {
	var lines [][]string
	for _, n := range []int64{10_000, 100_000, 1_000_000} {
		name := fmt.Sprintf("growth/%d", n)
		if len(f.Values[name]) > 0 {
			lines = append(lines, []string{grouped(n), f.cell(name, ""), f.cell(name+"/cpu", " µs"), f.cell(name+"/peak", " MB")})
		}
	}
	return f.how("growth", rows([]string{"readers", "mails a second", "processor time for a mail", "peak memory"}, lines))
}

func (f figures) dkimTable() string {
	var lines [][]string
	for _, line := range [][2]string{
		{"dkim/off", "mails, unsigned"},
		{"dkim/on", "mails, signed by the program"},
		{"dkim/raw-one", "signatures, one core doing nothing else"},
		{"dkim/raw-all", "signatures, all cores doing nothing else"},
	} {
		if len(f.Values[line[0]]) > 0 {
			lines = append(lines, []string{line[1], f.cell(line[0], ""), f.cell(line[0]+"/cpu", " µs")})
		}
	}
	return f.how("dkim", rows([]string{"RSA-2048, 8 KB", "a second", "processor time for each"}, lines))
}

func (f figures) openTable() string {
	n, _ := f.median("open/n")
	var lines [][]string
	for _, line := range [][3]string{
		{"open/sqlite", "SQLite", " s"},
		{"open/cpu", "SQLite, processor time of the command", " s"},
		{"open/wait", "SQLite, the longest that another process waited for the write lock", " ms"},
		{"open/postgres", "PostgreSQL", " s"},
	} {
		if len(f.Values[line[0]]) > 0 {
			lines = append(lines, []string{line[1], f.cell(line[0], line[2])})
		}
	}
	return f.how("open", rows([]string{"an edition for " + grouped(int64(n)) + " readers is opened", "measured"}, lines))
}

func (f figures) claimTable() string {
	var lines [][]string
	for _, page := range []string{"32", "128", "512"} {
		if name := "claims/sqlite/" + page; len(f.Values[name]) > 0 {
			lines = append(lines, []string{page, f.cell(name, ""), f.cell("claims/postgres/"+page, "")})
		}
	}
	return f.how("claims", rows([]string{"mails recorded and claimed in a transaction", "mails a second, SQLite", "PostgreSQL (without waiting for the disk)"}, lines))
}

func (f figures) nodeTable() string {
	var lines [][]string
	one, _ := f.median("nodes/1")
	for _, n := range []string{"1", "2", "4"} {
		if v, ok := f.median("nodes/" + n); ok {
			lines = append(lines, []string{n, f.cell("nodes/"+n, ""), fmt.Sprintf("%.2f", v/one)})
		}
	}
	return f.how("nodes", rows([]string{"nodes", "mails a second", "to one"}, lines))
}
